"""The checks of an archive that is not in the database yet: an import asks them of what a row would make.

The condition of a check is the one in SQL (`checks.py`). Here it stands a second time, for an archive held in memory,
because 17,000 rows of a preview must not be written to be asked; a test asks both of the same archives, so that they
cannot part. Checks about what no roster says (papers, earlier schools) are not here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from caseworks.codelists import FATHERS, MOTHERS, PARENTS
from children.models.archive import years_before
from guardians.gaps.checks import COMPULSORY_FROM, COMPULSORY_UNTIL

_LEFT_BEHIND = frozenset({"1", "2", "9"})
_NOT_AT_SCHOOL = frozenset({"before", "dropout", "out"})


@dataclass(slots=True)
class Adult:
    """A relative of the child as far as the checks ask. `key` is whatever whoever asks knows them by."""

    relation: str
    born_on: date | None = None
    born_year: int | None = None
    has_phone: bool = False
    away: bool = False
    place: str = ""
    since_known: bool = True
    situations: frozenset[str] = frozenset()
    cares: bool = False
    key: Any = None

    def is_under(self, years: int, on: date) -> bool:
        """True if surely younger: by the date of birth, else by the year."""
        if self.born_on is not None:
            return self.born_on > years_before(on, years)
        return self.born_year is not None and self.born_year > on.year - years

    def is_over(self, years: int, on: date) -> bool:
        """True if surely older."""
        if self.born_on is not None:
            return self.born_on <= years_before(on, years + 1)
        return self.born_year is not None and self.born_year < on.year - years - 1


@dataclass(slots=True)
class Care:
    """An entrusted care in force: the days of its papers."""

    term_until_on: date | None = None
    agreement_signed_on: date | None = None
    school_notified_on: date | None = None
    village_notified_on: date | None = None


@dataclass(slots=True)
class Picture:
    """An archive as far as the checks ask. None is for what whoever asks has not looked up: nothing is said about it."""

    born_on: date
    registration: str = ""
    health: str = ""
    has_village: bool = False
    at_school: bool = False
    grade: str = ""
    adults: list[Adult] = field(default_factory=list)
    cares: list[Care] = field(default_factory=list)
    declared: str = ""  # the latest declaration that counts
    ever_declared: bool = False
    absence_recorded: bool | None = False  # of a parent, past or present
    stated: str | None = ""  # schooling that no enrolment says
    levels: tuple[str, ...] | None = ()  # of the disabilities that hold
    rated: bool | None = False

    def aged(self, first: int, last: int, on: date) -> bool:
        return years_before(on, last + 1) < self.born_on <= years_before(on, first)

    def has(self, *relations: str) -> bool:
        return any(adult.relation in relations for adult in self.adults)

    def gone(self, relations: tuple[str, ...]) -> bool:
        """True if a relative of these relations is away or cannot care."""
        return any((adult.away or adult.situations) and adult.relation in relations for adult in self.adults)

    @property
    def nobody_cares(self) -> bool:
        return not self.cares and self.gone(FATHERS) and self.gone(MOTHERS)

    @property
    def parent_away(self) -> bool:
        return any(adult.away and adult.relation in PARENTS for adult in self.adults)


Found = Adult | bool | None
Condition = Callable[[Picture, date], Found]


def _one(condition: Callable[[Adult, date], Any]) -> Condition:
    """The relative of whom the condition holds."""
    return lambda seen, on: next((adult for adult in seen.adults if condition(adult, on)), None)


def _no_phone(seen: Picture, on: date) -> Found:
    living = [adult for adult in seen.adults if adult.relation in PARENTS and "dead" not in adult.situations]
    return living[0] if living and not any(adult.has_phone for adult in living) else None


def _needless(seen: Picture, on: date) -> bool:
    known = bool(seen.cares) and seen.has(*FATHERS) and seen.has(*MOTHERS)
    return known and not seen.ever_declared and not seen.gone(PARENTS)


def _no_level(seen: Picture, on: date) -> bool:
    return seen.levels is not None and ((seen.health == "50" and not seen.levels) or "" in seen.levels)


def _only_declared(seen: Picture, on: date) -> bool:
    return seen.absence_recorded is False and seen.declared in _LEFT_BEHIND


def _no_school(seen: Picture, on: date) -> bool:
    return seen.stated == "" and not seen.at_school and seen.aged(COMPULSORY_FROM, COMPULSORY_UNTIL, on)


def _paper(name: str) -> Condition:
    return lambda seen, on: any(getattr(care, name) is None for care in seen.cares)


HAND: dict[str, Condition] = {
    "unattended": lambda seen, on: seen.aged(0, 7, on) and seen.nobody_cares,
    "alone": lambda seen, on: seen.aged(8, 15, on) and seen.nobody_cares,
    "carer_minor": _one(lambda adult, on: adult.cares and adult.is_under(18, on)),
    "dropout": lambda seen, on: seen.stated == "dropout",
    "carer_away": _one(lambda adult, on: adult.cares and adult.away),
    "carer_unable": _one(lambda adult, on: adult.cares and adult.situations),
    "dead_away": _one(lambda adult, on: adult.away and "dead" in adult.situations),
    "schooling": lambda seen, on: seen.at_school and seen.stated in _NOT_AT_SCHOOL,
    "needless": _needless,
    "carer_old": _one(lambda adult, on: adult.cares and adult.is_over(75, on)),
    "term_over": lambda seen, on: any(
        care.term_until_on is not None and care.term_until_on < on for care in seen.cares
    ),
    "no_carer": lambda seen, on: seen.aged(16, 17, on) and seen.nobody_cares,
    "no_carer_phone": _one(lambda adult, on: adult.cares and not adult.has_phone),
    "no_agreement": _paper("agreement_signed_on"),
    "school_not_told": _paper("school_notified_on"),
    "village_not_told": _paper("village_notified_on"),
    "carer_age": _one(lambda adult, on: adult.cares and adult.born_on is None and adult.born_year is None),
    "no_parent": lambda seen, on: not seen.has(*PARENTS),
    "no_phone": _no_phone,
    "no_father": lambda seen, on: seen.has(*MOTHERS) and not seen.has(*FATHERS),
    "no_mother": lambda seen, on: seen.has(*FATHERS) and not seen.has(*MOTHERS),
    "no_place": _one(lambda adult, on: adult.away and not adult.place and adult.relation in PARENTS),
    "no_since": _one(lambda adult, on: adult.away and not adult.since_known and adult.relation in PARENTS),
    "only_declared": _only_declared,
    "unregistered": lambda seen, on: seen.registration == "3",
    "no_registration": lambda seen, on: not seen.registration,
    "no_village": lambda seen, on: not seen.has_village,
    "no_school": _no_school,
    "no_grade": lambda seen, on: seen.at_school and not seen.grade,
    "no_health": lambda seen, on: not seen.health,
    "no_level": _no_level,
    "not_rated": lambda seen, on: seen.rated is False and seen.parent_away,
}
