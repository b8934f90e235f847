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
from caseworks.exchange.places import AWAY, HOME, UNABLE, Places, Whereabouts, school_and_class
from caseworks.exchange.problems import REFUSED, Problem
from caseworks.exchange.values import Cell, Problems
from caseworks.models import Organization
from children import idnumbers
from children.models.archive import years_before

SEX_OF = {"51": "1", "57": "1", "61": "1", "63": "1", "66": "1", "71": "1", "73": "1", "81": "1", "83": "1", "85": "1",
          "87": "1", "89": "1", "52": "2", "58": "2", "62": "2", "64": "2", "67": "2", "75": "2", "77": "2", "82": "2",
          "84": "2", "86": "2", "88": "2", "90": "2"}  # fmt: skip
OTHER_RELATIVE = "97"
_MASKED = re.compile(r"\*\*|•••")


@dataclass
class Person:
    """An adult in a row: what they are to the child, and what the row says about them."""

    relation: str
    name: str
    column: int
    phone: str = ""
    id_number: str = ""
    address: str = ""
    born_year: int | None = None
    whereabouts: Whereabouts | None = None


@dataclass
class Facts:
    """What a row says. `child` holds only what is said: a blank cell says nothing and never erases anything."""

    child: dict[str, Any] = field(default_factory=dict)
    school: Organization | None = None
    enrolment: dict[str, str] = field(default_factory=dict)
    entered_on: date | None = None
    village: Organization | None = None
    address: str = ""
    village_guessed: bool = False  # from the registered place: good for a new archive, no news for an old one
    people: list[Person] = field(default_factory=list)
    carer: Person | None = None
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
    _spoken: dict[tuple[str, str], Whereabouts | None] = field(default_factory=dict)
    _coded: dict[tuple[str, str], str] = field(default_factory=dict)

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
        return facts

    # --- the child ---

    def _identity(self, have: dict[str, Cell], facts: Facts, problems: Problems) -> None:
        name = values.name(have.get("name"), problems)
        if not name and not any(problem.key == "name_formula" for problem in problems):
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
            ("disability", codelists.DISABILITY),
            ("guardianship", codelists.GUARDIANSHIP),
        ):
            if code := self._code(codelist, key, have, problems):
                facts.child[key] = code
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
        for who, relation in (("father", "51"), ("mother", "52")):
            if person := self._person(who, relation, have, problems):
                facts.people.append(person)
        for who in ("member1", "member2"):
            relation = self._relation(who, have, problems)
            person = self._person(who, relation, have, problems)
            if person is None:
                continue
            facts.people.append(person)
            if relation not in PARENTS and values.words(have.get(f"{who}.guardian")) in values.YES:
                facts.carer = person
        self._carer(have, facts, problems)
        parents = [person for person in facts.people if person.relation in PARENTS]
        states = [person.whereabouts.state if person.whereabouts else "" for person in parents]
        facts.outranked = (
            facts.declaration not in {"", "0"} and len(states) == 2 and all(state == HOME for state in states)
        )

    def _carer(self, have: dict[str, Cell], facts: Facts, problems: Problems) -> None:
        if not any(key.startswith("carer.") for key in have):
            return
        name = values.name(have.get("carer.name"), [])
        same = next((person for person in facts.people if person.name == name), None) if name else None
        relation = same.relation if same else self._relation("carer", have, problems)
        person = self._person("carer", relation, have, problems)
        if person is None:
            return
        if same is not None:
            same.phone, same.born_year = same.phone or person.phone, same.born_year or person.born_year
            person = same
        if relation not in PARENTS:
            facts.carer = person
        elif same is None and not any(other.relation == relation for other in facts.people):
            facts.people.append(person)  # a parent who stays is the guardian: nothing is entrusted

    def _relation(self, who: str, have: dict[str, Cell], problems: Problems) -> str:
        if f"{who}.name" not in have and f"{who}.name_phone" not in have:
            return OTHER_RELATIVE
        cell = have.get(f"{who}.relation")
        word = values.words(cell)
        if cell is None or not word:
            problems.append(Problem("relation_missing", self._column_of(f"{who}.relation", f"{who}.name")))
            return OTHER_RELATIVE
        entry = codelists.RELATION.find(word)
        if entry is None:
            problems.append(Problem("relation", cell[1], {"value": word[:30]}))
        return entry.code if entry else OTHER_RELATIVE

    def _person(self, who: str, relation: str, have: dict[str, Cell], problems: Problems) -> Person | None:
        get = have.get
        name_cell, phone_cell = get(f"{who}.name"), get(f"{who}.phone")
        if f"{who}.name_phone" in have:
            both_name, both_phone = values.name_and_phone(have[f"{who}.name_phone"])
            name_cell, phone_cell = name_cell or both_name, phone_cell or both_phone
        place, employer = values.words(get(f"{who}.place")), values.words(get(f"{who}.employer"))
        if name_cell is None and phone_cell is None and not place and not employer:
            return None
        name = values.name(name_cell, problems)
        phone = values.phone(phone_cell, problems)
        if not name:
            if said := phone or place or employer:
                cell = phone_cell or get(f"{who}.place") or get(f"{who}.employer")
                problems.append(Problem("nobody", cell[1] if cell else None, {"value": said[:40]}))
            return None
        number = idnumbers.clean(values.words(get(f"{who}.id_number")))
        parent = relation in PARENTS
        return Person(
            relation,
            name,
            name_cell[1],  # type: ignore[index]
            phone,
            number if idnumbers.read(number).fault in {"", "check"} else "",
            values.words(get(f"{who}.address")),
            values.year(get(f"{who}.born_year"), problems),
            self.places.whereabouts(place, employer, spoken=self._spoken) if parent else None,
        )


def reason_of_care(people: Sequence[Person]) -> str:
    """The official reason of entrusted care, as far as the row gives it; "" if it does not."""
    states = [person.whereabouts.state for person in people if person.relation in PARENTS and person.whereabouts]
    if states.count(AWAY) == 2:
        return "both"
    if AWAY in states and UNABLE in states:
        return "one"
    return "unable" if states.count(UNABLE) == 2 else ""
