"""Everything the rosters say about a child, read two thousand children at a time and in plain values: a county of 100,000
must leave in the time it takes to write its cells. Each roster says which parts it needs; the others are not read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

from caseworks import masks
from caseworks.codelists import FATHERS, MOTHERS, PARENTS
from caseworks.encryption import SealedField, opener
from caseworks.exchange.out import dated
from caseworks.listed import Listed
from caseworks.models import in_force
from caseworks.plain import Among, day, plain
from children.models import Child, Enrolment, Residence
from children.models.archive import ChildQuerySet
from guardians import rolls
from guardians.definitions import DEFINITIONS
from guardians.models import Declaration, Entrustment, Kinship, Relative, Situation

CHUNK = 2000
# parts that not every roster needs
REGISTERED, ENTERED, NUMBERS, GRANDPARENTS = "registered", "entered", "numbers", "grandparents"
MEMBERS, ROLL_WORD = "members", "roll word"
DEAD = "dead"
_NO_LONGER = {DEAD, "revoked"}
NAMED_GRANDPARENTS = frozenset({"61", "62", "63", "64"})


@dataclass(slots=True)
class Adult:
    """A relative: what they are to the child, and where they are on the day."""

    relative: str
    relation: str
    name: str
    born_on: str
    born_year: int | None
    phone: str = ""
    id_number: str = ""
    address: str = ""
    absence_known: bool = False
    away: bool = False
    place: str = ""
    employer: str = ""
    situations: tuple[str, ...] = ()

    @property
    def is_dead(self) -> bool:
        return DEAD in self.situations

    @property
    def is_guardian(self) -> bool:
        """True for a parent who is alive and whose guardianship was not revoked."""
        return not self.situations or not _NO_LONGER & set(self.situations)


@dataclass(slots=True)
class Line:
    """A child as the rosters ask for one. Words of code lists are codes here, dates are 2026-11-25; an empty one is not
    collected."""

    name: str
    sex: str
    born_on: str
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
    entered_on: str = ""
    village: str = ""
    address: str = ""
    father: Adult | None = None
    mother: Adult | None = None
    carer: Adult | None = None
    reason: str = ""
    declared: str = ""
    absence_known: bool = False
    parents_away: int = 0
    counted_by_the_roll: bool = False
    grandparents: Mapping[str, Adult] = field(default_factory=dict)
    dated: dict[str, str] = field(default_factory=dict)  # part of dated.py → its words
    members: Sequence[Adult] = ()  # the parents who live, then whoever cares

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


_CHILD = plain(
    "pk", "name", "sex", "born_on", "id_number", "ethnicity", "registration", "registered_at", "health", "only_child", "orphan",
)  # fmt: skip
_SCHOOL = plain(
    "child", "school", "school__name", "school__kind", "grade", "class_name", "boarding", "student_number", "from_on",
)  # fmt: skip
_HOME = plain("pk", "child", "village__name", "address")
# with each absence they ever had, a row each: a second question about the same relatives costs more
_ADULT = plain(
    "child", "relation", "relative", "relative__name", "relative__born_on", "relative__born_year", "relative__phone",
    "relative__absences__place", "relative__absences__employer",
    "relative__absences__from_on", "relative__absences__until_on",
)  # fmt: skip
_NUMBERS = plain("relative__id_number", "relative__address")


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


def lines(children: ChildQuerySet, on: date, *, full: bool, parts: Collection[str], listed: Listed) -> Iterator[Line]:
    """A line for each child, in the order given. `full` leaves ID numbers, telephones and addresses unmasked; `parts` are
    those of the roster; who is among them is noted in `listed`."""
    sealed = _Opened(full=full)
    registered = sealed.registered_at if REGISTERED in parts else _unread
    rows = children.values_list(*_CHILD).iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        found: dict[str, Line] = {}
        for key, name, sex, born_on, number, ethnicity, registration, registered_at, *rest in chunk:
            found[key] = Line(
                name,
                sex,
                day(born_on),
                sealed.id_number(number, key),
                ethnicity,
                registration,
                registered(registered_at, key),
                *rest,
            )
        listed.add(found)
        these = Among("child", found)
        _schools(found, these, on)
        if ENTERED in parts:
            _entered(found, these, on)
        _homes(found, these, on, sealed)
        _adults(found, these, on, sealed, parts)
        if ROLL_WORD in parts:
            _standing(found, these, on)
        for part in dated.PARTS.intersection(parts):
            for child, words in dated.said(part, these, on):
                found[child].dated[part] = words
        yield from found.values()


def _unread(_sealed: Any, _key: str) -> str:
    return ""


def _schools(found: dict[str, Line], these: Among, on: date) -> None:
    rows = Enrolment.objects.filter(in_force(on), these).order_by("from_on", "id")
    for child, _school, name, kind, grade, class_name, boarding, number, _from in rows.values_list(*_SCHOOL):
        line = found[child]
        line.school, line.school_kind, line.grade, line.class_name = name, kind, grade, class_name
        line.boarding, line.student_number = boarding, number


def _entered(found: dict[str, Line], these: Among, on: date) -> None:
    """Since when the child goes to the school: the first of its enrolments there."""
    first: dict[tuple[str, str], str] = {}
    rows = Enrolment.objects.filter(these, from_on__lte=on).order_by("from_on", "id")
    now = on.isoformat()
    for child, school, since, until in rows.values_list(*plain("child", "school", "from_on", "until_on")):
        entered = first.setdefault((child, school), day(since))
        if until is None or day(until) > now:
            found[child].entered_on = entered


def _homes(found: dict[str, Line], these: Among, on: date, sealed: _Opened) -> None:
    rows = Residence.objects.filter(in_force(on), these).order_by("from_on", "id")
    for key, child, village, address in rows.values_list(*_HOME):
        line = found[child]
        line.village, line.address = village, sealed.address(address, key)


def _adults(found: dict[str, Line], these: Among, on: date, sealed: _Opened, parts: Collection[str]) -> None:
    kin, everyone = _kin(these, on, sealed, numbers=NUMBERS in parts)
    unable = Situation.objects.filter(in_force(on), Among("relative", everyone)).order_by("from_on", "id")
    for relative, kind in unable.values_list(*plain("relative", "kind")):
        for adult in everyone[relative]:
            adult.situations += (kind,)
    for child, adults in kin.items():
        line = found[child]
        line.father, line.mother = _one_of(adults, FATHERS), _one_of(adults, MOTHERS)
        line.absence_known = any(adult.absence_known for adult in adults if adult.relation in PARENTS)
        away = {adult.relation in FATHERS for adult in adults if adult.away and adult.relation in PARENTS}
        line.parents_away = len(away)
        if GRANDPARENTS in parts:
            line.grandparents = {adult.relation: adult for adult in adults if adult.relation in NAMED_GRANDPARENTS}
    cares = Entrustment.objects.filter(in_force(on), these).order_by("from_on", "id")
    for child, relative, reason in cares.values_list(*plain("child", "relative", "reason")):
        line = found[child]
        line.carer = next((adult for adult in kin.get(child, ()) if adult.relative == relative), None)
        line.reason = reason
    if MEMBERS in parts:
        for line in found.values():
            line.members = _members(line)


def _members(line: Line) -> list[Adult]:
    members = [adult for adult in line.parents if not adult.is_dead]
    carer = line.carer
    if carer is not None and all(adult.relative != carer.relative for adult in members):
        members.append(carer)
    return members


def _kin(
    these: Among, on: date, sealed: _Opened, *, numbers: bool
) -> tuple[dict[str, list[Adult]], dict[str, list[Adult]]]:
    """The relatives of each child, and where they are on the day; and each relative, once for each of their children."""
    kin: dict[str, list[Adult]] = {}
    everyone: dict[str, list[Adult]] = {}
    columns = [*_ADULT, *_NUMBERS] if numbers else _ADULT
    now, last, adult = on.isoformat(), None, None
    rows = Kinship.objects.filter(these).order_by("relation", "id")
    for (
        child,
        relation,
        relative,
        name,
        born_on,
        born_year,
        phone,
        place,
        employer,
        since,
        until,
        *more,
    ) in rows.values_list(*columns):
        if adult is None or last != (child, relative):
            last = child, relative
            before = everyone.get(relative)
            if before is None:
                adult = Adult(relative, relation, name, day(born_on), born_year, sealed.phone(phone, relative))
                if more:
                    adult.id_number = sealed.adult_number(more[0], relative)
                    adult.address = sealed.adult_address(more[1], relative)
                everyone[relative] = [adult]
            else:  # brothers and sisters share them
                adult = replace(before[0], relation=relation)
                before.append(adult)
            kin.setdefault(child, []).append(adult)
        if since:
            adult.absence_known = True
            if day(since) <= now and (until is None or day(until) > now):
                adult.away, adult.place, adult.employer = True, place, employer
    return kin, everyone


def _one_of(adults: list[Adult], relations: tuple[str, ...]) -> Adult | None:
    """The father, or the mother, of the form: the one who lives, before a step-parent."""
    found = [adult for adult in adults if adult.relation in relations]
    return min(found, key=lambda adult: adult.is_dead) if len(found) > 1 else found[0] if found else None


def _standing(found: dict[str, Line], these: Among, on: date) -> None:
    said = Declaration.objects.filter(these, declared_on__lte=on).order_by("declared_on", "id")
    for child, value, outranked in said.values_list(*plain("child", "value", "outranked")):
        found[child].declared = "" if outranked else value
    some = [key for key, line in found.items() if line.parents_away]
    if some:
        counted = DEFINITIONS["school"].children(Child.objects.filter(Among("pk", some)), on)
        for (key,) in counted.values_list(*plain("pk")):
            found[key].counted_by_the_roll = True
