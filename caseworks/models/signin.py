"""What signing in leaves behind: sessions, second factors, recovery codes and former passwords."""

from __future__ import annotations

import time
from base64 import b32decode
from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, DeviceManager, ThrottlingMixin
from django_otp.oath import TOTP

from caseworks.encryption import SealedField, SealedQuerySet
from caseworks.models.base import Record


class Session(AbstractBaseSession):
    """A browser that is signed in, or that keeps what somebody typed while they sign in again.

    The key is the SHA-256 of what the cookie holds and the data are sealed: a copy of the database lets nobody in and
    shows nothing that was typed (caseworks/signin/sessions.py).
    """

    session_key = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions")
    started_at = models.DateTimeField(_("signed in"), null=True)
    used_at = models.DateTimeField(_("last used"), null=True)
    address = models.GenericIPAddressField(_("from address"), null=True)
    agent = models.CharField(_("browser"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    @classmethod
    def get_session_store_class(cls) -> Any:
        from caseworks.signin.sessions import SessionStore

        return SessionStore


SECONDS_PER_CODE = 30
# a phone's clock may be one code early or late
CODES_EARLY_OR_LATE = 1
# waits of 1, 2, 4 … seconds after wrong codes, and never more than 17 minutes: whoever knows the password could
# otherwise shut the owner out for years
MOST_FAILURES_COUNTED = 11


class SecondFactor(Record, ThrottlingMixin, Device):
    """An authenticator app on somebody's telephone, by RFC 6238: six digits, new every 30 seconds.

    `seed` is the shared secret in base 32. A code is accepted once: the next must belong to a later half minute.
    """

    seed = SealedField(_("seed"), max_length=64)
    last_used_step = models.BigIntegerField(default=-1)
    drift = models.SmallIntegerField(default=0)

    objects = DeviceManager.from_queryset(SealedQuerySet)()  # type: ignore[django-manager-missing]

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "confirmed"], name="one_second_factor_in_use_and_one_being_set_up_per_person"
            )
        ]

    def verify_token(self, token: str) -> bool:
        """True if the code is right, new, and not too soon after wrong ones; the row remembers either way."""
        if not self.verify_is_allowed()[0]:
            return False
        totp = TOTP(b32decode(self.seed), step=SECONDS_PER_CODE, drift=self.drift)
        totp.time = time.time()
        right = token.isdecimal() and totp.verify(int(token), CODES_EARLY_OR_LATE, self.last_used_step + 1)
        if right:
            self.last_used_step, self.drift = totp.t(), totp.drift
            self.throttle_reset(commit=False)
            self.save()
        else:
            self.throttle_increment()
        return right

    def throttle_increment(self, commit: bool = True) -> None:  # noqa: FBT001
        super().throttle_increment(commit=False)
        self.throttling_failure_count = min(self.throttling_failure_count, MOST_FAILURES_COUNTED)  # type: ignore[has-type]
        if commit:
            self.save()

    def get_throttle_factor(self) -> int:
        return 1


class RecoveryCode(Record):
    """One of the codes printed for the day the telephone is lost. Kept as a password hash, and gone once used."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    # the code's first character, so that a try costs one hash and not ten
    mark = models.CharField(max_length=1)
    digest = models.CharField(max_length=128)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [models.UniqueConstraint(fields=["user", "mark"], name="one_recovery_code_per_mark")]


class FormerPassword(Record):
    """The hash of a password somebody had, kept only in the profile djbh, so that it does not come back."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="former_passwords")
    digest = models.CharField(max_length=128)

    class Meta:
        verbose_name = _("former password")
        verbose_name_plural = _("former passwords")
