"""Rosters that were brought in: who, when, which file, what came of each row."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from caseworks.access import Role
from caseworks.encryption import SealedField, SealedJSONField, SealedQuerySet
from caseworks.identity import random_code
from caseworks.models import Organization, Posting, Record


class State(models.TextChoices):
    """How far a batch has come."""

    UPLOADED = "uploaded", _("being read")
    PREVIEWED = "previewed", _("waiting for you")
    IMPORTED = "imported", _("imported")
    DISCARDED = "discarded", _("thrown away")


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, posting: Posting) -> ImportBatchQuerySet:
        """Batches of the offices below the posting; whoever is no administrator sees only their own."""
        below = self.filter(organization__in=Organization.objects.under(posting.organization))
        return below if posting.role == Role.ADMINISTRATOR else below.filter(by=posting.user_id)


class ImportBatch(Record):
    """One uploaded file. Nothing about a child is written before it is confirmed.

    `mapping` says for each heading which field it is ("" none); `layout` where in the file the rows were; `counts` how
    many rows will be, or were, new, changed, unchanged, refused and undecided, and how many of them have `problems`
    or go in with `warnings`.
    """

    code = models.CharField(_("batch"), max_length=10, unique=True, default=random_code, editable=False)
    organization = models.ForeignKey(
        Organization, verbose_name=_("organization"), on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    roster_on = models.DateField(_("date of the roster"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.UPLOADED)
    mapping = models.JSONField(default=dict)
    layout = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]
        indexes = [models.Index(fields=["organization", "id"], name="imports_of_an_office")]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("exchange:preview", args=[self.code])

    @property
    def is_waiting(self) -> bool:
        """True while the batch can be confirmed or thrown away."""
        return self.state == State.PREVIEWED

    @property
    def going_in(self) -> int:
        """How many rows will be created or changed."""
        return self.counts.get("new", 0) + self.counts.get("changed", 0)

    @property
    def staying_out(self) -> int:
        """How many rows stay out: refused, or waiting for a person's word."""
        return self.counts.get("refused", 0) + self.counts.get("undecided", 0)

    def headings(self, sheet: int) -> list[str]:
        return self.layout["sheets"][sheet]["headings"]

    def sheet_name(self, sheet: int) -> str:
        return self.layout["sheets"][sheet]["name"]


class StagedRow(Record):
    """One row of an uploaded roster, with what will happen to it. Its key becomes the key of the archive it makes, so
    the same row can never make two.

    It holds what the sheet says about a child, seen only through its batch; rows that went in are emptied.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    sheet = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    cells: Any = SealedJSONField()
    name = SealedField(max_length=72)
    verdict = models.CharField(max_length=10, blank=True)
    flawed = models.BooleanField(default=False)
    problems: Any = SealedJSONField()
    changes: Any = SealedJSONField()
    decision = models.CharField(max_length=5, blank=True)
    child = models.UUIDField(null=True)

    objects = SealedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="one_staged_row_per_position")]
        indexes = [
            models.Index(fields=["batch", "verdict", "position"], name="staged_by_verdict"),
            models.Index(fields=["batch", "flawed", "position"], name="staged_by_flaw"),
        ]


class ColumnChoice(Record):
    """What an office said a heading means, kept for its next roster; an empty `field` means "do not import"."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    heading = models.CharField(max_length=80)
    field = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "heading"], name="one_choice_per_office_and_heading")
        ]
