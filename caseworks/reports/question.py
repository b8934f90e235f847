"""What a report is asked: about which office, for which year, up to which day, by which definition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from caseworks.kept import once_kept
from caseworks.models import Organization, in_force, subtree
from caseworks.scoped import subquery
from children.models import Child, Enrolment, Residence
from children.models.archive import ChildQuerySet
from guardians.definitions import Definition
from visits.models import Pairing

FIRST_YEAR = 2000


@dataclass(frozen=True)
class Question:
    """One office (with everything under it), the first day of the year, the cut-off, and the definition (口径).

    A *stock* is what holds on the cut-off day; a *flow* is what happened from the first day to the cut-off, both
    included. Whoever asks is told of what their office kept on those days (caseworks/kept.py).
    """

    organization: Organization
    first: date
    last: date
    definition: Definition
    pinned: bool = False  # the cut-off was chosen, and is not simply the end of the year

    @classmethod
    def of_year(cls, organization: Organization, year: int, definition: Definition, today: date) -> Question:
        """The whole year, or the current year up to today. Raises ValueError for a year without records."""
        if not FIRST_YEAR <= year <= today.year:
            raise ValueError(f"No report for {year}.")
        return cls(organization, date(year, 1, 1), min(date(year, 12, 31), today), definition)

    @classmethod
    def on_day(cls, organization: Organization, on: date, definition: Definition, today: date) -> Question:
        """The year up to a day of it. Raises ValueError for a day that has no records yet, or never had."""
        if on > today or on.year < FIRST_YEAR:
            raise ValueError(f"No report for {on}.")
        return cls(organization, date(on.year, 1, 1), on, definition, pinned=True)

    @property
    def year(self) -> int:
        return self.first.year

    def a_year_before(self) -> Question:
        """The same question about the year before, up to the same day of that year."""
        year, month, day = self.last.year - 1, self.last.month, self.last.day
        last = date(year, month, 28 if (month, day) == (2, 29) else day)
        return Question(self.organization, date(year, 1, 1), last, self.definition)

    @property
    def in_the_year(self) -> Q:
        """The condition on a period that it holds on some day of the year."""
        return Q(from_on__lte=self.last) & (Q(until_on__isnull=True) | Q(until_on__gt=self.first))

    def under(self, field: str) -> Q:
        """The condition that the office named by a field is this one or below it; an empty field is the office."""
        low, high = subtree(self.organization.path)
        prefix = f"{field}__" if field else ""
        return Q(**{f"{prefix}path__gte": low, f"{prefix}path__lt": high})

    def kept(self, model: Any, holds: Q) -> Any:
        """Records about the children whom the office kept at such a time, whoever keeps them now (caseworks/kept.py)."""
        return once_kept(model, holds, self.organization.path)

    def children(self) -> ChildQuerySet:
        """Children of the office at the cut-off with an open archive: enrolled in its schools, living in its villages
        or paired with its mentors, each once."""
        found: ChildQuerySet = self.kept(Child, in_force(self.last)).open_on(self.last)
        return found

    def children_of_the_year(self) -> ChildQuerySet:
        """Children who were the office's on any day of the year, whether or not the archive is still open."""
        found: ChildQuerySet = self.kept(Child, self.in_the_year)
        return found

    def children_closed(self) -> ChildQuerySet:
        """Children whose archive was closed in the year, now or for a while, as long as they were the office's or on the
        very day they left it: what became of them afterwards is the business of the next office."""
        kept_then = Q(pk__in=[])
        for day in ("child__closed_on", "child__closed_periods__from_on"):
            still = Q(until_on__isnull=True) | Q(until_on__gte=F(day))
            kept_then |= still & Q(**{f"{day}__range": (self.first, self.last)}, from_on__lte=F(day))
        found: ChildQuerySet = self.kept(Child, kept_then)
        return found

    def left_behind(self) -> ChildQuerySet:
        """Children of the office who at the cut-off are left behind by the definition."""
        return self.definition.children(self.children(), self.last)

    def pairings(self) -> QuerySet[Pairing]:
        """Pairings open at the cut-off: by its mentors, or for the children of its schools and villages."""
        enrolled = subquery(Enrolment).filter(in_force(self.last), self.under("school")).values("child")
        living = subquery(Residence).filter(in_force(self.last), self.under("village")).values("child")
        found: QuerySet[Pairing] = self.kept(Pairing, in_force(self.last)).filter(
            in_force(self.last), self.under("mentor__organization") | Q(child__in=enrolled.union(living, all=True))
        )
        return found

    def of_its_contacts(self, prefix: str = "") -> Q:
        """The condition on contacts, or on rows that name one, of the year on behalf of the office or one under it."""
        return self.under(f"{prefix}logged_for") & Q(**{f"{prefix}held_on__range": (self.first, self.last)})

    def schools(self) -> QuerySet[Organization]:
        """Schools and kindergartens of the office that were not closed by the cut-off."""
        still = Q(closed_on__isnull=True) | Q(closed_on__gt=self.last)
        return Organization.objects.filter(self.under(""), still).schools()
