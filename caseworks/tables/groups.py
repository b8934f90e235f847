"""The groups of children that somebody keeps together: the classes of a school, the children of a village."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from caseworks import codelists
from caseworks.access import Role
from caseworks.models import Organization, Posting, in_force
from children.models import Child, Enrolment, Residence
from children.models.archive import ChildQuerySet

CLASS, VILLAGE = "class", "village"


@dataclass(frozen=True)
class Group:
    """A class or a village with the number of its children; `code` names it in addresses."""

    code: str
    words: str
    number: int


def groups(posting: Posting, on: date) -> list[Group]:
    """The groups of a post on a day: the classes of a school; for everybody else, the villages."""
    below = Organization.objects.under(posting.organization)
    if posting.role == Role.SCHOOL_STAFF:
        rows = Enrolment.objects.filter(in_force(on), child__closed_on=None, school__in=below)
        counted = rows.values("school__code", "school__name", "grade", "class_name").annotate(number=Count("id"))
        found = [
            (
                row["school__name"], row["grade"].zfill(2), row["class_name"],
                Group(
                    ":".join((CLASS, row["school__code"], row["grade"], row["class_name"])),
                    f"{row['school__name']} {codelists.GRADE.label(row['grade'])}{row['class_name']}",
                    row["number"],
                ),
            )
            for row in counted
        ]  # fmt: skip
        return [entry[-1] for entry in sorted(found, key=lambda entry: entry[:3])]
    homes = Residence.objects.filter(in_force(on), child__closed_on=None, village__in=below)
    villages = homes.values("village__code", "village__name").annotate(number=Count("id")).order_by("village__name")
    return [Group(f"{VILLAGE}:{row['village__code']}", row["village__name"], row["number"]) for row in villages]


def children_of(code: str, on: date) -> ChildQuerySet:
    """The children of a group on a day in name order, as far as the scope in force reaches; nobody if it does not
    exist."""
    kind, _colon, rest = code.partition(":")
    open_archives = Child.objects.open_on(on)
    if kind == CLASS and rest.count(":") >= 2:
        school, grade, class_name = rest.split(":", 2)
        there = Enrolment.objects.filter(in_force(on), school__code=school, grade=grade, class_name=class_name)
        return open_archives.filter(pk__in=there.values("child")).in_name_order()
    if kind == VILLAGE:
        homes = Residence.objects.filter(in_force(on), village__code=rest)
        return open_archives.filter(pk__in=homes.values("child")).in_name_order()
    return Child.objects.none()
