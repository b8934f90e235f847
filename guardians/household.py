"""The adults around one child on a day: what each is, who is away and where, who cannot care."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from caseworks import codelists
from caseworks.codelists import FATHERS, MOTHERS, PARENTS
from children.models import Child
from guardians.models import Absence, Kinship, Relative, Situation


@dataclass(frozen=True)
class Member:
    """A relative, with the absences and situations of a lifetime, the latest first."""

    relative: Relative
    relation: str
    absences: tuple[Absence, ...]
    situations: tuple[Situation, ...]
    on: date

    @property
    def relation_label(self) -> str:
        """What the person is to the child, in words."""
        return codelists.RELATION.label(self.relation)

    @property
    def away(self) -> Absence | None:
        """The absence in force on the day."""
        return next((row for row in self.absences if row.holds_on(self.on)), None)

    @property
    def open_absence(self) -> Absence | None:
        """The absence that has not ended."""
        return next((row for row in self.absences if row.until_on is None), None)

    @property
    def unable(self) -> tuple[Situation, ...]:
        """The situations in force on the day."""
        return tuple(row for row in self.situations if row.holds_on(self.on))

    @property
    def is_dead(self) -> bool:
        return any(row.kind == "dead" for row in self.unable)


@dataclass(frozen=True)
class Household:
    """The members, parents first."""

    members: tuple[Member, ...]

    def parents(self, relations: tuple[str, ...] = PARENTS) -> list[Member]:
        """The parents, or only the fathers or mothers."""
        return [member for member in self.members if member.relation in relations]

    @property
    def father(self) -> Member | None:
        """The father, or whoever stands in his place on record."""
        return next(iter(self.parents(FATHERS)), None)

    @property
    def mother(self) -> Member | None:
        """The mother, or whoever stands in her place on record."""
        return next(iter(self.parents(MOTHERS)), None)

    @property
    def away(self) -> list[Member]:
        """Parents away on the day."""
        return [member for member in self.parents() if member.away]

    @property
    def both_away(self) -> bool:
        """True if a father and a mother are away on the day."""
        return all(any(member.away for member in self.parents(kind)) for kind in (FATHERS, MOTHERS))

    def named(self, code: str) -> Member | None:
        """The member whose relative has this code."""
        return next((member for member in self.members if member.relative.code == code), None)


def household(child: Child, on: date) -> Household:
    """Everyone on record around a child: three queries."""
    return households([child], on)[child.pk]


def households(children: Iterable[Child], on: date) -> dict[UUID, Household]:
    """The same for many children, in the same three queries: child key → everyone around the child."""
    keys = [child.pk for child in children]
    kinships = list(
        Kinship.objects.filter(child__in=keys).select_related("relative").order_by("child", "relation", "id")
    )
    relatives = {kinship.relative_id for kinship in kinships}
    absences, situations = defaultdict(list), defaultdict(list)
    for absence in Absence.objects.filter(relative__in=relatives).order_by("-from_on", "-id"):
        absences[absence.relative_id].append(absence)
    for situation in Situation.objects.filter(relative__in=relatives).order_by("-from_on", "-id"):
        situations[situation.relative_id].append(situation)
    members: dict[UUID, list[Member]] = defaultdict(list)
    for kinship in kinships:
        members[kinship.child_id].append(
            Member(
                kinship.relative,
                kinship.relation,
                tuple(absences[kinship.relative_id]),
                tuple(situations[kinship.relative_id]),
                on,
            )
        )
    return {key: Household(tuple(members[key])) for key in keys}
