"""Files that were asked for and need a second person's word, or a password, before they leave."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from caseworks.encryption import SealedField, SealedJSONField, SealedQuerySet
from caseworks.identity import random_code
from caseworks.models.base import PathField, Record, subtree
from caseworks.models.staff import Posting, User


class ExportState(models.TextChoices):
    """How far a file that was asked for has come."""

    ASKED = "asked", _("waiting for approval")
    APPROVED = "approved", _("being made")
    PREPARED = "prepared", _("ready to fetch")
    FETCHED = "fetched", _("fetched")
    REFUSED = "refused", _("not approved")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("expired")
    FAILED = "failed", _("could not be made")


class ExportQuerySet(SealedQuerySet):
    """Exports, in the users' words."""

    def of(self, user: User) -> ExportQuerySet:
        """What a person asked for, the latest first."""
        return self.filter(by=user).order_by("-id")

    def asked_in(self, postings: Iterable[Posting]) -> ExportQuerySet:
        """Those asked for in one of these posts. A file ends with the post it was asked in: what it holds is no longer
        theirs to take."""
        return self.filter(posting__in=[posting.pk for posting in postings])

    def within_reach_of(self, posting: Posting) -> ExportQuerySet:
        """What somebody in this post may decide about: asked at the post's own office or below it, never by the same
        person, and only of the kinds that are this role's to decide."""
        low, high = subtree(posting.organization.path)
        found = self.filter(path__gte=low, path__lt=high, approver_roles__contains=f" {posting.role} ")
        return found.exclude(by=posting.user_id)

    def waiting(self, now: datetime) -> ExportQuerySet:
        """Asked for and not decided."""
        return self.filter(state=ExportState.ASKED, expires_at__gt=now)

    def overdue(self, now: datetime) -> ExportQuerySet:
        """Whose time is over, although the row does not say so yet."""
        return self.filter(
            state__in=[ExportState.ASKED, ExportState.APPROVED, ExportState.PREPARED], expires_at__lte=now
        )


class Export(Record):
    """One file somebody asked for: what, for which purpose, who approved it, and whether it has left.

    `recipe` and `asked` say how it is made (caseworks/leaving/recipes.py); it is made under the asker's own scope, in the
    post they asked in. `rows` is how many records it held when it was asked for. The finished file lies sealed in the
    vault until it is fetched, once, or until `expires_at`.
    """

    code = models.CharField(_("export number"), max_length=10, unique=True, default=random_code, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+")
    posting = models.ForeignKey(Posting, verbose_name=_("in which post"), on_delete=models.PROTECT, related_name="+")
    path = PathField(verbose_name=_("office"))
    recipe = models.CharField(_("kind of file"), max_length=40)
    asked: Any = SealedJSONField(_("what was asked"), default=dict)
    title = models.CharField(_("file"), max_length=120)
    rows = models.PositiveIntegerField(_("records"))
    full = models.BooleanField(_("in full"), default=False)
    zipped = models.BooleanField(_("locked with a password"), default=False)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    approver_roles = models.CharField(max_length=60)
    state = models.CharField(_("state"), max_length=10, choices=ExportState.choices, default=ExportState.ASKED)
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    preparing_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    prepared_at = models.DateTimeField(_("ready at"), null=True)
    fetched_at = models.DateTimeField(_("fetched at"), null=True)
    expires_at = models.DateTimeField(_("until"))
    file_name = models.CharField(max_length=32, blank=True)
    file_key = SealedField(max_length=64)
    file_bytes = models.PositiveBigIntegerField(_("size"), default=0)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64, blank=True)

    objects = ExportQuerySet.as_manager()

    get_state_display: Any

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "path"], name="exports_to_decide"),
            models.Index(fields=["by", "id"], name="exports_of_a_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("by")), name="nobody_approves_their_own"
            ),
            models.CheckConstraint(
                condition=Q(file_name="") | Q(state=ExportState.PREPARED), name="only_a_ready_export_has_a_file"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("leaving:export", args=[self.code])

    def state_at(self, now: datetime) -> ExportState:
        """The state at a moment: what nobody fetched or decided in time is expired, whatever the row still says."""
        state = ExportState(self.state)
        open_states = {ExportState.ASKED, ExportState.APPROVED, ExportState.PREPARED}
        return ExportState.EXPIRED if state in open_states and self.expires_at <= now else state
