"""Contacts as lists show them: with the children and the people the reader may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from caseworks.codelists import COUNTERPART, RELATION, TOPIC
from children.models import Child
from guardians.models import Kinship, Relative
from visits.models import Contact, ContactChild, Counterpart

# people are named in the order of the list, whichever was saved first
WHOM_ORDER = {entry.code: number for number, entry in enumerate(COUNTERPART)}


@dataclass(frozen=True)
class Met:
    """Somebody a contact was with: what they are, in words, and the relative where the reader's scope reaches them."""

    words: str
    relative: Relative | None

    def __str__(self) -> str:
        return f"{self.words} {self.relative.name}" if self.relative else self.words


@dataclass(frozen=True)
class Listed:
    """A contact with the children in scope it was about and everyone it was with."""

    contact: Contact
    children: tuple[Child, ...]
    met: tuple[Met, ...]

    @property
    def names(self) -> str:
        """The children's names."""
        return "、".join(child.name for child in self.children)

    @property
    def topics(self) -> list[str]:
        """What it was about, in words."""
        return [TOPIC.label(code) for code in self.contact.topics]


def with_people(contacts: Iterable[Contact]) -> list[Listed]:
    """The contacts in the same order, in a fixed number of queries.

    A relative is looked up through the scope, never joined: a contact may also have met somebody from a family that
    the reader does not reach, and of them only what they were (a father, a carer) is shown.
    """
    contacts = list(contacts)
    prefetch_related_objects(contacts, "logged_by", "logged_for")
    children: dict[object, list[Child]] = defaultdict(list)
    # two small questions: joined and ordered, a database walks through every child of a county first
    links = ContactChild.objects.filter(contact__in=contacts).values_list("contact", "child")
    known = Child.objects.in_bulk({child for _contact, child in links})
    for contact, child in sorted(links, key=lambda link: (known[link[1]].born_on, link[1])):
        children[contact].append(known[child])
    rows = sorted(Counterpart.objects.filter(contact__in=contacts).order_by("id"), key=lambda row: WHOM_ORDER[row.kind])
    relatives = Relative.objects.in_bulk({row.relative_id for row in rows if row.relative_id})
    relations: dict[tuple[object, object], str] = {
        (link.relative_id, link.child_id): link.relation for link in Kinship.objects.filter(relative__in=relatives)
    }
    met: dict[object, list[Met]] = defaultdict(list)
    for row in rows:
        relative = relatives.get(row.relative_id) if row.relative_id else None
        found = (relations.get((row.relative_id, child.pk)) for child in children[row.contact_id])
        relation = next(filter(None, found), "")
        met[row.contact_id].append(Met(RELATION.label(relation) if relation else COUNTERPART.label(row.kind), relative))
    return [Listed(contact, tuple(children[contact.pk]), tuple(met[contact.pk])) for contact in contacts]
