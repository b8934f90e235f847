"""Everything the rosters say about a child, read a thousand children at a time and in plain values: a county of 100,000
must leave in the time it takes to write its cells."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import Expression, F

from caseworks import masks
from caseworks.codelists import FATHERS, MOTHERS, PARENTS
from caseworks.encryption import SealedField, opener
from caseworks.exchange.out import dated
from caseworks.models import in_force
from children.models import Child, Enrolment, Residence
from children.models.archive import ChildQuerySet
from guardians import rolls
from guardians.definitions import DEFINITIONS
from guardians.models import Absence, Declaration, Entrustment, Kinship, Relative, Situation

CHUNK = 2000
DEAD = "dead"
_NO_LONGER = {DEAD, "revoked"}


class _Among(Expression):
    """SQL condition: the column is one of these keys. Django's own `in` prepares every key anew for every query; a file of
    100,000 children asks seven times about each."""

    conditional = True
    output_field = models.BooleanField()

    def __init__(self, column: str, keys: Keys) -> None:
        super().__init__()
        self.column, self.keys = F(column), keys

    def get_source_expressions(self) -> list[Any]:
        return [self.column]

    def set_source_expressions(self, exprs: Any) -> None:
        [self.column] = exprs

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = compiler.compile(self.column)
        return f"{column} IN ({self.keys.marks})", (*parameters, *self.keys.values)


class Keys:
    """Primary keys, made ready for the database once."""

    def __init__(self, keys: Iterable[UUID]) -> None:
        adapt = models.UUIDField().get_db_prep_value
        self.values = tuple(adapt(key, connection) for key in keys)
        self.marks = ", ".join(["%s"] * len(self.values)) or "NULL"

    def __bool__(self) -> bool:
        return bool(self.values)

    def among(self, column: str) -> _Among:
        """The condition that a column holds one of them."""
        return _Among(column, self)


@dataclass(slots=True)
class Adult:
    """A relative: what they are to the child, and where they are on the day."""

    relative: UUID
    relation: str
    name: str
    born_on: date | None
    born_year: int | None
    phone: str = ""
    id_number: str = ""
    address: str = ""
    absence_known: bool = False
    away: bool = False
    place: str = ""
    employer: str = ""
    situations: list[str] = field(default_factory=list)

    @property
    def is_dead(self) -> bool:
        return DEAD in self.situations

    @property
    def is_guardian(self) -> bool:
        """True for a parent who is alive and whose guardianship was not revoked."""
        return not _NO_LONGER & set(self.situations)


@dataclass(slots=True)
class Line:
    """A child as the rosters ask for one. Words of code lists are codes here; an empty one is not collected."""

    name: str
    sex: str
    born_on: date
    id_number: str
    ethnicity: str
    registration: str
    registered_at: str
    health: str
    only_child: bool | None
    orphan: bool | None
    school: str = ""
    school_kind: str = ""
    grade: str = ""
    class_name: str = ""
    boarding: str = ""
    student_number: str = ""
    entered_on: date | None = None
    village: str = ""
    village_path: str = ""
    address: str = ""
    father: Adult | None = None
    mother: Adult | None = None
    carer: Adult | None = None
    reason: str = ""
    declared: str = ""
    absence_known: bool = False
    parents_away: int = 0
    counted_by_the_roll: bool = False
    grandparents: dict[str, Adult] = field(default_factory=dict)
    dated: dict[str, str] = field(default_factory=dict)  # part of dated.py → its words
    members: list[Adult] = field(default_factory=list)  # the parents who live, then whoever cares

    @property
    def parents(self) -> list[Adult]:
        """The father and the mother, as far as they are recorded."""
        return [adult for adult in (self.father, self.mother) if adult is not None]

    @property
    def roll_word(self) -> str:
        """What the school roll says in 是否留守儿童, as a code: by the facts where they speak, else what was declared; empty
        if neither does."""
        by_facts = rolls.word(known=self.absence_known, away=self.parents_away, counted=self.counted_by_the_roll)
        return by_facts or self.declared


_CHILD = (
    "pk", "name", "sex", "born_on", "id_number", "ethnicity", "registration", "registered_at", "health", "only_child", "orphan",
)  # fmt: skip
_SCHOOL = (
    "child_id", "school_id", "school__name", "school__kind", "grade", "class_name", "boarding", "student_number", "from_on",
)  # fmt: skip
_ADULT = (
    "child_id", "relation", "relative_id", "relative__name", "relative__born_on", "relative__born_year", "relative__phone",
    "relative__id_number", "relative__address",
)  # fmt: skip


class _Opened:
    """The sealed fields, opened, and masked unless the file shows them in full."""

    def __init__(self, *, full: bool) -> None:
        self.id_number = self._of(Child, "id_number", masks.id_number, full=full)
        self.registered_at = self._of(Child, "registered_at", masks.address, full=full)
        self.address = self._of(Residence, "address", masks.address, full=full)
        self.phone = self._of(Relative, "phone", masks.phone, full=full)
        self.adult_number = self._of(Relative, "id_number", masks.id_number, full=full)
        self.adult_address = self._of(Relative, "address", masks.address, full=full)

    @staticmethod
    def _of(model: Any, name: str, mask: Callable[[str], str], *, full: bool) -> Callable[[Any, Any], str]:
        column: SealedField = model._meta.get_field(name)
        opened = opener(column)
        return opened if full else lambda sealed, key: mask(opened(sealed, key))


def lines(children: ChildQuerySet, on: date, *, full: bool, parts: Collection[str]) -> Iterator[Line]:
    """A line for each child, in the order given. `full` leaves ID numbers, telephones and addresses unmasked; `parts`
    are those of the roster."""
    sealed = _Opened(full=full)
    rows = children.values_list(*_CHILD).iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        found: dict[UUID, Line] = {}
        for key, name, sex, born_on, number, ethnicity, registration, registered_at, *rest in chunk:
            found[key] = Line(
                name,
                sex,
                born_on,
                sealed.id_number(number, key),
                ethnicity,
                registration,
                sealed.registered_at(registered_at, key),
                *rest,
            )
        keys = Keys(found)
        _schools(found, keys, on)
        _homes(found, keys, on, sealed)
        _adults(found, keys, on, sealed)
        _standing(found, keys, on)
        for part in dated.PARTS.intersection(parts):
            for child, words in dated.said(part, keys.among("child"), on):
                found[child].dated[part] = words
        yield from found.values()


def _schools(found: dict[UUID, Line], keys: Keys, on: date) -> None:
    first: dict[tuple[UUID, UUID], date] = {}
    open_rows = []
    rows = Enrolment.objects.filter(keys.among("child")).order_by("from_on", "id")
    for row in rows.values_list(*_SCHOOL, "until_on"):
        first.setdefault((row[0], row[1]), row[8])
        if row[8] <= on and (row[9] is None or row[9] > on):
            open_rows.append(row)
    for child, school, name, kind, grade, class_name, boarding, number, _from, _until in open_rows:
        line = found[child]
        line.school, line.school_kind, line.grade, line.class_name = name, kind, grade, class_name
        line.boarding, line.student_number, line.entered_on = boarding, number, first[child, school]


def _homes(found: dict[UUID, Line], keys: Keys, on: date, sealed: _Opened) -> None:
    rows = Residence.objects.filter(in_force(on), keys.among("child")).order_by("from_on", "id")
    for key, child, village, path, address in rows.values_list(
        "pk", "child_id", "village__name", "village__path", "address"
    ):
        line = found[child]
        line.village, line.village_path, line.address = village, path, sealed.address(address, key)


def _adults(found: dict[UUID, Line], keys: Keys, on: date, sealed: _Opened) -> None:
    kin: dict[UUID, list[Adult]] = {}
    everyone: dict[UUID, list[Adult]] = {}
    opened: dict[UUID, tuple[str, str, str]] = {}
    rows = Kinship.objects.filter(keys.among("child")).order_by("relation", "id")
    for child, relation, relative, name, born_on, born_year, phone, number, address in rows.values_list(*_ADULT):
        if relative not in opened:  # brothers and sisters share them
            opened[relative] = (
                sealed.phone(phone, relative),
                sealed.adult_number(number, relative),
                sealed.adult_address(address, relative),
            )
        adult = Adult(relative, relation, name, born_on, born_year, *opened[relative])
        kin.setdefault(child, []).append(adult)
        everyone.setdefault(relative, []).append(adult)
    relatives = Keys(everyone)
    absences = Absence.objects.filter(relatives.among("relative")).values_list(
        "relative_id", "place", "employer", "from_on", "until_on"
    )
    for relative, place, employer, from_on, until_on in absences:
        for adult in everyone[relative]:
            adult.absence_known = True
            if from_on <= on and (until_on is None or until_on > on):
                adult.away, adult.place, adult.employer = True, place, employer
    unable = Situation.objects.filter(in_force(on), relatives.among("relative")).order_by("from_on", "id")
    for relative, kind in unable.values_list("relative_id", "kind"):
        for adult in everyone[relative]:
            adult.situations.append(kind)
    for child, adults in kin.items():
        line = found[child]
        line.father, line.mother = _one_of(adults, FATHERS), _one_of(adults, MOTHERS)
        line.absence_known = any(adult.absence_known for adult in adults if adult.relation in PARENTS)
        line.parents_away = sum(
            any(adult.away for adult in adults if adult.relation in relations) for relations in (FATHERS, MOTHERS)
        )
        line.grandparents = {adult.relation: adult for adult in adults if adult.relation in {"61", "62", "63", "64"}}
    cares = Entrustment.objects.filter(in_force(on), keys.among("child")).order_by("from_on", "id")
    for child, relative, reason in cares.values_list("child_id", "relative_id", "reason"):
        line = found[child]
        line.carer = next((adult for adult in kin.get(child, ()) if adult.relative == relative), None)
        line.reason = reason
    for line in found.values():
        line.members = [adult for adult in line.parents if not adult.is_dead]
        carer = line.carer
        if carer is not None and all(adult.relative != carer.relative for adult in line.members):
            line.members.append(carer)


def _one_of(adults: list[Adult], relations: tuple[str, ...]) -> Adult | None:
    """The father, or the mother, of the form: the one who lives, before a step-parent."""
    found = [adult for adult in adults if adult.relation in relations]
    return min(found, key=lambda adult: adult.is_dead, default=None)


def _standing(found: dict[UUID, Line], keys: Keys, on: date) -> None:
    said = Declaration.objects.filter(keys.among("child"), declared_on__lte=on).order_by("declared_on", "id")
    for child, value, outranked in said.values_list("child_id", "value", "outranked"):
        found[child].declared = "" if outranked else value
    some = Keys(key for key, line in found.items() if line.parents_away)
    if some:
        counted = DEFINITIONS["school"].children(Child.objects.filter(some.among("pk")), on)
        for key in counted.values_list("pk", flat=True):
            found[key].counted_by_the_roll = True
