"""Asking the checks: of one archive, of many, of everybody in scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.urls import reverse

from caseworks.models import in_force
from children.models import Child, Enrolment, Residence
from children.models.archive import ChildQuerySet
from guardians.gaps.check import Check
from guardians.gaps.checks import CHECKS, FACT_OF
from guardians.models import Kinship


@dataclass(frozen=True)
class Gap:
    """One thing that an archive lacks or that contradicts itself; `relative` is the code of the person it is about."""

    check: Check
    child_code: str
    relative: str = ""

    @property
    def words(self) -> Any:
        return self.check.words

    @property
    def address(self) -> str:
        """The page that mends it, at the field that does."""
        names = [self.child_code, *filter(None, (self.relative, FACT_OF.get(self.check.key)))]
        query = f"?{self.check.query}" if self.check.query else ""
        return reverse(self.check.page, args=names) + query + (f"#id_{self.check.field}" if self.check.field else "")


def with_gap(among: ChildQuerySet, key: str, on: date) -> ChildQuerySet:
    """Those of the given children who have this gap; only open archives lack anything."""
    return among.live().filter(CHECKS[key].holds(on))


def gaps_of(children: Iterable[Child], on: date) -> dict[UUID, list[Gap]]:
    """Child key → what is missing or wrong on a day, the weightiest first: one query for all of them and all checks, and
    one for each check that is about a relative. For the archive page, and for an import after each chunk it wrote."""
    keys = [child.pk for child in children]
    answers = {f"gap_{key}": check.holds(on) for key, check in CHECKS.items()}
    rows = Child.objects.live().filter(pk__in=keys).annotate(**answers).values("pk", "code", *answers)
    found = {row["pk"]: (row["code"], [key for key in CHECKS if row[f"gap_{key}"]]) for row in rows}
    asked: dict[str, list[UUID]] = {}
    for pk, (_code, lacking) in found.items():
        for key in lacking:
            asked.setdefault(key, []).append(pk)
    people = {key: people_of(CHECKS[key], pks, on) for key, pks in asked.items()}
    gaps = {
        pk: [Gap(CHECKS[key], code, people[key].get(pk, "")) for key in lacking]
        for pk, (code, lacking) in found.items()
    }
    return {pk: gaps.get(pk, []) for pk in keys}


def people_of(check: Check, children: Iterable[UUID], on: date) -> dict[UUID, str]:
    """Child key → the code of the relative that a check is about; empty if it is about none."""
    if check.person is None:
        return {}
    rows = Kinship.objects.filter(check.person(on), child__in=list(children)).order_by("-relation", "-id")
    return dict(rows.values_list("child", "relative__code"))


@dataclass(frozen=True)
class Share:
    """How many children with a gap live in a village, or go to a class: with what narrows a list to them."""

    place: str
    code: str
    number: int
    grade: str = ""
    class_name: str = ""


def by_village(found: ChildQuerySet, on: date) -> list[Share]:
    """The children, counted by the village they live in, the most first: one query."""
    rows = Residence.objects.filter(in_force(on), child__in=found.order_by().values("pk")).order_by()
    counted = rows.values_list("village__name", "village__code").annotate(number=Count("child"))
    return [Share(*row) for row in counted.order_by("-number", "village__code")]


def by_class(found: ChildQuerySet, on: date) -> list[Share]:
    """The children, counted by school, grade and class, the most first: one query."""
    rows = Enrolment.objects.filter(in_force(on), child__in=found.order_by().values("pk")).order_by()
    counted = rows.values_list("school__name", "school__code", "grade", "class_name").annotate(number=Count("child"))
    return [
        Share(name, code, number, grade, class_name)
        for name, code, grade, class_name, number in counted.order_by("-number", "school__code", "grade", "class_name")
    ]
