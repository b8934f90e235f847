"""Who reaches a child, by which road: the table every scope is made of."""

from __future__ import annotations

from django.db import models

from caseworks.models import PathField, Record
from children.models.archive import Child


class Reach(Record):
    """One road to a child: school, village, pairing or a time-limited grant.

    It repeats what enrolments, residences, pairings and grants say, so that every page can ask one indexed table; the
    actions that change those keep it (children/reach.py), and a test rebuilds it from the facts and compares.
    """

    path = PathField()
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="+")
    via = models.CharField(max_length=10)
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["child", "via", "path"], name="one_row_per_road")]
        indexes = [models.Index(fields=["path", "via", "child", "until_on"], name="reach_by_path")]


class Arrival(Record):
    """An archive that an import is still bringing in, or is taking out again: nobody sees it, in no scope.

    Its roads exist and are not open (`access.NOT_YET`). When the whole batch is in, one short transaction opens the roads
    and removes these rows: half an import is never seen.
    """

    child = models.OneToOneField(Child, on_delete=models.CASCADE, related_name="+")
    batch = models.UUIDField(db_index=True)
