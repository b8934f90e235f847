"""The adults of a row: who they are to the child, and what the cells say about them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from caseworks import codelists
from caseworks.codelists import PARENTS
from caseworks.exchange import values
from caseworks.exchange.places import AWAY, UNABLE, Places, Whereabouts
from caseworks.exchange.problems import Problem
from caseworks.exchange.values import Cell, Problems
from children import idnumbers

SEX_OF = {"51": "1", "57": "1", "61": "1", "63": "1", "66": "1", "71": "1", "73": "1", "81": "1", "83": "1", "85": "1",
          "87": "1", "89": "1", "52": "2", "58": "2", "62": "2", "64": "2", "67": "2", "75": "2", "77": "2", "82": "2",
          "84": "2", "86": "2", "88": "2", "90": "2"}  # fmt: skip
OTHER_RELATIVE = "97"
# whose columns say what they are to the child
RELATION_OF = {
    "father": "51",
    "mother": "52",
    "paternal_grandfather": "61",
    "paternal_grandmother": "62",
    "maternal_grandfather": "63",
    "maternal_grandmother": "64",
}
_DEAD = re.compile(r"[((](?:已故|去世|已去世|病故|死亡|已死亡)[))]$")
_NOBODY = {"已故", "去世", "已去世", "病故", "死亡", "已死亡", "亡"}
_ABLE = {"正常", "健康", "有监护能力", "良好", "否"}


@dataclass
class Person:
    """An adult in a row: what they are to the child, and what the row says about them. `who` is the key of their columns
    (columns.PEOPLE), `column` that of the name."""

    relation: str
    name: str
    column: int
    who: str = ""
    phone: str = ""
    id_number: str = ""
    address: str = ""
    born_on: date | None = None
    born_year: int | None = None
    work: str = ""
    health: str = ""
    whereabouts: Whereabouts | None = None
    since: date | None = None  # the first day away
    employer_phone: str = ""
    employer_address: str = ""
    situations: tuple[str, ...] = ()

    @property
    def is_named_as_elder(self) -> bool:
        """True for whoever stands in the form's own columns of the four grandparents."""
        return self.who.partition("_")[0] in {"paternal", "maternal"}

    def born_by_number(self) -> date | None:
        """The birth date in a right ID number."""
        reading = idnumbers.read(self.id_number) if self.id_number else None
        return reading.born_on if reading is not None and not reading.fault else None


@dataclass
class People:
    """Everybody a row names, and who of them is entrusted with the care."""

    everyone: list[Person] = field(default_factory=list)
    carer: Person | None = None


