"""Invented families: the children at school, who of the parents is away, and who cares for the child.

Shares follow what was published: 54.5 % boys, nine in ten cared for by grandparents (mostly the father's), the coast as
the place of work (civil affairs release of August 2018; county figures).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from caseworks import codelists
from caseworks.access import Via
from caseworks.demo import words
from caseworks.demo.rows import Numbers, Rows, a_day
from caseworks.models import Organization
from children.models import Child, Enrolment, Reach, Residence
from guardians.models import Absence, Declaration, Entrustment, Kinship, Relative, Situation

GRADES = ("K1", "K2", "K3", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11")
_AGE = {grade: 3 + step for step, grade in enumerate(GRADES)}  # full years on the 1 September the grade begins
# the grade in which a child enters the kind of school that has a grade
_ENTRY = {
    **dict.fromkeys(GRADES[:3], "K1"),
    **dict.fromkeys(GRADES[3:9], "1"),
    **dict.fromkeys(GRADES[9:12], "7"),
    **dict.fromkeys(GRADES[12:], "10"),
}
# who cares where no parent can, in a thousand
_CARERS = {"62": 450, "61": 375, "64": 60, "63": 45, "84": 20, "90": 20, "86": 10, "97": 12, "99": 8}
_SITUATIONS = {"dead": 35, "lost": 20, "disabled": 15, "ill": 13, "imprisoned": 12, "missing": 5}
_MALE = {"51", "61", "63"}


@dataclass(frozen=True)
class Place:
    """A place at a school: where a child is in the school year that began last year, and where it goes on after it.

    `next_school` is None where the child leaves the schools of the demo with the last grade, `last_school` where
    nothing is known of the time before this school.
    """

    school: Organization
    grade: str
    next_school: Organization | None = None
    last_school: Organization | None = None


@dataclass(frozen=True)
class Plan:
    """What a family is like: each parent `away`, `home` or one of the situations; the carer's relation, if it is no
    parent; whether only a roster's word is known about the parents' absence."""

    father: str
    mother: str
    carer: str = ""
    only_declared: bool = False


@dataclass
class Family:
    """A family as it was made: enough to invent the work that is done with it."""

    village: Organization
    plan: Plan
    children: list[Child] = field(default_factory=list)
    schools: list[Organization] = field(default_factory=list)
    father: Relative | None = None
    mother: Relative | None = None
    carer: Relative | None = None
    relations: set[str] = field(default_factory=set)  # of everybody on record in it
    # by child: how its guardianship is rated and which disability it has, as far as anybody knows
    rated: dict[UUID, str] = field(default_factory=dict)
    disabled: dict[UUID, str] = field(default_factory=dict)

    @property
    def at_home(self) -> list[tuple[str, Relative]]:
        """Whom a visit to the house meets: the carer, or the parent who is not away."""
        if self.carer is not None:
            return [("carer", self.carer)]
        parents = (("father", self.father, self.plan.father), ("mother", self.mother, self.plan.mother))
        return [(whom, parent) for whom, parent, standing in parents if parent is not None and standing == "home"]

    @property
    def opened_on(self) -> date:
        """The day from which every child of the family has an archive."""
        return max(child.opened_on for child in self.children)


def _weighted(rng: random.Random, table: dict[str, int]) -> str:
    return rng.choices(list(table), list(table.values()))[0]


class Families:
    """Makes one family after another. `year` is the calendar year before `today`: the facts lie in it or before it."""

    def __init__(self, rng: random.Random, rows: Rows, *, today: date, area: str, region: str) -> None:
        self.rng, self.rows, self.today = rng, rows, today
        self.area, self.region = area, region
        self.year = today.year - 1
        self.promoted_on = date(today.year, 9, 1)
        self.numbers = Numbers()

    # --- what a family is like --------------------------------------------------------------------------------------

    def plan(self) -> Plan:
        """A family in which somebody is away: both parents in 47 of 100."""
        rng = self.rng
        only_declared = rng.random() < 0.02
        if rng.random() < 0.47:
            return Plan("away", "away", _weighted(rng, _CARERS), only_declared)
        other = _weighted(rng, _SITUATIONS) if rng.random() < 0.07 and not only_declared else "home"
        father, mother = ("away", other) if rng.random() < 0.72 else (other, "away")
        return Plan(father, mother, "" if other == "home" else _weighted(rng, _CARERS), only_declared)

    # --- the rows of a family ---------------------------------------------------------------------------------------

    def add(self, places: Sequence[Place], village: Organization, plan: Plan | None = None) -> Family:
        """Invent a family with a child at each of these places, and keep its rows."""
        plan = plan or self.plan()
        surname = words.surname(self.rng)
        family = Family(village, plan)
        home = f"{self.rng.randint(1, 9)}组{self.rng.randint(1, 80)}号"
        for place in places:
            family.children.append(self._child(family, place, surname, home, alone=len(places) == 1))
            family.schools.append(place.school)
        family.father = self._parent(family, "51", surname, plan.father)
        family.mother = self._parent(family, "52", words.surname(self.rng), plan.mother)
        both = plan.father == plan.mother == "away"
        returned_on = None
        if both and not plan.only_declared and self.rng.random() < 0.03:  # the mother came back this year
            returned_on = a_day(self.rng, date(self.today.year, 1, 2), self.today)
        away = [
            self._away(family, parent, plan, returned_on if parent is family.mother else None)
            for parent in self._who_is(family, plan, "away")
        ]
        for parent in self._who_is(family, plan, *_SITUATIONS):
            self._situation(family, parent, plan.father if parent is family.father else plan.mother)
        if plan.only_declared or self.rng.random() < 0.35:
            self._declare(family, plan)
        if plan.carer:
            self._entrust(family, plan.carer, "both" if both else "one", max(away), returned_on)
        elif self.rng.random() < 0.4:  # a grandparent in the house
            self._elder(family, _weighted(self.rng, {"61": 4, "62": 4, "64": 1}), surname, village)
        return family

    def _who_is(self, family: Family, plan: Plan, *standings: str) -> list[Relative]:
        parents = ((family.father, plan.father), (family.mother, plan.mother))
        return [parent for parent, standing in parents if parent is not None and standing in standings]

    def _child(self, family: Family, place: Place, surname: str, home: str, *, alone: bool) -> Child:
        rng, rows, village = self.rng, self.rows, family.village
        sex = "1" if rng.random() < 0.545 else "2"
        born_on = self._birthday(place.grade)
        age = _AGE[place.grade]
        entered_on = date(self.year - age + _AGE[_ENTRY[place.grade]], 9, 1)
        began_school_in = self.year - age + _AGE["K1"]
        is_new = rng.random() < 0.08 or began_school_in == self.year
        opened_in = self.year if is_new else rng.randint(max(began_school_in, self.year - 5), self.year - 1)
        health = rng.choices(("10", "20", "30", "50", "60"), (9740, 170, 40, 40, 10))[0]
        child = Child(
            code=words.code(rng),
            name=words.child_name(rng, surname, sex),
            sex=sex,
            born_on=born_on,
            id_number=self.numbers.draw(self.area, born_on, sex),
            ethnicity=rng.choices(("01", "15", "06"), (92, 5, 3))[0],
            registration=rng.choices(("1", "2", "3"), (930, 65, 5))[0],
            registered_at=f"{self.region}{village.name}",
            health=health,
        )
        if health == "50":
            family.disabled[child.pk] = rng.choice("12345")
        child.only_child = rng.choices((True, False, None), (5, 4, 1))[0] if alone else False
        child.orphan = False if rng.random() < 0.8 else None
        family.rated[child.pk] = rng.choices(("good", "fair", "poor", ""), (60, 31, 2, 7))[0]
        child.opened_on = a_day(rng, date(opened_in, 9, 5), date(opened_in, 11, 28))
        rows.add(child.derive())
        boarders = 0 if age < 6 else 0.07 if age < 12 else 0.6
        boarding = "2" if rng.random() < boarders else "1"
        self._enrol(child, place, entered_on, boarding)
        rows.add(Residence(child=child, village=village, address=home, from_on=born_on))
        rows.add(Reach(child=child, via=Via.RESIDENCE, path=village.path))
        return child

    def _birthday(self, grade: str) -> date:
        first = date(self.year - _AGE[grade] - 1, 9, 1)
        if grade == GRADES[-1]:  # nobody in the demo comes of age before the end of this year
            first = date(self.year - _AGE[grade], 1, 1)
        return a_day(self.rng, first, date(self.year - _AGE[grade], 8, 31))

    def _enrol(self, child: Child, place: Place, entered_on: date, boarding: str) -> None:
        if place.last_school is not None and child.opened_on < entered_on:
            first, last = _ENTRY[place.grade], GRADES[GRADES.index(_ENTRY[place.grade]) - 1]
            years = _AGE[first] - _AGE[_ENTRY[last]]
            self.rows.add(
                Enrolment(
                    child=child,
                    school=place.last_school,
                    grade=last,
                    from_on=entered_on.replace(year=entered_on.year - years),
                    until_on=entered_on,
                )
            )
        stays = Enrolment(
            child=child,
            school=place.school,
            grade=place.grade,
            class_name=f"{self.rng.randint(1, 4)}班",
            boarding=boarding,
            student_number=f"{self.rng.randint(1, 48):02d}",
            from_on=entered_on,
        )
        self.rows.add(stays)
        school: Organization | None = place.school
        if self.today >= self.promoted_on:
            stays.until_on = self.promoted_on
            school = place.next_school
            if school is not None:
                self.rows.add(
                    Enrolment(
                        child=child,
                        school=school,
                        grade=[*GRADES, "12"][GRADES.index(place.grade) + 1],
                        class_name=stays.class_name,
                        boarding=boarding,
                        student_number=stays.student_number,
                        from_on=self.promoted_on,
                    )
                )
        if school is not None:
            self.rows.add(Reach(child=child, via=Via.ENROLMENT, path=school.path))

    def _relative(self, family: Family, relation: str, **facts: Any) -> Relative:
        relative = self.rows.add(Relative(sex="1" if relation in _MALE else "2", **facts))
        family.relations.add(relation)
        for child in family.children:
            self.rows.add(Kinship(child=child, relative=relative, relation=relation))
        return relative

    def _parent(self, family: Family, relation: str, surname: str, standing: str) -> Relative:
        rng = self.rng
        eldest = min(child.born_on for child in family.children)
        silent = standing in {"dead", "lost", "missing", "imprisoned"} or rng.random() < 0.06
        return self._relative(
            family,
            relation,
            name=words.adult_name(rng, surname, "1" if relation == "51" else "2"),
            born_year=eldest.year - rng.randint(21, 33),
            phone="" if silent else words.phone(rng),
            address="" if standing in {"away", "dead"} else family.village.name,
        )

    def _elder(self, family: Family, relation: str, surname: str, village: Organization) -> Relative:
        rng = self.rng
        mother = family.mother.name[0] if family.mother else surname
        family_name = {"61": surname, "63": mother}.get(relation) or words.surname(rng)
        old = relation[0] == "6"
        eldest = min(child.born_on for child in family.children)
        return self._relative(
            family,
            relation,
            name=words.adult_name(rng, family_name, "1" if relation in _MALE else "2", old=old),
            born_year=eldest.year - (rng.randint(46, 64) if old else rng.randint(22, 42)),
            phone=words.phone(rng) if rng.random() < 0.82 else "",
            address=village.name,
        )

    def _away(self, family: Family, parent: Relative, plan: Plan, until_on: date | None) -> date:
        """Record a parent's absence, unless only declared; the day it began."""
        rng, year = self.rng, self.year
        born_in = min(child.born_on.year for child in family.children)
        since = max(born_in + 1, year - 8)
        begun_in = min(rng.randint(since, year), rng.randint(since, year))  # most have been away for long
        draw = rng.random()
        if draw < 0.72:  # after the Spring Festival
            from_on = a_day(rng, date(begun_in, 2, 8), date(begun_in, 3, 20))
        elif draw < 0.97:
            from_on = a_day(rng, date(begun_in, 3, 21), date(begun_in, 9, 20))
        else:  # too short for the school roll's definition at the end of the year
            from_on = a_day(rng, date(year, 10, 5), date(year, 12, 20))
        if plan.only_declared:
            return from_on
        place = words.city(rng)
        if plan.father == plan.mother == "away" and parent is family.mother and rng.random() < 0.7:
            place = self._last_place
        self._last_place: str = place
        self._absence(parent, place, from_on, until_on=until_on, from_known=rng.random() < 0.9)
        if rng.random() < 0.08 and from_on.year - born_in > 2:
            back_on = a_day(rng, date(from_on.year - 1, 1, 5), date(from_on.year - 1, 12, 20))
            self._absence(parent, words.city(rng), date(from_on.year - 2, 3, 1), until_on=back_on)
        return from_on

    def _absence(self, parent: Relative, place: str, from_on: date, **facts: Any) -> None:
        employer = self.rng.choice(words.EMPLOYERS) if self.rng.random() < 0.55 else ""
        self.rows.add(
            Absence(
                relative=parent,
                place=place,
                province=codelists.province_of(place),
                employer=employer,
                from_on=from_on,
                **facts,
            )
        )

    def _situation(self, family: Family, parent: Relative, kind: str) -> None:
        eldest = min(child.born_on for child in family.children)
        from_on = a_day(self.rng, eldest + timedelta(days=200), date(self.year, 6, 30))
        self.rows.add(Situation(relative=parent, kind=kind, from_on=from_on))

    def _declare(self, family: Family, plan: Plan) -> None:
        value = "2" if plan.father == plan.mother == "away" else "1" if "away" in (plan.father, plan.mother) else "0"
        if value != "0" and self.rng.random() < 0.08:
            value = "9"
        for child, school in zip(family.children, family.schools, strict=True):
            self.rows.add(
                Declaration(child=child, value=value, organization=school, declared_on=date(self.year, 9, 12))
            )

    def _entrust(self, family: Family, relation: str, reason: str, from_on: date, until_on: date | None) -> None:
        rng = self.rng
        family.carer = carer = self._elder(family, relation, family.children[0].name[0], family.village)
        told_on = min(a_day(rng, from_on, from_on + timedelta(days=30)), self.today)
        agreement, school, village, heard = (rng.random() < share for share in (0.72, 0.7, 0.62, 0.58))
        for child in family.children:
            self.rows.add(
                Entrustment(
                    child=child,
                    relative=carer,
                    reason=reason,
                    from_on=max(from_on, child.born_on),
                    until_on=until_on,
                    agreement_signed_on=told_on if agreement else None,
                    school_notified_on=told_on if school else None,
                    village_notified_on=told_on if village else None,
                    child_heard_on=told_on if heard and child.born_on.year + 6 < from_on.year else None,
                )
            )
