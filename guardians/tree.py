"""The children of one family together: who their relatives are, who is away and who cares for whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from caseworks import codelists
from caseworks.codelists import PARENTS
from children.models import Child
from guardians.family import carers_on, siblings_of
from guardians.household import Member, households
from guardians.models import Entrustment


@dataclass(frozen=True)
class Person:
    """A relative of one or more children of the family, and of which of them they take care."""

    member: Member
    children: list[Child] = field(default_factory=list)
    cares_for: list[Child] = field(default_factory=list)


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
    """Everyone around a child and the siblings in scope: six queries, however many there are."""
    children = sorted([child, *siblings_of(child)], key=lambda each: (each.born_on, each.pk))
    cares = carers_on(children, on)
    people: dict[UUID, Person] = {}
    for key, home in households(children, on).items():
        one = next(each for each in children if each.pk == key)
        for member in home.members:
            person = people.setdefault(member.relative.pk, Person(member))
            person.children.append(one)
            if key in cares and cares[key].relative_id == member.relative.pk:
                person.cares_for.append(one)
    return Tree(tuple(children), tuple(people.values()), cares)