@dataclass
class PeopleReader:
    """Reads the adults of the rows of one sheet."""

    keys: Sequence[str]
    places: Places
    on: date
    _spoken: dict[tuple[str, str], Whereabouts | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts: dict[str, list[str]] = {}
        for key in self.keys:
            who, dot, part = key.partition(".")
            if dot:
                parts.setdefault(who, []).append(part)
        self._parts = parts
        self._named = [(who, relation) for who, relation in RELATION_OF.items() if who in parts]
        self._members = [who for who in ("member1", "member2") if who in parts]

    def read(self, have: Mapping[str, Cell], problems: Problems) -> People:
        """The adults of a row; what is wrong is appended to `problems`."""
        found = People()
        for who, relation in self._named:
            if person := self._person(who, relation, have, problems):
                found.everyone.append(person)
        for who in self._members:
            relation = self._relation(who, have, problems)
            member = self._person(who, relation, have, problems)
            if member is None:
                continue
            found.everyone.append(member)
            if relation not in PARENTS and values.words(have.get(f"{who}.guardian")) in values.YES:
                found.carer = member
        if "carer" in self._parts:
            self._carer(have, found, problems)
        if "both_away" in have and values.yes_or_no(have["both_away"], problems):
            for person in found.everyone:
                if person.relation in PARENTS and person.whereabouts is None:
                    person.whereabouts = Whereabouts(AWAY)
        return found

    def _carer(self, have: Mapping[str, Cell], found: People, problems: Problems) -> None:
        if not any(f"carer.{part}" in have for part in self._parts["carer"]):
            return
        name = values.adult_name(have.get("carer.name"), [])
        same = next((person for person in found.everyone if person.name == name), None) if name else None
        relation = same.relation if same else self._relation("carer", have, problems)
        person = self._person("carer", relation, have, problems)
        if person is None:
            return
        if same is not None:
            for part in ("phone", "id_number", "address", "born_on", "born_year", "work", "health"):
                setattr(same, part, getattr(same, part) or getattr(person, part))
            person = same
        if relation not in PARENTS:
            found.carer = person
        elif same is None and not any(other.relation == relation for other in found.everyone):
            found.everyone.append(person)  # a parent who stays is the guardian: nothing is entrusted

    def _relation(self, who: str, have: Mapping[str, Cell], problems: Problems) -> str:
        if f"{who}.name" not in have and f"{who}.name_phone" not in have:
            return OTHER_RELATIVE
        cell = have.get(f"{who}.relation")
        word = values.words(cell)
        if cell is None or not word:
            key = next((key for key in (f"{who}.relation", f"{who}.name") if key in self.keys), "")
            problems.append(Problem("relation_missing", self.keys.index(key) if key else None))
            return OTHER_RELATIVE
        entry = codelists.RELATION.find(word)
        if entry is None:
            problems.append(Problem("relation", cell[1], {"value": word[:30]}))
        return entry.code if entry else OTHER_RELATIVE

    def _person(self, who: str, relation: str, have: Mapping[str, Cell], problems: Problems) -> Person | None:
        get = have.get
        name_cell, phone_cell = get(f"{who}.name"), get(f"{who}.phone")
        if f"{who}.name_phone" in have:
            both_name, both_phone = values.name_and_phone(have[f"{who}.name_phone"])
            name_cell, phone_cell = name_cell or both_name, phone_cell or both_phone
        place, employer = values.words(get(f"{who}.place")), values.words(get(f"{who}.employer"))
        if name_cell is None and phone_cell is None and not place and not employer:
            return None
        name = values.adult_name(name_cell, problems)
        phone = values.phone(phone_cell, problems)
        dead = bool(name) and _DEAD.search(name) is not None
        name = _DEAD.sub("", name) if dead else name
        if not name or name in _NOBODY:
            if said := phone or place or employer or (name if relation in PARENTS else ""):
                cell = phone_cell or get(f"{who}.place") or get(f"{who}.employer") or name_cell
                problems.append(Problem("nobody", cell[1] if cell else None, {"value": said[:40]}))
            return None
        person = Person(relation, name, name_cell[1], who, phone)  # type: ignore[index]
        self._about(person, have, problems)
        if relation in PARENTS:
            person.whereabouts = self.places.whereabouts(place, employer, spoken=self._spoken)
            self._away(person, have, problems)
        if dead:
            person.situations = (*person.situations, "dead")
            person.whereabouts = person.whereabouts or Whereabouts(UNABLE, situation="dead")
        return person

    def _about(self, person: Person, have: Mapping[str, Cell], problems: Problems) -> None:
        who = person.who
        if (cell := have.get(f"{who}.id_number")) and (written := idnumbers.clean(values.words(cell))):
            if idnumbers.read(written).fault in {"", "check"}:
                person.id_number = written
            else:
                problems.append(Problem("adult_number", cell[1], {"value": written[:30]}))
        if cell := have.get(f"{who}.address"):
            person.address = values.words(cell)
        if cell := have.get(f"{who}.born"):
            person.born_on, person.born_year = values.born(cell, self.on, problems)
        if cell := have.get(f"{who}.work"):
            person.work = values.words(cell)
        if cell := have.get(f"{who}.health"):
            person.health = values.coded(codelists.HEALTH, cell, problems)

    def _away(self, person: Person, have: Mapping[str, Cell], problems: Problems) -> None:
        who = person.who
        if cell := have.get(f"{who}.since"):
            person.since = values.past_day(cell, self.on, problems)
        if cell := have.get(f"{who}.employer_phone"):
            person.employer_phone = values.phone(cell, problems)
        if cell := have.get(f"{who}.employer_address"):
            person.employer_address = values.words(cell)
        cell = have.get(f"{who}.situation")
        if cell is None or not (word := values.words(cell)) or word in _ABLE:
            return
        if code := values.coded(codelists.SITUATION, cell, problems):
            person.situations = (code,)
            person.whereabouts = person.whereabouts or Whereabouts(UNABLE, situation=code)


def reason_of_care(people: Sequence[Person]) -> str:
    """The official reason of entrusted care, as far as the row gives it; "" if it does not."""
    states = [person.whereabouts.state for person in people if person.relation in PARENTS and person.whereabouts]
    if states.count(AWAY) == 2:
        return "both"
    if AWAY in states and UNABLE in states:
        return "one"
    return "unable" if states.count(UNABLE) == 2 else ""
