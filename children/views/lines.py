"""One line per child, as lists, suggestions and exports show it; read together, never child by child."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from caseworks import codelists
from caseworks.codelists import PARENTS
from caseworks.models import in_force
from children.models import Child, Enrolment, Residence
from children.places import enrolments_on, residences_on
from guardians.definitions import Definition
from guardians.family import carers_on
from guardians.models import Absence, Entrustment, Kinship
from visits.models import ContactChild, Pairing

EVERYTHING = frozenset({"enrolment", "residence", "standing", "away", "care", "mentors", "contacts"})


@dataclass(frozen=True)
class Place:
    """A child with age, school and village on a day."""

    child: Child
    age: int
    enrolment: Enrolment | None
    residence: Residence | None


@dataclass(frozen=True)
class Line(Place):
    """The same with standing, the parents who are away, carer, mentors and the last day somebody was reached."""

    left_behind: bool
    care: Entrustment | None
    last_contact: date | None
    away: tuple[tuple[str, str], ...] = ()
    mentors: str = ""

    @property
    def carer_is(self) -> str:
        """What the carer is to the child, in words; empty if that is not recorded."""
        return codelists.RELATION.label(self.care.relation) if self.care and self.care.relation else ""

    @property
    def away_in_words(self) -> str:
        """Which parents are away and where: 父亲 广东省东莞市、母亲."""
        return "、".join(f"{codelists.RELATION.label(code)} {place}".strip() for code, place in self.away)


def places(children: Sequence[Child], on: date) -> list[Place]:
    """Age, school and village of each child."""
    enrolments, residences = enrolments_on(children, on), residences_on(children, on)
    return [Place(child, child.age_on(on), enrolments.get(child.pk), residences.get(child.pk)) for child in children]


def last_contacts(children: Sequence[Child]) -> dict[object, date]:
    """Child key → the last day on which a contact about the child reached somebody."""
    keys = [child.pk for child in children]
    rows = ContactChild.objects.filter(child__in=keys, contact__reached=True).values("child")
    return dict(rows.annotate(last=Max("contact__held_on")).values_list("child", "last"))


def parents_away(children: Sequence[Child], on: date) -> dict[object, tuple[tuple[str, str], ...]]:
    """Child key → (relation, place of work) of each parent who is away on a day, the father first."""
    rows = Kinship.objects.filter(child__in=[child.pk for child in children], relation__in=PARENTS)
    links = list(rows.order_by("relation", "id").values_list("child_id", "relation", "relative_id"))
    absences = Absence.objects.filter(in_force(on), relative__in={relative for _child, _relation, relative in links})
    where = dict(absences.values_list("relative_id", "place"))
    found: dict[object, tuple[tuple[str, str], ...]] = defaultdict(tuple)
    for child, relation, relative in links:
        if relative in where:
            found[child] += ((relation, where[relative]),)
    return found


def mentors_of(children: Sequence[Child], on: date) -> dict[object, str]:
    """Child key → the names of the mentors paired with the child on a day."""
    rows = Pairing.objects.filter(in_force(on), child__in=[child.pk for child in children]).order_by("from_on", "id")
    found: dict[object, list[str]] = defaultdict(list)
    for child, name in rows.values_list("child_id", "mentor__name"):
        found[child].append(name)
    return {child: "、".join(names) for child, names in found.items()}


def lines(
    children: Sequence[Child], definition: Definition, on: date, *, needs: Collection[str] = EVERYTHING
) -> list[Line]:
    """What a list shows of each child, in the order given. `needs` names what is read (`EVERYTHING`); the rest is as if
    nothing were recorded."""
    keys = [child.pk for child in children]
    counted: set[object] = set()
    if "standing" in needs:
        counted = set(definition.children(Child.objects.filter(pk__in=keys), on).values_list("pk", flat=True))
    enrolments = enrolments_on(children, on) if "enrolment" in needs else {}
    residences = residences_on(children, on) if "residence" in needs else {}
    away = parents_away(children, on) if "away" in needs else {}
    carers = carers_on(children, on) if "care" in needs else {}
    mentors = mentors_of(children, on) if "mentors" in needs else {}
    contacts = last_contacts(children) if "contacts" in needs else {}
    return [
        Line(
            child=child,
            age=child.age_on(on),
            enrolment=enrolments.get(child.pk),
            residence=residences.get(child.pk),
            left_behind=child.pk in counted,
            care=carers.get(child.pk),
            last_contact=contacts.get(child.pk),
            away=away.get(child.pk, ()),
            mentors=mentors.get(child.pk, ""),
        )
        for child in children
    ]
