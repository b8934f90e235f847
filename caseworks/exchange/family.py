"""The adults of a row against the relatives the registry, or an earlier row of the file, already has.

Brothers and sisters share their relatives: the same name with the same telephone is the same person. A name alone is
not enough (there are many 王芳), and a parent whose name differs from the archive's is left for a person to check.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from caseworks import phones
from caseworks.codelists import PARENTS
from caseworks.exchange.archives import Adult, Archive
from caseworks.exchange.facts import SEX_OF, Facts, Person, reason_of_care
from caseworks.exchange.places import AWAY, HOME, Whereabouts
from caseworks.exchange.problems import Problem
from caseworks.exchange.work import Change, Work
from caseworks.identity import uuid7
from guardians.models import Absence

if TYPE_CHECKING:
    from caseworks.exchange.plan import Planner, Source

_WORDS_OF = {"51": "father", "57": "father", "52": "mother", "58": "mother"}
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

    def run(self) -> None:
        found = {id(person): self._adult(person) for person in self.facts.people}
        for person in self.facts.people:
            if adult := found[id(person)]:
                self._presence(person, adult)
        carer = self.facts.carer
        if carer is not None:
            adult = found[id(carer)] if id(carer) in found else self._adult(carer)
            if adult is not None:
                self._care(adult)

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
        adults = self.planner.adults
        kin = [(relation, adults[key]) for relation, key in self.archive.kin] if self.archive else []
        # father and mother may have the same name: the one who is the same to the child comes first
        named = [(relation != person.relation, adult) for relation, adult in kin if adult.name == person.name]
        adult = min(named, key=lambda pair: pair[0])[1] if named else None
        if adult is None and person.relation in PARENTS:
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
        adult = self.planner.by_name_and_phone.get((person.name, person.phone)) if person.phone else None
        if adult is None or adult.id in self.linked:
            return None
        self._amend(person, adult, link=True)
        return adult

    def _create(self, person: Person) -> Adult:
        fields = {key: getattr(person, key) for key in ("name", "phone", "born_year", "id_number", "address")}
        adult = Adult(uuid7(), **fields, late=self.work.late)
        self.work.make("relative", id=adult.id, sex=SEX_OF.get(person.relation, ""), **fields)
        self.planner.adults[adult.id] = adult
        if person.phone:
            key = (person.name, person.phone)
            if self.planner.by_name_and_phone.setdefault(key, adult) is adult:
                self.planner.undo.append(lambda: self._forget(key))
        return adult

    def _forget(self, key: tuple[str, str]) -> None:
        self.planner.by_name_and_phone.pop(key, None)

    def _amend(self, person: Person, adult: Adult, *, link: bool = False) -> None:
        """What the row knows better about a relative. A number that cannot be dialled replaces none that can."""
        fields: dict[str, Any] = {}
        for key in ("name", "phone", "born_year", "id_number", "address"):
            value, before = getattr(person, key), getattr(adult, key)
            if not value or value == before or (key == "phone" and before and not phones.is_plausible(value)):
                continue
            fields[key] = value
            if not link:
                self.changes.append((self._word(person, key), str(before or ""), str(value)))
        if not fields:
            return
        before = {key: getattr(adult, key) for key in fields}
        self._work(adult).amended.append(("relative", adult.id, adult.version, fields, before))
        self._set(adult, {**fields, "version": adult.version + 1})

    def _set(self, adult: Adult, fields: dict[str, Any]) -> None:
        before = {key: getattr(adult, key) for key in fields}
        for key, value in fields.items():
            setattr(adult, key, value)

        def back() -> None:
            for key, value in before.items():
                setattr(adult, key, value)

        self.planner.undo.append(back)

    # --- where ---

    def _presence(self, person: Person, adult: Adult) -> None:
        where = person.whereabouts
        if where is None:
            return
        column = person.column
        if adult.said is not None:
            if adult.said != where:
                other = adult.said.place or adult.said.state
                self.problems.append(Problem("elsewhere", column, {"other": other, "row": adult.said_in}))
            return
        self._set(adult, {"said": where, "said_in": self.source.number})
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
            self._set(adult, {"absence": None})
            self.changes.append(
                (self._word(person, "place"), before.place or "外出", "在家" if where.state == HOME else "")
            )
        if where.situation and where.situation not in adult.situations:
            self._work(adult).make("situation", relative_id=adult.id, kind=where.situation, from_on=self.work.on)
            self._set(adult, {"situations": adult.situations | {where.situation}})
            self.changes.append((self._word(person, "place"), "", where.situation))

    def _away(self, person: Person, adult: Adult, before: Absence | None, where: Whereabouts) -> None:
        fields = {"place": where.place, "province": where.province, "employer": where.employer}
        if before is not None and _same_place(before, where):
            if where.employer and not before.employer:
                self._work(adult).amend("absence", before, {"employer": where.employer})
                self.changes.append((self._word(person, "employer"), "", where.employer))
            return
        self.changes.append((self._word(person, "place"), before.place if before else "", where.place or "外出"))
        if before is not None and (before.from_on == self.work.on or _says_more(before, where)):
            self._work(adult).amend("absence", before, fields)
            return
        if before is not None:
            self._work(adult).end("absence", before)
        # a roster says where a parent works, not since when
        self._work(adult).make("absence", relative_id=adult.id, from_on=self.work.on, from_known=False, **fields)

    # --- who cares ---

    def _care(self, adult: Adult) -> None:
        before = self.archive.care if self.archive else None
        if self.archive is not None and adult.id in {before and before.relative_id, *self.archive.carers}:
            return
        carer: Person = self.facts.carer  # type: ignore[assignment]
        if before is not None:
            if before.from_on > self.work.on:
                self.problems.append(Problem("newer", carer.column, {"date": before.from_on.isoformat()}))
                return
            self.work.end("care", before)
            known = self.planner.adults.get(before.relative_id)
            self.changes.append(("carer.name", known.name if known else "", adult.name))
        elif self.archive is not None and ("carer.name", "", adult.name) not in self.changes:
            self.changes.append(("carer.name", "", adult.name))
        reason = reason_of_care(self.facts.people)
        self._work(adult).make("care", relative_id=adult.id, from_on=self.work.on, reason=reason)


def _bare(place: str) -> str:
    return unicodedata.normalize("NFKC", place).translate(_SMALL)


def _same_place(before: Absence, where: Whereabouts) -> bool:
    """True if the row names the place the registry has, or less of it: 广东东莞 is 广东省东莞市, 广东省 may be."""
    return not where.place or (bool(before.place) and _bare(where.place) in _bare(before.place))


def _says_more(before: Absence, where: Whereabouts) -> bool:
    """True if the row only adds to the place the registry has."""
    return _bare(before.place) in _bare(where.place)
