"""The adults around one child on a day: what each is, who is away and where, who cannot care."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from caseworks import codelists
from caseworks.codelists import FATHERS, MOTHERS, PARENTS
from children.models import Child
from guardians.family import carers_on, kinships_of, siblings_of
from guardians.models import Absence, Entrustment, Kinship, Relative, Situation


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
    def is_parent(self) -> bool:
        return self.relation in PARENTS

    @property
    def away(self) -> Absence | None:
        """The absence in force on the day."""
        return next((row for row in self.absences if _holds(row, self.on)), None)

    @property
    def open_absence(self) -> Absence | None:
        """The absence that has not ended."""
        return next((row for row in self.absences if row.until_on is None), None)

    @property
    def unable(self) -> tuple[Situation, ...]:
        """The situations in force on the day."""
        return tuple(row for row in self.situations if _holds(row, self.on))

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


def _holds(row: Absence | Situation, on: date) -> bool:
    return row.from_on <= on and (row.until_on is None or row.until_on > on)


def household(child: Child, on: date) -> Household:
    """Everyone on record around a child: three queries."""
    kinships = list(kinships_of(child))
    facts = _facts_of([kinship.relative_id for kinship in kinships])
    return Household(
        tuple(Member(kinship.relative, kinship.relation, *facts(kinship.relative_id), on) for kinship in kinships)
    )


def _facts_of(relatives: list[UUID]) -> Callable[[UUID], tuple[tuple[Absence, ...], tuple[Situation, ...]]]:
    """What is on record of many relatives: their absences and situations, the latest first."""
    absences, situations = defaultdict(list), defaultdict(list)
    for absence in Absence.objects.filter(relative__in=relatives).order_by("-from_on", "-id"):
        absences[absence.relative_id].append(absence)
    for situation in Situation.objects.filter(relative__in=relatives).order_by("-from_on", "-id"):
        situations[situation.relative_id].append(situation)
    return lambda relative: (tuple(absences[relative]), tuple(situations[relative]))


# --- The whole household: all children of one pair of parents ----------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """A relative of one or more children of the household: what they are to each, and of whom they take care."""

    member: Member
    children: tuple[Child, ...]
    cares_for: tuple[Child, ...]


@dataclass(frozen=True)
class Tree:
    """The children who share a parent, the eldest first, and their relatives by generation; each person once."""

    children: tuple[Child, ...]
    people: tuple[Person, ...]
    cares: dict[UUID, Entrustment]

    def _of(self, relations: tuple[str, ...]) -> list[Person]:
        return [person for person in self.people if person.member.relation in relations]

    @property
    def grandparents(self) -> list[Person]:
        return self._of(codelists.GRANDPARENTS)

    @property
    def parents(self) -> list[Person]:
        return self._of(PARENTS)

    @property
    def others(self) -> list[Person]:
        """Aunts, cousins, neighbours: whoever is of neither generation."""
        return [person for person in self.people if person.member.relation not in (*codelists.GRANDPARENTS, *PARENTS)]


def tree(child: Child, on: date) -> Tree:
    """Everyone around a child and the siblings in scope: seven queries, however many there are."""
    children = sorted([child, *siblings_of(child)], key=lambda each: (each.born_on, each.pk))
    cares = carers_on(children, on)
    kinships: dict[UUID, list[Kinship]] = defaultdict(list)
    rows = Kinship.objects.filter(child__in=children).select_related("relative").order_by("relation", "id")
    for kinship in rows:
        kinships[kinship.relative_id].append(kinship)
    facts = _facts_of(list(kinships))
    named = {each.pk: each for each in children}
    people = [
        Person(
            Member(links[0].relative, links[0].relation, *facts(relative), on),
            tuple(named[link.child_id] for link in links),
            tuple(each for each in children if each.pk in cares and cares[each.pk].relative_id == relative),
        )
        for relative, links in kinships.items()
    ]
    return Tree(tuple(children), tuple(people), cares)
