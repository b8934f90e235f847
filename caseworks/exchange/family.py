"""The adults of a row against the relatives the registry, or an earlier row of the file, already has.

Brothers and sisters share their relatives: the same name with the same telephone is the same person. A name alone is
not enough (there are many 王芳), and a parent whose name differs from the archive's is left for a person to check.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from caseworks import codelists, phones
from caseworks.codelists import PARENTS
from caseworks.exchange import columns
from caseworks.exchange.adults import Adult
from caseworks.exchange.archives import Archive
from caseworks.exchange.facts import Facts
from caseworks.exchange.people import RELATION_OF, SEX_OF, Person, reason_of_care
from caseworks.exchange.places import AWAY, HOME, Whereabouts
from caseworks.exchange.problems import Problem
from caseworks.exchange.work import Change, Work
from caseworks.identity import uuid7
from guardians.models import Absence, Entrustment

if TYPE_CHECKING:
    from caseworks.exchange.plan import Planner, Source

_WORDS_OF = {"57": "father", "58": "mother", **{relation: who for who, relation in RELATION_OF.items()}}
_SHOWN_AS = {"born_on": "born", "born_year": "born"}
_TOLD = ("name", "phone", "born_on", "born_year", "id_number", "address", "work", "health")
# which column says what of an entrusted care
PAPER_OF = {
    "reason": "care_reason",
    "term_until_on": "care_term",
    "agreement_signed_on": "agreement",
    "school_notified_on": "school_told",
    "village_notified_on": "village_told",
}
PAPERS = (*PAPER_OF.values(), "care_since")
_PAPERS_CHECKED = ("term_until_on", "agreement_signed_on", "school_notified_on", "village_notified_on")
_LISTS = {"health": codelists.HEALTH, "reason": codelists.ENTRUSTMENT_REASON}
_SMALL = str.maketrans("", "", "省市县区 ")


class FamilyPlan:
    """Plans the relatives, absences and care of one row. What it learns about a relative the planner remembers."""

    def __init__(
        self,
        planner: Planner,
        source: Source,
        facts: Facts,
        archive: Archive | None,
        work: Work,
        late: Work,
        changes: list[Change],
        problems: list[Problem],
    ) -> None:
        self.planner, self.source, self.facts, self.archive = planner, source, facts, archive
        self.work, self.late, self.changes, self.problems = work, late, changes, problems
        self.linked: set[Any] = {relative for _relation, relative in archive.kin} if archive else set()
        self.named: dict[UUID, tuple[Person, Adult]] = {}
        self.carers: set[UUID] = set(archive.carers) if archive else set()
        self.papers: dict[str, Any] = _papers_of(archive.care if archive else None)

    def run(self) -> None:
        found = {id(person): self._adult(person) for person in self.facts.people}
        for person in self.facts.people:
            if adult := found[id(person)]:
                self.named[adult.id] = (person, adult)
                self._presence(person, adult)
        carer = self.facts.carer
        if carer is not None:
            adult = found[id(carer)] if id(carer) in found else self._adult(carer)
            if adult is not None:
                self.named[adult.id] = (carer, adult)
                self._care(adult)
        elif self.facts.care:
            self._papers(self.archive.care if self.archive else None)

    def kin(self) -> list[tuple[str, Adult, str]]:
        """Everybody in the child's family once the row is in: relation, adult, and in whose columns the row has them ("" for
        whom it does not name)."""
        before = [(relation, key) for relation, key in self.archive.kin] if self.archive else []
        known = {key for _relation, key in before}
        found = [
            (relation, self.planner.adults.known[key], self.named[key][0].who if key in self.named else "")
            for relation, key in before
        ]
        return found + [
            (person.relation, adult, person.who) for key, (person, adult) in self.named.items() if key not in known
        ]

    def _work(self, adult: Adult) -> Work:
        """Where a step about this adult belongs: with what others see already, or with the new archive. Once a late step
        was taken, all others about the same adult come after it."""
        if self.work.late and not adult.late:
            self._set(adult, {"late": True})
        return self.late if adult.late else self.work

    def _word(self, person: Person, part: str) -> str:
        """The key of the field a change of this person is shown under."""
        who = "carer" if person is self.facts.carer else _WORDS_OF.get(person.relation, "member1")
        return f"{who}.{part}"

    # --- who ---

    def _adult(self, person: Person) -> Adult | None:
        """The relative this person is, linked to the child; None if only a person can tell."""
        adults = self.planner.adults.known
        kin = [(relation, adults[key]) for relation, key in self.archive.kin] if self.archive else []
        # father and mother may have the same name: the one who is the same to the child comes first
        named = [(relation != person.relation, adult) for relation, adult in kin if adult.name == person.name]
        adult = min(named, key=lambda pair: pair[0])[1] if named else None
        if adult is None and (person.relation in PARENTS or person.is_named_as_elder):
            other = next((adult for relation, adult in kin if relation == person.relation), None)
            if other is not None and not (person.phone and person.phone == other.phone):
                self.problems.append(Problem("parent_differs", person.column, {"name": other.name}))
                return None
            adult = other  # the same phone: the name was corrected
        if adult is not None:
            self._amend(person, adult)
            return adult
        adult = self._shared(person) or self._create(person)
        if adult.id not in self.linked:
            self.linked.add(adult.id)
            self._work(adult).make("kinship", relative_id=adult.id, relation=person.relation)
            self.changes.append((self._word(person, "name"), "", person.name))
        return adult

    def _shared(self, person: Person) -> Adult | None:
        adult = self.planner.adults.find(person.name, person.phone) if person.phone else None
        if adult is None or adult.id in self.linked:
            return None
        self._amend(person, adult, link=True)
        return adult

    def _create(self, person: Person) -> Adult:
        fields = {key: getattr(person, key) for key in _TOLD}
        if person.born_on is None and (born := person.born_by_number()):
            fields |= {"born_on": born, "born_year": born.year}
        adult = Adult(uuid7(), **fields, late=self.work.late)
        self.work.make("relative", id=adult.id, sex=SEX_OF.get(person.relation, ""), **fields)
        if self.planner.adults.add(adult):
            self.planner.undo.append(lambda: self.planner.adults.forget(person.name, person.phone))
        return adult

    def _amend(self, person: Person, adult: Adult, *, link: bool = False) -> None:
        """What the row knows better about a relative. A number that cannot be dialled replaces none that can."""
        fields: dict[str, Any] = {
            key: value
            for key in _TOLD
            if (value := getattr(person, key)) and value != getattr(adult, key) and not _is_worse(key, person, adult)
        }
        if "id_number" in fields and not (person.born_on or adult.born_on):
            born = person.born_by_number()
            if born is not None and adult.born_year in {None, born.year}:
                fields |= {"born_on": born, "born_year": born.year}
        if not fields:
            return
        before = {key: getattr(adult, key) for key in fields}
        for key, value in fields.items() if not link else ():
            if key != "born_year" or "born_on" not in fields:
                old = before[key] or (adult.born_year if key == "born_on" else None)
                self.changes.append((self._word(person, _SHOWN_AS.get(key, key)), _shown(key, old), _shown(key, value)))
        self._work(adult).amended.append(("relative", adult.id, adult.version, fields, before))
        self._set(adult, {**fields, "version": adult.version + 1})

    def _set(self, adult: Adult, fields: dict[str, Any]) -> None:
        before = {key: getattr(adult, key) for key in (*fields, "told")}
        if adult.id in self.planner.adults.known:
            adult.told += tuple(fields)
        for key, value in fields.items():
            setattr(adult, key, value)

        def back() -> None:
            for key, value in before.items():
                setattr(adult, key, value)

        self.planner.undo.append(back)

    # --- where ---

    def _presence(self, person: Person, adult: Adult) -> None:
        self._where(person, adult)
        for kind in person.situations:
            self._unable(person, adult, kind)

    def _unable(self, person: Person, adult: Adult, kind: str) -> None:
        if kind not in adult.situations:
            self._work(adult).make("situation", relative_id=adult.id, kind=kind, from_on=self.work.on)
            self._set(adult, {"situations": adult.situations | {kind}})
            self.changes.append((self._word(person, "situation"), "", codelists.SITUATION.zh(kind)))

    def _where(self, person: Person, adult: Adult) -> None:
        where = person.whereabouts
        if where is None:
            return
        column = person.column
        if adult.said is not None:
            said, row = adult.said
            if said != where:
                self.problems.append(Problem("elsewhere", column, {"other": said.place or said.state, "row": row}))
            return
        self._set(adult, {"said": (where, self.source.number)})
        before = adult.absence
        if before is not None and where.said and _bare(where.said) == _bare(before.place):
            return  # a place that sounds like home, or like a prison, and is the archive's own word
        if before is not None and before.from_on > self.work.on:
            if where.state != AWAY or not _same_place(before, where):
                self.problems.append(Problem("newer", column, {"date": before.from_on.isoformat()}))
            return
        if where.state == AWAY:
            self._away(person, adult, before, where)
            return
        if before is not None:
            self._work(adult).end("absence", before)
            self._set(adult, {"absence": None, "away": False, "place": ""})
            self.changes.append(
                (self._word(person, "place"), before.place or "外出", "在家" if where.state == HOME else "")
            )
        if where.situation:
            self._unable(person, adult, where.situation)

    def _away(self, person: Person, adult: Adult, before: Absence | None, where: Whereabouts) -> None:
        fields = {"place": where.place, "province": where.province, "employer": where.employer}
        told = {key: value for key in ("employer_phone", "employer_address") if (value := getattr(person, key))} | (
            {"from_on": person.since, "from_known": True} if person.since else {}
        )
        if before is not None and _same_place(before, where):
            added = {key: value for key, value in told.items() if getattr(before, key) != value}
            if where.employer and not before.employer:
                added["employer"] = where.employer
            if added:
                self._work(adult).amend("absence", before, added)
                self._set(adult, {"since_known": before.from_known or "from_on" in added})
                for key, value in added.items():
                    if key != "from_known" or "from_on" not in added:
                        old = getattr(before, key) if key != "from_on" or before.from_known else None
                        part = "since" if key.startswith("from_") else key
                        self.changes.append((self._word(person, part), _shown(key, old), _shown(key, value)))
            return
        self.changes.append((self._word(person, "place"), before.place if before else "", where.place or "外出"))
        self._set(adult, {"away": True, "place": where.place, "since_known": person.since is not None})
        if before is not None and (before.from_on == self.work.on or _says_more(before, where)):
            self._work(adult).amend("absence", before, fields | told)
            return
        if before is not None:
            self._work(adult).end("absence", before)
            told = {key: value for key, value in told.items() if key != "from_on" or person.since > before.from_on}  # type: ignore[operator]
        # a roster says where a parent works, seldom since when
        beginning = {"from_on": self.work.on, "from_known": False}
        self._work(adult).make("absence", relative_id=adult.id, **(beginning | fields | told))

    # --- who cares ---

    def _care(self, adult: Adult) -> None:
        before = self.archive.care if self.archive else None
        if self.archive is not None and adult.id in {before and before.relative_id, *self.archive.carers}:
            if before is not None and before.relative_id == adult.id:
                self._papers(before)
            return
        carer: Person = self.facts.carer  # type: ignore[assignment]
        if before is not None:
            if before.from_on > self.work.on:
                self.problems.append(Problem("newer", carer.column, {"date": before.from_on.isoformat()}))
                return
            self.work.end("care", before)
            known = self.planner.adults.known.get(before.relative_id)
            self.changes.append(("carer.name", known.name if known else "", adult.name))
        elif self.archive is not None and ("carer.name", "", adult.name) not in self.changes:
            self.changes.append(("carer.name", "", adult.name))
        care = {"from_on": self.work.on, "reason": reason_of_care(self.facts.people), **self.facts.care}
        if self.facts.care:
            floor: date = before.from_on if before is not None else self.facts.child["born_on"]
            care["from_on"] = max(care["from_on"], floor)
            self._check_term(care, care["from_on"])
        self._work(adult).make("care", relative_id=adult.id, **care)
        self.carers = {adult.id}
        self.papers = {name: care.get(name) for name in _PAPERS_CHECKED}

    def _check_term(self, care: dict[str, Any], since: date) -> None:
        """A term that ends before the care begins is left out."""
        until = care.get("term_until_on")
        if until is not None and until < since:
            column = self.facts.columns.get("care_term")
            self.problems.append(Problem("term_order", column, {"date": until.isoformat()}))
            del care["term_until_on"]

    def _papers(self, before: Entrustment | None) -> None:
        """What the row says of a care that goes on: why, until when, and the days of its papers."""
        told = dict(self.facts.care)
        if before is None:
            if told:
                key = next(key for key in PAPERS if key in self.facts.columns)
                self.problems.append(
                    Problem("alone", self.facts.columns[key], {"value": str(columns.FIELDS[key].label)})
                )
            return
        told.pop("from_on", None)  # the registry knows since when
        self._check_term(told, before.from_on)
        fields = {key: value for key, value in told.items() if getattr(before, key) != value}
        if fields:
            self.work.amend("care", before, fields)
            self.papers |= {name: fields[name] for name in _PAPERS_CHECKED if name in fields}
            for key, value in fields.items():
                self.changes.append((PAPER_OF[key], _shown(key, getattr(before, key)), _shown(key, value)))


def _papers_of(care: Entrustment | None) -> dict[str, Any]:
    return {name: getattr(care, name) for name in _PAPERS_CHECKED} if care else {}


def _is_worse(key: str, person: Person, adult: Adult) -> bool:
    """True if the registry knows better: a number that can be dialled, the day somebody was born."""
    if key == "phone":
        return bool(adult.phone) and not phones.is_plausible(person.phone)
    return key == "born_year" and adult.born_on is not None and person.born_on is None


def _shown(key: str, value: Any) -> str:
    """A value as the list of changes shows it."""
    if key in _LISTS:
        return _LISTS[key].zh(value or "")
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _bare(place: str) -> str:
    return unicodedata.normalize("NFKC", place).translate(_SMALL)


def _same_place(before: Absence, where: Whereabouts) -> bool:
    """True if the row names the place the registry has, or less of it: 广东东莞 is 广东省东莞市, 广东省 may be."""
    return not where.place or (bool(before.place) and _bare(where.place) in _bare(before.place))


def _says_more(before: Absence, where: Whereabouts) -> bool:
    """True if the row only adds to the place the registry has."""
    return _bare(before.place) in _bare(where.place)
