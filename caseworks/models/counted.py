"""Figures that take too long to be counted while somebody waits for a page."""

from __future__ import annotations

from django.db import models

from caseworks.models.base import Record
from caseworks.models.staff import Posting, User


class Counted(Record):
    """Figures counted beside the work, for everybody who reaches the same children (caseworks/counting.py).

    `kind` and `question` say what was counted, `reach` is the fingerprint of the scope it was counted in: whoever has
    another scope never finds the row. `figures` are those of `counted_at`. From `wanted_at` on they are to be counted
    anew, on behalf of the person and the post that asked last; whoever counts holds the row until `held_until`.
    """

    kind = models.CharField(max_length=20)
    question = models.CharField(max_length=200, blank=True)
    reach = models.CharField(max_length=64)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="+")
    figures = models.JSONField(null=True)
    counted_at = models.DateTimeField(null=True)
    wanted_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    failed = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "question", "reach"], name="counted_once_for_a_reach")]
        indexes = [
            models.Index(fields=["wanted_at"], condition=models.Q(wanted_at__isnull=False), name="figures_to_count")
        ]

    @property
    def is_there(self) -> bool:
        """True if there are figures to show, however old."""
        return self.figures is not None

    @property
    def is_awaited(self) -> bool:
        """True while they are counted anew."""
        return self.wanted_at is not None
