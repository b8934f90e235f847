"""One line per child, as lists, suggestions and exports show it; read together, never child by child."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from caseworks import codelists
from children.models import Child, Enrolment, Residence
from children.places import enrolments_on, residences_on
from guardians.definitions import Definition
from guardians.family import carers_on
from guardians.models import Entrustment
from visits.models import ContactChild


@dataclass(frozen=True)
class Place:
    """A child with age, school and village on a day."""

    child: Child
    age: int
    enrolment: Enrolment | None
    residence: Residence | None


@dataclass(frozen=True)
class Line(Place):
    """The same with standing, carer and the last day somebody was reached."""

    left_behind: bool
    care: Entrustment | None
    last_contact: date | None

    @property
    def carer_is(self) -> str:
        """What the carer is to the child, in words; empty if that is not recorded."""
        return codelists.RELATION.label(self.care.relation) if self.care and self.care.relation else ""


def places(children: Sequence[Child], on: date) -> list[Place]:
    """Age, school and village of each child."""
    enrolments, residences = enrolments_on(children, on), residences_on(children, on)
    return [Place(child, child.age_on(on), enrolments.get(child.pk), residences.get(child.pk)) for child in children]


def last_contacts(children: Sequence[Child]) -> dict[object, date]:
    """Child key → the last day on which a contact about the child reached somebody."""
    keys = [child.pk for child in children]
    rows = ContactChild.objects.filter(child__in=keys, contact__reached=True).values("child")
    return dict(rows.annotate(last=Max("contact__held_on")).values_list("child", "last"))


def lines(children: Sequence[Child], definition: Definition, on: date) -> list[Line]:
    """Everything a list shows of each child, in the order given."""
    keys = [child.pk for child in children]
    counted = set(definition.children(Child.objects.filter(pk__in=keys), on).values_list("pk", flat=True))
    carers, contacts = carers_on(children, on), last_contacts(children)
    return [
        Line(
            **vars(place),
            left_behind=place.child.pk in counted,
            care=carers.get(place.child.pk),
            last_contact=contacts.get(place.child.pk),
        )
        for place in places(children, on)
    ]
