"""When an archive was closed for a while: what keeps the figures of past days right after a child has come back."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.codelists import CodeField
from caseworks.models import Period, Record
from caseworks.scoped import AboutChildren
from children.models.archive import Child


class ClosedPeriod(Record, AboutChildren, Period):
    """The archive was closed from a day until the day it was opened again, for a reason (退出后返回).

    Only closings that are over stand here; the one in force stands on the archive itself (`Child.closed_on`). A closing
    by mistake leaves no row: it never held.
    """

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="closed_periods")
    reason = CodeField(codelists.EXIT_REASON, verbose_name=_("reason of exit"))

    class Meta(AboutChildren.Meta):
        verbose_name = _("closed period")
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=False) & Q(until_on__gt=F("from_on")), name="closed_period_is_over"
            ),
            models.UniqueConstraint(fields=["child", "from_on"], name="one_closed_period_per_child_and_day"),
        ]
