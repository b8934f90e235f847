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
    CHECKING = "checking", _("being checked again")
    PREVIEWED = "previewed", _("waiting for you")
    IMPORTING = "importing", _("being imported")
    IMPORTED = "imported", _("imported")
    UNDOING = "undoing", _("being taken back")
    REMOVING = "removing", _("being cleared away")
    UNDONE = "undone", _("taken back")
    DISCARDED = "discarded", _("thrown away")
    REFUSED = "refused", _("could not be read")


# In these states there is work to do, by whoever holds the lease (jobs.py).
AT_WORK = (State.UPLOADED, State.CHECKING, State.IMPORTING, State.UNDOING, State.REMOVING)


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, posting: Posting) -> ImportBatchQuerySet:
        """Batches of the offices below the posting; whoever is no administrator sees only their own."""
        below = self.filter(organization__in=Organization.objects.under(posting.organization))
        return below if posting.role == Role.ADMINISTRATOR else below.filter(by=posting.user_id)

    def with_work_left(self) -> ImportBatchQuerySet:
        """Batches with something still to be done."""
        return self.filter(models.Q(state__in=AT_WORK) | models.Q(tidy=False))


class ImportBatch(Record):
    """One uploaded file. Nothing about a child is written before it is confirmed.

    `mapping` says for each heading which field it is ("" none); `layout` where in the file the rows were; `counts` how
    many rows will be, or were, new, changed, unchanged, refused and undecided, and how many of them have `problems`
    or go in with `warnings`. `sha256` is the fingerprint of the file, by which the same one sent again is recognised.

    Whoever works on it holds the `lease` and renews it with every step; `done` says how far the work has come, in rows.
    `asked_by`, `asked_in` and `asked_from` are the person, the posting and the address on whose behalf it is done.
    `seen` is how far the audit trail had come when the rows were planned: if nothing was changed since, the plan holds.
    `written` counts the rows made so far, by model; `then` is the state after clearing away; `tidy` is false while cells
    that nobody needs any more are still being emptied.
    `trouble` says why the work ended otherwise than it was meant to: the key of a sentence (troubles.py) and its facts.
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
    undone_at = models.DateTimeField(_("taken back at"), null=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    asked_in = models.ForeignKey(Posting, on_delete=models.PROTECT, null=True, related_name="+")
    asked_from = models.GenericIPAddressField(null=True)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    seen = models.JSONField(default=dict)
    written = models.JSONField(default=dict)
    trouble = models.JSONField(default=dict)
    then = models.CharField(max_length=10, choices=State.choices, blank=True)
    tidy = models.BooleanField(default=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["organization", "id"], name="imports_of_an_office"),
            models.Index(fields=["id"], condition=models.Q(state__in=AT_WORK), name="imports_at_work"),
            models.Index(fields=["id"], condition=models.Q(tidy=False), name="imports_to_tidy"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("exchange:preview", args=[self.code])

    @property
    def is_waiting(self) -> bool:
        """True while the batch can be confirmed or thrown away."""
        return self.state == State.PREVIEWED

    @property
    def is_at_work(self) -> bool:
        """True while something is being done with it; the page then shows how far it has come."""
        return self.state in AT_WORK

    @property
    def going_in(self) -> int:
        """How many rows will be created or changed."""
        return self.counts.get("new", 0) + self.counts.get("changed", 0)

    @property
    def staying_out(self) -> int:
        """How many rows stay out: refused, or waiting for a person's word."""
        return self.counts.get("refused", 0) + self.counts.get("undecided", 0)

    @property
    def rows_planned(self) -> int:
        """How many rows the file has, once it was read."""
        return sum(self.counts.get(verdict, 0) for verdict in ("new", "changed", "unchanged", "refused", "undecided"))

    def forget(self) -> None:
        """Remove all that was read of the file."""
        self.rows.all().delete()
        self.pieces.all().delete()
        RosterFrame.objects.filter(batch=self).delete()

    def headings(self, sheet: int) -> list[str]:
        return self.layout["sheets"][sheet]["headings"]

    def sheet_name(self, sheet: int) -> str:
        return self.layout["sheets"][sheet]["name"]


class RosterPiece(Record):
    """A piece of an uploaded file that waits to be read, base64 and sealed; removed as soon as it was read."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    content = SealedField()

    objects = SealedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="one_piece_per_number")]


class RosterFrame(Record):
    """What is left of an uploaded file without its rows (frames.py), sealed: titles, headings, widths and looks, so that the
    rows that stay out can come back in it. It holds no row; a drop-down list it keeps may hold names."""

    batch = models.OneToOneField(ImportBatch, on_delete=models.CASCADE, related_name="frame")
    content: Any = SealedJSONField()

    objects = SealedQuerySet.as_manager()


class StagedRowQuerySet(SealedQuerySet):
    def for_work(self) -> StagedRowQuerySet:
        """Rows with something to do, in the order of the file, without what the sheet said."""
        rows = self.exclude(work="").order_by("position")
        return rows.only("id", "batch", "position", "verdict", "work")


class StagedRow(Record):
    """One row of an uploaded roster, with what will happen to it. Its key becomes the key of the archive it makes, so
    the same row can never make two.

    It holds what the sheet says about a child, seen only through its batch; of rows that went in only the `work` is kept
    (work.py), by which the batch can be taken back. `late` marks those that change what was there before.
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
    work = SealedField()
    late = models.BooleanField(default=False)
    lacks = models.TextField(blank=True)  # the checks that the archive will raise (lacking.py)

    objects = StagedRowQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="one_staged_row_per_position")]
        indexes = [
            models.Index(fields=["batch", "verdict", "position"], name="staged_by_verdict"),
            models.Index(fields=["batch", "flawed", "position"], name="staged_by_flaw"),
            models.Index(fields=["batch", "position"], condition=models.Q(late=True), name="staged_late"),
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
