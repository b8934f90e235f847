"""Invented contacts: what was done for a family, on a day, by whoever logs for an office."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import DateTimeField, F
from django.db.models.functions import Cast

from caseworks.demo import words
from caseworks.demo.families import Family
from caseworks.demo.rows import Rows, a_day
from caseworks.models import Organization, User
from children.models import Child
from guardians.models import Relative
from visits.models import Contact, ContactChild, Counterpart

Met = tuple[str, Relative | None]

_OF_A_VILLAGE = {"home": 48, "call": 30, "talk": 12, "video": 6, "service": 4}
_OF_A_SCHOOL = {"talk": 46, "call": 26, "home": 14, "tutoring": 7, "video": 3, "letter": 2, "company": 2}
_TOPICS = ("study", "life", "psychology", "safety", "health", "family", "conduct")


@dataclass(frozen=True)
class Office:
    """Whoever logs contacts, and the organization they log for."""

    by: User
    organization: Organization

    @property
    def kinds(self) -> dict[str, int]:
        """How often this office's people contact in which way."""
        return _OF_A_VILLAGE if self.organization.kind == "village" else _OF_A_SCHOOL


class Contacts:
    """Makes contacts one after another."""

    def __init__(self, rng: random.Random, rows: Rows) -> None:
        self.rng, self.rows = rng, rows

    def add(
        self, office: Office, kind: str, held_on: date, children: list[Child], met: list[Met], *, reached: bool = True
    ) -> Contact:
        """Keep one contact with these children and the people it was with."""
        rng = self.rng
        contact = self.rows.add(
            Contact(
                code=words.code(rng),
                kind=kind,
                held_on=held_on,
                reached=reached,
                topics=sorted(rng.sample(_TOPICS, rng.randint(1, 2))) if reached else [],
                note=words.note(rng, kind if reached else "missed"),
                concern=rng.choices(("none", "watch", "help", "urgent"), (930, 52, 15, 3))[0] if reached else "none",
                logged_by=office.by,
                logged_for=office.organization,
            )
        )
        for child in children:
            self.rows.add(ContactChild(contact=contact, child=child))
        for whom, relative in met:
            self.rows.add(Counterpart(contact=contact, kind=whom, relative=relative))
        return contact

    def with_family(self, office: Office, family: Family, held_on: date, kind: str = "", *, sure: bool = False) -> None:
        """A contact as that office makes it: kind, people met and success as likely as usual, or surely reached."""
        rng = self.rng
        kind = kind or rng.choices(list(office.kinds), list(office.kinds.values()))[0]
        reached = sure or rng.random() < 0.93
        # a visit or a call is about all children of the house, a talk or a lesson about one
        children = family.children if kind in {"home", "call", "video", "service"} else [rng.choice(family.children)]
        self.add(office, kind, held_on, children, self._met(family, kind) if reached else [], reached=reached)

    def _met(self, family: Family, kind: str) -> list[Met]:
        rng = self.rng
        if kind in {"talk", "tutoring", "letter", "company"}:
            return [("child", None)]
        parents: list[Met] = [
            (whom, parent)
            for whom, parent in (("father", family.father), ("mother", family.mother))
            if parent is not None and parent.phone
        ]
        if kind in {"call", "video"}:
            return [rng.choice(parents)] if parents and rng.random() < 0.8 else [("teacher", None)]
        at_home: list[Met] = [*family.at_home]
        return [*at_home, ("child", None)] if rng.random() < 0.6 or not at_home else at_home

    def over_time(self, office: Office, families: list[Family], a_year: int, first: date, last: date) -> None:
        """Contacts with any of these families from a day to a day, so many in a year."""
        for _contact in range(a_year * ((last - first).days + 1) // 365 if families else 0):
            family = self.rng.choice(families)
            self.with_family(office, family, a_day(self.rng, max(first, family.opened_on), last))


def logged_in_the_evening() -> None:
    """Set the moment of logging of every contact to the evening of its day: the rows were all written just now."""
    # 10:00 universal time is 18:00 in China
    evening = Cast(F("held_on"), DateTimeField()) + timedelta(hours=10)
    Contact.objects.update(logged_at=evening)
