"""How complete the archives are that a report rests on (资料完整情况): how many of the counted children lack what its tables need.

The conditions are the checks of the archive (guardians/gaps), asked at the cut-off: no condition stands here a second time.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from caseworks.reports.indicators import STOCK, Indicator
from caseworks.reports.question import Question
from children.models.archive import ChildQuerySet
from guardians.gaps import CHECKS

# The checks whose answer a figure of the report depends on, in the order of its tables: parents away, province of their
# work, carer, school and boarding, village, household registration, health, ID number. A counted child without any parent
# on record is always one of `only_declared`.
BEARING = (
    *("no_father", "no_mother", "only_declared"),
    "no_place",
    *("unattended", "alone", "no_carer"),
    "no_school",
    "no_village",
    "no_registration",
    "no_health",
    "no_id",
)


def _with_gap(check: str) -> Callable[[Question], ChildQuerySet]:
    return lambda question: question.left_behind().filter(CHECKS[check].holds(question.last))


_WORDS = _(
    "Left-behind children counted in this report in whose archive this is open at the cut-off; a figure of the report "
    "depends on it."
)
LACKING: dict[str, Indicator] = {
    key: Indicator(key, CHECKS[check].words, "people", STOCK, _WORDS, _with_gap(check))
    for check in BEARING
    for key in [f"lacks_{check}"]
}


def lacking(question: Question) -> dict[str, int]:
    """Key of LACKING → its value, all from one query."""
    asked = {f"lacks_{check}": Count("pk", filter=CHECKS[check].holds(question.last)) for check in BEARING}
    return question.left_behind().order_by().aggregate(**asked)
