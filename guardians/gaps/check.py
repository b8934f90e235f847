"""What a check is, and the conditions that several checks are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from caseworks.conditions import Holds
from caseworks.models import in_force
from caseworks.scoped import subquery
from children.models import Child
from children.models.archive import years_before
from guardians.models import Absence, Entrustment, Kinship, Relative, Situation


class Severity(StrEnum):
    """How much it matters."""

    DANGER = "danger"  # the law forbids it: to be looked into at once
    WRONG = "wrong"  # two things on record cannot both be so, or one is hardly right
    MISSING = "missing"


SEVERITIES = {
    Severity.DANGER: _("To be looked into at once"),
    Severity.WRONG: _("Contradictory or doubtful"),
    Severity.MISSING: _("Still missing"),
}


@dataclass(frozen=True, eq=False)
class Check:
    """One named check: its words, how much it matters, its condition on a day, and where it is mended.

    `page` and `field` name the page and the field that mend it; `person` picks, among a child's kinships, the relative
    the page is about.
    """

    key: str
    severity: Severity
    words: Any
    condition: Callable[[date], Q]
    page: str
    field: str = ""
    person: Callable[[date], Q] | None = None
    query: str = ""

    def holds(self, on: date) -> Holds:
        """The condition, to filter or annotate children with."""
        return Holds(Child, self.condition, on)


def has_relative(condition: Q) -> Q:
    """Children with a kinship of this condition."""
    return Q(Exists(subquery(Kinship).filter(condition, child=OuterRef("pk"))))


def relative_is_away(on: date, **absence: Any) -> Q:
    """Kinships whose relative is away on a day."""
    return Q(Exists(subquery(Absence).filter(in_force(on), relative=OuterRef("relative"), **absence)))


def relative_is(on: date, **situation: Any) -> Q:
    """Kinships whose relative is, on a day, in a situation in which one cannot care."""
    return Q(Exists(subquery(Situation).filter(in_force(on), relative=OuterRef("relative"), **situation)))


def relative_has_no_phone() -> Q:
    """Kinships whose relative has no telephone on record. (A join would have SQLite begin with everybody who has none.)"""
    return ~Q(Exists(subquery(Relative).filter(pk=OuterRef("relative"), phone_index__isnull=False)))


def has_care(on: date, *conditions: Q, **care: Any) -> Q:
    """Children with an entrusted care in force on a day; further conditions narrow it."""
    return Q(Exists(subquery(Entrustment).filter(in_force(on), *conditions, child=OuterRef("pk"), **care)))


def is_carer(on: date, *conditions: Q) -> Q:
    """Kinships whose relative cares for the same child on a day; further conditions are about the care."""
    cares = subquery(Entrustment).filter(in_force(on), *conditions, child=OuterRef("child"))
    return Q(Exists(cares.filter(relative=OuterRef("relative"))))


def younger_than(years: int, on: date, prefix: str = "relative__") -> Q:
    """Rows about somebody surely younger than an age: by the date of birth, else by the year."""
    return Q(**{f"{prefix}born_on__gt": years_before(on, years)}) | Q(
        **{f"{prefix}born_on__isnull": True, f"{prefix}born_year__gt": on.year - years}
    )


def older_than(years: int, on: date, prefix: str = "relative__") -> Q:
    """Rows about somebody surely older than an age."""
    return Q(**{f"{prefix}born_on__lte": years_before(on, years + 1)}) | Q(
        **{f"{prefix}born_on__isnull": True, f"{prefix}born_year__lt": on.year - years - 1}
    )
