"""The people who work with the registry, and the posts they hold."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from caseworks.codelists import CodeField
from caseworks.models.base import Editable, Period, in_force
from caseworks.models.organizations import Organization

DJBH = "djbh"  # the password profile of 等级保护, GB/T 22239-2019
DAYS_A_PASSWORD_LASTS = 90  # in that profile; in the profile asvs a password does not age


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> User:
        """A person who can sign in; without a password nobody can."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username)


class User(Editable, AbstractBaseUser):  # type: ignore[django-manager-missing]
    """A person of the staff (工作人员). What they may do comes from their postings, never from the account."""

    username = models.CharField(_("login"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=40)
    is_active = models.BooleanField(_("may sign in"), default=True)
    password_set_at = models.DateTimeField(_("password since"), default=timezone.now, editable=False)
    # until when a password that somebody else gave can be used; None once the person has chosen their own
    first_password_until = models.DateTimeField(_("first password until"), null=True, blank=True, editable=False)
    second_factor_since = models.DateTimeField(_("second factor since"), null=True, blank=True, editable=False)

    objects = UserManager()

    kept_by_the_registry = frozenset(
        {"password", "password_set_at", "first_password_until", "second_factor_since", "last_login"}
    )

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name or self.username

    def postings_on(self, day: date) -> list[Posting]:
        """The posts this person holds on a day, the longest-held first."""
        return list(
            self.postings.filter(in_force(day), organization__closed_on__isnull=True)
            .select_related("organization")
            .order_by("from_on", "id")
        )

    def postings_from(self, day: date) -> list[Posting]:
        """The posts this person holds on a day or will hold later."""
        still = models.Q(until_on__isnull=True) | models.Q(until_on__gt=day)
        return list(self.postings.filter(still).select_related("organization"))

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whoever may no longer sign in is signed out everywhere, through whichever door the account was closed."""
        super().save(*args, **kwargs)
        if not self.is_active:
            self.sessions.all().delete()

    def must_change_password(self, now: datetime) -> bool:
        """True if the password was given by somebody else or, in the profile djbh, has grown too old."""
        aged = self.password_set_at + timedelta(days=DAYS_A_PASSWORD_LASTS) <= now
        return self.first_password_until is not None or (settings.PASSWORD_PROFILE == DJBH and aged)

    def first_password_is_dead(self, now: datetime) -> bool:
        """True if the password on the slip was not used, or not changed, in time."""
        return self.first_password_until is not None and self.first_password_until <= now

    # The shared admin asks these two; the posting's permissions answer (caseworks/access.py).
    def has_perm(self, perm: str, obj: object = None) -> bool:
        from caseworks import access

        return access.admin_allows(perm)

    def has_module_perms(self, app_label: str) -> bool:
        from caseworks import access

        return access.admin_allows(f"{app_label}.view")


class Posting(Editable, Period):
    """A post (岗位): this person, in this role, at this organization, from a day until a day."""

    user = models.ForeignKey(User, verbose_name=_("person"), on_delete=models.CASCADE, related_name="postings")
    organization = models.ForeignKey(
        Organization, verbose_name=_("organization"), on_delete=models.PROTECT, related_name="postings"
    )
    role = CodeField(verbose_name=_("role"), blank=False)

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            Period.ends_after_it_begins("posting_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["user", "organization", "role"],
                condition=models.Q(until_on__isnull=True),
                name="one_open_posting_per_person_role_and_organization",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} · {self.role_label}"

    @property
    def role_label(self) -> str:
        """The role in the words of the page's language."""
        from caseworks import access

        return access.ROLES[self.role].label

    def allows(self, permission: str) -> bool:
        """True if the role of this posting carries the permission."""
        from caseworks import access

        return permission in access.ROLES[self.role].permissions
