"""What one row says about a child: the cells put together, before anything is compared with the registry. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from caseworks import codelists
from caseworks.codelists import PARENTS
from caseworks.exchange import values
from caseworks.exchange.people import PeopleReader, Person
from caseworks.exchange.places import HOME, Places, school_and_class
from caseworks.exchange.problems import REFUSED, Problem
from caseworks.exchange.stated import Stated, StatedReader
from caseworks.exchange.values import Cell, Problems
from caseworks.models import Organization
from children import idnumbers
from children.models.archive import years_before

EARLIEST_BIRTH = date(1990, 1, 1)  # whoever was born before was grown up before there was a registry
_MASKED = re.compile(r"\*\*|•••")


@dataclass
class Facts:
    """What a row says. `child` holds only what is said: a blank cell says nothing and never erases anything."""

    child: dict[str, Any] = field(default_factory=dict)
    stated: list[Stated] = field(default_factory=list)
    school: Organization | None = None
    enrolment: dict[str, str] = field(default_factory=dict)
    entered_on: date | None = None
    village: Organization | None = None
    address: str = ""
    village_guessed: bool = False  # from the registered place: good for a new archive, no news for an old one
    people: list[Person] = field(default_factory=list)
    carer: Person | None = None
    care: dict[str, Any] = field(default_factory=dict)  # what is said of the care itself: since when, why, its papers
    declaration: str = ""
    outranked: bool = False
    columns: dict[str, int] = field(default_factory=dict)
    # birth date and sex as the cells say them, before the ID number had its word
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, date, Any] | None:
        """Name, birth date and village, by which a child without an ID number is told from another."""
        if "born_on" not in self.child:
            return None
        return self.child["name"], self.child["born_on"], self.village.pk if self.village else None


@dataclass
class Reader:
    """Reads rows of one sheet: which column is which field, on which day, around which office."""

    keys: Sequence[str]
    places: Places
    on: date
    since_1904: bool = False
    _coded: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._people = PeopleReader(self.keys, self.places, self.on)
        self._stated = StatedReader(self.keys, self.on, self.places.organization.name)

    @property
    def tables(self) -> frozenset[str]:
        """The kinds of dated facts that the columns of the sheet speak of."""
        return self._stated.tables

    def read(self, cells: Sequence[Any], problems: Problems) -> Facts:
        """The facts of a row. Problems are appended; if one of them refuses the row, the facts are not to be used."""
        have: dict[str, Cell] = {}
        for column, (key, value) in enumerate(zip(self.keys, cells, strict=False)):
            if key and value is not None:
                if isinstance(value, str) and _MASKED.search(value):
                    # our own masked sheet come back: it says nothing about what it hides
                    if key == "id_number":
                        problems.append(Problem("id_masked", column, {"value": value[:30]}))
                    continue
                if refusal := values.refusals(key, (value, column)):
                    problems.append(refusal)
                else:
                    have[key] = (value, column)
        facts = Facts(columns={key: cell[1] for key, cell in have.items()})
        if any(problem.gravity == REFUSED for problem in problems):
            return facts
        self._identity(have, facts, problems)
        self._plain_fields(have, facts, problems)
        self._school(have, facts, problems)
        self._village(have, facts, problems)
        self._family(have, facts, problems)
        facts.stated, facts.care = self._stated.read(have, problems)
        return facts

    # --- the child ---

    def _identity(self, have: dict[str, Cell], facts: Facts, problems: Problems) -> None:
        name = values.name(have.get("name"), problems)
        if not name and not any(problem.gravity == REFUSED for problem in problems):
            problems.append(Problem("no_name", self._column_of("name")))
        number = values.id_number(have.get("id_number"), values.words(have.get("id_kind")), problems)
        born = values.born_on(have.get("born_on"), number, self.on, since_1904=self.since_1904, problems=problems)
        sure = number is not None and number.fault == ""
        facts.said["born_on"] = born
        if number is not None and number.born_on is not None:
            born = self._reconciled(have, number, born, sure=sure, problems=problems)
        if number is None and "id_number" in self.keys and not any(problem.gravity == REFUSED for problem in problems):
            problems.append(Problem("id_missing", self._column_of("id_number")))
        facts.child["name"] = name
        if number is not None:
            facts.child |= {"id_number": number.number, "id_doubtful": not sure}
        if born is not None:
            facts.child["born_on"] = born
            if born > self.on:
                problems.append(
                    Problem("born_later", self._column_of("born_on", "id_number"), {"date": born.isoformat()})
                )
            elif born < EARLIEST_BIRTH:
                problems.append(
                    Problem("born_early", self._column_of("born_on", "id_number"), {"date": born.isoformat()})
                )
            elif born <= years_before(self.on, 18):
                problems.append(Problem("grown_up", self._column_of("born_on", "id_number")))
        elif not any(problem.gravity == REFUSED for problem in problems):
            problems.append(Problem("no_birth", self._column_of("born_on", "id_number")))
        sex = values.coded(codelists.SEX, have.get("sex"), problems)
        facts.said["sex"] = sex or None
        if number is not None and number.sex:
            if sex and sex != number.sex:
                kept = number.sex if sure else sex
                word = codelists.SEX.zh
                facts_of = {"value": word(sex), "number": word(number.sex), "kept": word(kept)}
                problems.append(Problem("sex_differs", have["sex"][1], facts_of))
                sex = kept
            sex = sex or (number.sex if sure else "")
        if sex:
            facts.child["sex"] = sex

    def _reconciled(
        self, have: dict[str, Cell], number: idnumbers.Reading, born: date | None, *, sure: bool, problems: Problems
    ) -> date:
        """The birth date of cell and ID number together: the number wins if its check digit is right."""
        of_number: date = number.born_on  # type: ignore[assignment]
        if born is None or born == of_number:
            return of_number
        if any(problem.key == "month_only" for problem in problems) and born == of_number.replace(day=1):
            problems[:] = [problem for problem in problems if problem.key != "month_only"]
            return of_number
        kept = of_number if sure else born
        facts_of = {"value": born.isoformat(), "number": of_number.isoformat(), "kept": kept.isoformat()}
        problems[:] = [problem for problem in problems if problem.key != "born_serial"]
        problems.append(Problem("born_differs", have["born_on"][1], facts_of))
        return kept

    def _column_of(self, *fields: str) -> int | None:
        return next((self.keys.index(key) for key in fields if key in self.keys), None)

    def _code(self, codelist: codelists.CodeList, key: str, have: dict[str, Cell], problems: Problems) -> str:
        """The code of a word; a roster repeats few words, so answers are remembered unless they are a problem."""
        cell = have.get(key)
        if cell is None:
            return ""
        if isinstance(cell[0], str) and (known := self._coded.get((key, cell[0]))) is not None:
            return known
        before = len(problems)
        code = values.coded(codelist, cell, problems)
        if len(problems) == before and isinstance(cell[0], str):
            self._coded[key, cell[0]] = code
        return code

    def _plain_fields(self, have: dict[str, Cell], facts: Facts, problems: Problems) -> None:
        for key, codelist in (
            ("ethnicity", codelists.ETHNICITY),
            ("registration", codelists.REGISTRATION),
            ("health", codelists.HEALTH),
        ):
            if code := self._code(codelist, key, have, problems):
                facts.child[key] = code
        if "registered" in have and values.yes_or_no(have["registered"], problems) is False:
            facts.child.setdefault("registration", "3")
        for key in ("registered_at", "notes"):
            if text := values.words(have.get(key)):
                facts.child[key] = text
        for key in ("only_child", "orphan"):
            if key in have and (answer := values.yes_or_no(have[key], problems)) is not None:
                facts.child[key] = answer
        if "declaration" in have:
            said = values.text(have["declaration"][0]).strip()
            facts.declaration = (
                "0" if said == "无" else self._code(codelists.DECLARATION, "declaration", have, problems)
            )

    # --- places ---

    def _school(self, have: dict[str, Cell], facts: Facts, problems: Problems) -> None:
        written = values.words(have.get("school"))
        source = "school"
        combined = school_and_class(values.words(have.get("school_class")))
        if not written and combined[0]:
            written, source = combined[0], "school_class"
        grade = self._code(codelists.GRADE, "grade", have, problems)
        if not grade and combined[1]:
            entry = codelists.GRADE.find(combined[1])
            grade = entry.code if entry else ""
        details = {
            "grade": grade,
            "class_name": values.words(have.get("class_name")) or combined[2],
            "boarding": self._code(codelists.BOARDING, "boarding", have, problems),
            "student_number": values.words(have.get("student_number")),
        }
        own = self.places.organization
        if not written:
            facts.school = own if self.places.is_school else None
        else:
            facts.school = self.places.school(written)
            if facts.school is None:
                key = "other_school" if self.places.is_school else "school_unknown"
                problems.append(Problem(key, have[source][1], {"value": written[:40], "own": own.name}))
        if facts.school is not None:
            facts.enrolment = {key: value for key, value in details.items() if value}
            facts.entered_on = values.month(have.get("entered_on"))

    def _village(self, have: dict[str, Cell], facts: Facts, problems: Problems) -> None:
        written = ""
        for key in ("village", "address", "registered_at"):
            if key not in have or not (text := values.words(have[key])):
                continue
            found = self.places.village(text)
            if found.several:
                problems.append(
                    Problem("village_several", have[key][1], {"value": text[:40], "names": "、".join(found.several)})
                )
                return
            if found.office is not None:
                facts.village, facts.village_guessed = found.office, key == "registered_at"
                facts.address = found.rest if key == "address" else ""
                if key == "village" and (address := values.words(have.get("address"))):
                    inside = self.places.village(address)
                    facts.address = inside.rest if inside.office == found.office else address
                if key == "registered_at" and written:
                    facts.address = written
                return
            written = written or (text if key == "address" else "")
        if self.places.organization.kind == "village":
            facts.village, facts.address = self.places.organization, written
        elif written or "village" in have:
            key = "address" if written else "village"
            problems.append(Problem("village_unknown", have[key][1], {"value": values.words(have[key])[:40]}))

    # --- the adults ---

    def _family(self, have: dict[str, Cell], facts: Facts, problems: Problems) -> None:
        found = self._people.read(have, problems)
        facts.people, facts.carer = found.everyone, found.carer
        states = [
            person.whereabouts.state if person.whereabouts else ""
            for person in found.everyone
            if person.relation in PARENTS
        ]
        facts.outranked = (
            facts.declaration not in {"", "0"} and len(states) == 2 and all(state == HOME for state in states)
        )
