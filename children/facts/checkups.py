"""Health checks done and due: n of m children of a school were checked in a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef

from caseworks.models import in_force
from caseworks.scoped import subquery
from children.models import Child, Enrolment, HealthCheck
from children.models.archive import ChildQuerySet


def due(among: ChildQuerySet, year: int, on: date) -> ChildQuerySet:
    """Children to be checked in a calendar year: those at a school on its last day, or on `on` while the year lasts."""
    day = min(date(year, 12, 31), on)
    return among.open_on(day).filter(Exists(subquery(Enrolment).filter(in_force(day), child=OuterRef("pk"))))


def done(among: ChildQuerySet, year: int, on: date) -> ChildQuerySet:
    """Those of them who were checked in the year."""
    checks = subquery(HealthCheck).filter(child=OuterRef("pk"), checked_on__year=year, checked_on__lte=on)
    return due(among, year, on).filter(Exists(checks))


@dataclass(frozen=True)
class Checkups:
    """How many children of a school were checked, of how many."""

    school: str
    done: int
    due: int


def by_school(among: ChildQuerySet, year: int, on: date) -> list[Checkups]:
    """Done and due of each school, in the order of the office tree: two queries."""
    day = min(date(year, 12, 31), on)
    rows = Enrolment.objects.filter(in_force(day)).order_by("school__path").values_list("school__name")

    def counted(children: ChildQuerySet) -> dict[str, int]:
        return dict(rows.filter(child__in=children.order_by().values("pk")).annotate(Count("child")))

    of, checked = counted(due(among, year, on)), counted(done(among, year, on))
    return [Checkups(school, checked.get(school, 0), number) for school, number in of.items()]


def checkups(year: int, on: date) -> list[Checkups]:
    """The same for every child in scope."""
    return by_school(Child.objects.all(), year, on)
