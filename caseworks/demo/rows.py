"""Rows waiting to be written, many at a time."""

from __future__ import annotations

import random
import zlib
from collections import Counter
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import connection

from caseworks.access import Via
from caseworks.models import Posting, User
from children import idnumbers
from children.models import (
    Boarding,
    Child,
    Disability,
    Enrolment,
    Facet,
    GrowthEntry,
    GuardianshipRating,
    Hardship,
    HealthCheck,
    Illness,
    Livelihood,
    Need,
    PupilCount,
    Reach,
    Relief,
    Residence,
    Survey,
    TermRecord,
)
from guardians.models import Absence, Declaration, Entrustment, Kinship, Relative, Situation
from visits.models import Contact, ContactChild, ContactRule, Counterpart, Mentor, Pairing

T = TypeVar("T")
# a row stands after the rows it points at
IN_ORDER: tuple[Any, ...] = (
    User, Posting, PupilCount, ContactRule, Child, Reach, Enrolment, Residence, Relative, Kinship, Absence, Situation,
    Entrustment, Declaration, Disability, Illness, HealthCheck, GuardianshipRating, Livelihood, Relief, Hardship, Need,
    Facet, Survey, GrowthEntry, TermRecord, Boarding, Mentor, Pairing, Contact, ContactChild, Counterpart,
)  # fmt: skip


class Rows:
    """Collects rows of any model and writes them in an order the foreign keys allow. The scope EVERYONE is in force."""

    def __init__(self) -> None:
        self._waiting: dict[Any, list[Any]] = {model: [] for model in IN_ORDER}
        self.written: Counter[str] = Counter()

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def add(self, row: T) -> T:
        """Keep a row for the next write."""
        self._waiting[type(row)].append(row)
        return row

    def waiting(self, model: type[T]) -> list[T]:
        """The rows of a model that are not written yet: they can still be completed."""
        return self._waiting[model]

    def enrolled_on(self, on: date, children: set[Any]) -> list[Enrolment]:
        """The enrolments in force on a day of some children, among those not written yet."""
        rows = self.waiting(Enrolment)
        return [
            row
            for row in rows
            if row.child_id in children and row.from_on <= on and (row.until_on is None or row.until_on > on)
        ]

    def pair(self, mentor: Mentor, child: Child, from_on: date, *, until_on: date | None = None) -> Pairing:
        """Keep a pairing and, while it lasts, the mentor's road to the child."""
        if until_on is None:
            self.add(Reach(child=child, via=Via.PAIRING, path=mentor.path))
        reason = "" if until_on is None else "term"
        return self.add(Pairing(mentor=mentor, child=child, from_on=from_on, until_on=until_on, end_reason=reason))

    def write(self) -> None:
        """Write what waits, and forget it."""
        for model, rows in self._waiting.items():
            model.objects.bulk_create(rows)
            self.written[model.__name__] += len(rows)
            rows.clear()


class Numbers:
    """ID numbers with a right check character, none twice."""

    # Decides where the numbers of a day begin; this value leaves alone the numbers of the rosters that are at hand for
    # trying out the import, so that no child of those is already in the demo.
    _DRAW = 49186

    def __init__(self) -> None:
        self._given: Counter[tuple[str, date, str]] = Counter()

    def draw(self, area: str, born_on: date, sex: str) -> str:
        """The next number of an area for a birthday and a sex (odd last order digit: male, even: female)."""
        begin = zlib.crc32(f"{self._DRAW}{born_on:%Y%m%d}".encode())
        order = (begin + self._given[area, born_on, sex]) % 500 * 2 + (sex == "1")
        self._given[area, born_on, sex] += 1
        return idnumbers.complete(f"{area}{born_on:%Y%m%d}{order:03d}")


def a_day(rng: random.Random, first: date, last: date) -> date:
    """A day from one to another, both included; the first if they are the wrong way round."""
    return first + timedelta(days=rng.randrange(max((last - first).days, 0) + 1))


def refresh_statistics() -> None:
    """Let the database count what it holds. Without it SQLite guesses: one query of the report took 10 s, not 20 ms."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
