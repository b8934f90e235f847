"""The records behind a figure, as a person reads them: one listing per kind of record, for the page and the sheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from caseworks.codelists import PARENTS, RELATION
from caseworks.kept import own_work
from caseworks.models import Organization, in_force
from caseworks.reports.indicators import INDICATORS
from caseworks.reports.question import Question
from caseworks.reports.wording import enumerated
from children.models import Child, Enrolment, Handover, PupilCount, Residence
from guardians.family import carers_on
from guardians.models import Absence, Kinship, Relative
from visits.models import Contact, ContactChild, Counterpart, Mentor, Pairing

CHUNK = 500


@dataclass(frozen=True)
class Cell:
    """A value, and the page it leads to: the name of the address and its code."""

    value: Any
    page: str = ""
    code: str = ""


Line = tuple[Cell, ...]


@dataclass(frozen=True)
class Listing:
    """How one kind of record is listed: headings, order, and the lines of some of its rows (a query or two for all of
    them, never one per row)."""

    headings: tuple[Any, ...]
    order: tuple[str, ...]
    lines: Callable[[Sequence[Any], Question], list[Line]]

    def ordered(self, records: QuerySet) -> QuerySet:
        return records.order_by(*self.order)

    def all_lines(self, records: QuerySet, question: Question) -> Iterator[Line]:
        """Every line, read in chunks: a sheet of any length in constant memory."""
        rows = iter(self.ordered(records).iterator(chunk_size=CHUNK))
        while chunk := list(islice(rows, CHUNK)):
            yield from self.lines(chunk, question)


NO_LONGER_OURS = _("no longer kept here")


class _Archives:
    """How children are named: with their archive if it can be opened now; else as they were called when they were given
    away, with the hand-over; else not at all. Two queries for any number."""

    def __init__(self, keys: Iterable[Any]) -> None:
        asked = set(keys)
        self._open = Child.objects.in_bulk(asked)
        given = Handover.objects.filter(child__in=asked - set(self._open), state="accepted")
        self._given = _by_key(given.order_by("id"), "child_id")

    def cell(self, key: Any) -> Cell:
        if key in self._open:
            return Cell(self._open[key].name, "children:detail", self._open[key].code)
        if key in self._given:
            return Cell(self._given[key].name, "handovers:detail", self._given[key].code)
        return Cell(NO_LONGER_OURS)


def _contact_cells(contacts: Iterable[Contact]) -> dict[Any, Cell]:
    """The day of each contact, with its page if that can be opened."""
    found = list(contacts)
    opened = set(Contact.objects.filter(pk__in=[contact.pk for contact in found]).values_list("pk", flat=True))
    pages = {True: "visits:contact", False: ""}
    return {contact.pk: Cell(contact.held_on, pages[contact.pk in opened], contact.code) for contact in found}


def _by_key(rows: Iterable[Any], key: str) -> dict[Any, Any]:
    return {getattr(row, key): row for row in rows}


def _of_children(rows: Sequence[Child], question: Question) -> list[Line]:
    on, keys = question.last, [child.pk for child in rows]
    oldest_first = ("from_on", "id")
    enrolments = _by_key(
        Enrolment.objects.filter(in_force(on), child__in=keys).select_related("school").order_by(*oldest_first),
        "child_id",
    )
    homes = _by_key(
        Residence.objects.filter(in_force(on), child__in=keys).select_related("village").order_by(*oldest_first),
        "child_id",
    )
    away = _parents_away(keys, question)
    carers, archives = carers_on(rows, on), _Archives(keys)
    lines: list[tuple[Cell, ...]] = []
    for child in rows:
        enrolment, home, care = enrolments.get(child.pk), homes.get(child.pk), carers.get(child.pk)
        lines.append(
            (
                archives.cell(child.pk),
                Cell(child.get_sex_display()),
                Cell(child.age_on(on)),
                Cell(enrolment.school.name if enrolment else ""),
                Cell(
                    f"{enrolment.get_grade_display()} {enrolment.class_name}" if enrolment and enrolment.grade else ""
                ),
                Cell(home.village.name if home else ""),
                Cell(away.get(child.pk, "")),
                Cell(_person(care.relative.name, care.relation) if care else ""),
            )
        )
    return lines


def _person(name: str, relation: str) -> str:
    return f"{name} · {RELATION.label(relation)}" if relation else name


def _parents_away(keys: list[Any], question: Question) -> dict[Any, str]:
    """Which parent of each child is away at the cut-off, and where."""
    kinships = Kinship.objects.filter(child__in=keys, relation__in=PARENTS).order_by("relation")
    pairs = list(kinships.values_list("child_id", "relative_id", "relation"))
    places = dict(
        Absence.objects.filter(in_force(question.last), relative__in={relative for _child, relative, _code in pairs})
        .order_by("from_on", "id")
        .values_list("relative_id", "place")
    )
    words = defaultdict(list)
    for child, relative, relation in pairs:
        if relative in places:
            words[child].append(f"{RELATION.label(relation)} {places[relative]}".strip())
    return {child: enumerated(parents) for child, parents in words.items()}


def _of_contacts(rows: Sequence[Contact], question: Question) -> list[Line]:
    keys = [contact.pk for contact in rows]
    names, met = _names_of(keys), _met(keys)
    contacts = _with_staff(keys)
    days = _contact_cells(rows)
    return [
        (
            days[contact.pk],
            Cell(contact.get_kind_display()),
            Cell(_("reached somebody") if contact.reached else _("reached nobody")),
            Cell(enumerated(names[contact.pk]) or NO_LONGER_OURS),
            Cell(enumerated(met[contact.pk])),
            Cell(contacts[contact.pk].logged_by.name),
            Cell(contacts[contact.pk].logged_for.name),
        )
        for contact in rows
    ]


def _with_staff(keys: Iterable[Any]) -> dict[Any, Contact]:
    """The contacts, with who logged them on whose behalf."""
    return own_work(Contact, "logged_for").select_related("logged_by", "logged_for").in_bulk(set(keys))


def _names_of(keys: Iterable[Any]) -> dict[Any, list[str]]:
    """The names of the children of each contact."""
    names = defaultdict(list)
    rows = ContactChild.objects.filter(contact__in=set(keys)).order_by("child__name_order", "child")
    for contact, name in rows.values_list("contact_id", "child__name"):
        names[contact].append(name)
    return names


def _met(keys: Iterable[Any]) -> dict[Any, list[str]]:
    """Whom each contact was with."""
    met = defaultdict(list)
    for row in Counterpart.objects.filter(contact__in=set(keys)).order_by("id"):
        met[row.contact_id].append(row.get_kind_display())
    return met


def _of_child_contacts(rows: Sequence[ContactChild], question: Question) -> list[Line]:
    contacts = _with_staff(row.contact_id for row in rows)
    archives, days = _Archives(row.child_id for row in rows), _contact_cells(contacts.values())
    return [
        (
            archives.cell(row.child_id),
            days[row.contact_id],
            Cell(contacts[row.contact_id].get_kind_display()),
            Cell(_("reached somebody") if contacts[row.contact_id].reached else _("reached nobody")),
            Cell(contacts[row.contact_id].logged_by.name),
            Cell(contacts[row.contact_id].logged_for.name),
        )
        for row in rows
    ]


def _of_people_contacted(rows: Sequence[Counterpart], question: Question) -> list[Line]:
    contacts = _with_staff(row.contact_id for row in rows)
    names, days = _names_of(contacts), _contact_cells(contacts.values())
    relatives = Relative.objects.in_bulk({row.relative_id for row in rows} - {None})
    return [
        (
            Cell(row.get_kind_display()),
            Cell(relatives[row.relative_id].name if row.relative_id in relatives else ""),
            days[row.contact_id],
            Cell(contacts[row.contact_id].get_kind_display()),
            Cell(enumerated(names[row.contact_id]) or NO_LONGER_OURS),
            Cell(contacts[row.contact_id].logged_by.name),
            Cell(contacts[row.contact_id].logged_for.name),
        )
        for row in rows
    ]


def _of_parents(rows: Sequence[Relative], question: Question) -> list[Line]:
    children = defaultdict(list)
    kinships = Kinship.objects.filter(relative__in=[row.pk for row in rows]).select_related("child")
    for kinship in kinships.order_by("child__name_order", "id"):
        children[kinship.relative_id].append(f"{kinship.child.name} · {kinship.get_relation_display()}")
    return [
        (Cell(row.name if row.pk in children else NO_LONGER_OURS), Cell(enumerated(children.get(row.pk, []))))
        for row in rows
    ]


def _of_pairings(rows: Sequence[Pairing], question: Question) -> list[Line]:
    mentors = Mentor.objects.select_related("organization").in_bulk({row.mentor_id for row in rows})
    archives = _Archives(row.child_id for row in rows)
    return [
        (
            archives.cell(row.child_id),
            Cell(mentors[row.mentor_id].name),
            Cell(mentors[row.mentor_id].get_kind_display()),
            Cell(mentors[row.mentor_id].organization.name),
            Cell(row.from_on),
        )
        for row in rows
    ]


def _of_mentors(rows: Sequence[Mentor], question: Question) -> list[Line]:
    places = Organization.objects.in_bulk({row.organization_id for row in rows})
    load: dict[Any, int] = defaultdict(int)
    for mentor in question.pairings().filter(mentor__in=[row.pk for row in rows]).values_list("mentor_id", flat=True):
        load[mentor] += 1
    return [
        (
            Cell(row.name),
            Cell(row.get_kind_display()),
            Cell(places[row.organization_id].name),
            Cell(load[row.pk]),
        )
        for row in rows
    ]


def _of_schools(rows: Sequence[Organization], question: Question) -> list[Line]:
    counts = INDICATORS["pupils"].records(question).filter(school__in=[row.pk for row in rows])
    pupils = dict(counts.values_list("school_id", "pupils"))
    return [(Cell(row.name), Cell(row.get_kind_display()), Cell(pupils.get(row.pk))) for row in rows]


def _of_pupil_counts(rows: Sequence[PupilCount], question: Question) -> list[Line]:
    schools = Organization.objects.in_bulk({row.school_id for row in rows})
    return [
        (
            Cell(schools[row.school_id].name),
            Cell(row.term),
            Cell(row.counted_on),
            Cell(row.pupils),
            Cell(row.rural_pupils),
        )
        for row in rows
    ]


LISTINGS: dict[type[Model], Listing] = {
    Child: Listing(
        (
            _("Name"),
            _("Sex"),
            _("Age"),
            _("School"),
            _("Class"),
            _("Village"),
            _("Parents away"),
            _("Carer"),
        ),
        ("name_order", "id"),
        _of_children,
    ),
    Contact: Listing(
        (_("Date"), _("Kind"), _("Outcome"), _("Children"), _("Who was met"), _("Logged by"), _("On behalf of")),
        ("-held_on", "-id"),
        _of_contacts,
    ),
    ContactChild: Listing(
        (_("Child"), _("Date"), _("Kind"), _("Outcome"), _("Logged by"), _("On behalf of")),
        ("-contact__held_on", "-contact", "id"),
        _of_child_contacts,
    ),
    Counterpart: Listing(
        (_("Who"), _("Name"), _("Date"), _("Kind"), _("Children"), _("Logged by"), _("On behalf of")),
        ("-contact__held_on", "-contact", "id"),
        _of_people_contacted,
    ),
    Relative: Listing((_("Name"), _("Children")), ("name", "id"), _of_parents),
    Pairing: Listing(
        (_("Child"), _("Mentor"), _("Kind of mentor"), _("Office of the mentor"), _("Since")),
        ("child__name_order", "id"),
        _of_pairings,
    ),
    Mentor: Listing(
        (_("Name"), _("Kind of mentor"), _("Office"), _("Children")), ("organization__path", "name", "id"), _of_mentors
    ),
    Organization: Listing((_("School"), _("Kind"), _("Pupils")), ("path",), _of_schools),
    PupilCount: Listing(
        (_("School"), _("Term"), _("Counted on"), _("Pupils"), _("From the countryside")),
        ("school__path",),
        _of_pupil_counts,
    ),
}


def listing_of(records: QuerySet) -> Listing:
    """How the records of a queryset are listed."""
    return LISTINGS[records.model]


_CHILD_OF = {
    Child: "pk",
    Contact: "contact_children__child",
    ContactChild: "child",
    Counterpart: "contact__contact_children__child",
    Pairing: "child",
    Relative: "kinships__child",
}


def children_of(records: QuerySet) -> QuerySet | None:
    """The keys of the children whom a list of these records names, in one column; None if it names nobody."""
    path = _CHILD_OF.get(records.model)
    return records.order_by().values_list(path) if path else None
