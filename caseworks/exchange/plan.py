"""What importing a row will do: new, changed (each field: before and after), unchanged, refused, or for a person to
decide. `Planner` goes through the file in order and remembers what earlier rows said; it writes nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from caseworks import access, codelists
from caseworks.exchange import archives, values
from caseworks.exchange.adults import Adults, short
from caseworks.exchange.archives import Archive, Known
from caseworks.exchange.dated import DatedPlan
from caseworks.exchange.facts import Facts, Reader
from caseworks.exchange.family import FamilyPlan
from caseworks.exchange.lacking import Asking, Lack
from caseworks.exchange.people import Person
from caseworks.exchange.places import Places
from caseworks.exchange.problems import REFUSED, Problem
from caseworks.exchange.work import Change, Work
from children.models import Child
from guardians import rolls

NEW, CHANGED, UNCHANGED, UNDECIDED = "new", "changed", "unchanged", "undecided"
SAME, OTHER = "same", "other"  # what a person decided about a possible duplicate
CHUNK = 2000
_BRACKETS = str.maketrans("", "", "()")
Place = tuple[int, int, bool]  # the number of a sheet, and of a row in it; whether the row has an ID number
_LISTS = {
    "sex": codelists.SEX,
    "ethnicity": codelists.ETHNICITY,
    "registration": codelists.REGISTRATION,
    "health": codelists.HEALTH,
    "grade": codelists.GRADE,
    "boarding": codelists.BOARDING,
    "declaration": codelists.DECLARATION,
}


@dataclass(slots=True)
class Source:
    """A row to plan: the key it will have as an archive if it is new, its place, its cells, and what was decided."""

    id: UUID
    sheet: int
    number: int
    cells: list[Any]
    decision: str = ""


@dataclass(slots=True)
class Planned:
    """What will happen with a row, and why."""

    source: Source
    verdict: str
    problems: list[Problem]
    changes: list[Change] = field(default_factory=list)
    child: UUID | None = None
    name: str = ""
    works: list[Work] = field(default_factory=list)
    lacks: list[Lack] = field(default_factory=list)

    @property
    def signature(self) -> tuple[Any, ...]:
        """Equal for two plans of a row that promise the same."""
        return self.verdict, self.child if self.verdict != NEW else None, [list(change) for change in self.changes]


def words(field_key: str, value: Any) -> str:
    """A value as the list of changes shows it."""
    if field_key in _LISTS:
        return _LISTS[field_key].zh(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


class Planner:
    """Plans the rows of one batch, in order. `sheets` gives for each sheet its name and how its rows are read."""

    def __init__(self, places: Places, on: date, sheets: list[tuple[str, Reader, dict[int, str]]]) -> None:
        self.places, self.on, self.sheets = places, on, sheets
        # where in the file each child was first met; the rows themselves are not kept
        self.numbers: dict[str, Place] = {}
        self.named: dict[bytes, Place] = {}
        self.adults = Adults()
        self.undo: list[Callable[[], object]] = []
        acting = access.acting()
        self.by = acting.user.pk if acting and acting.user else None
        self.by_facts: dict[UUID, str] = {}
        self.asking: list[Asking] = []

    def plan(self, rows: Collection[Source]) -> list[Planned]:
        """Plan some more rows; CHUNK at a time keeps the number of queries small."""
        read: list[tuple[Source, list[Problem], Facts]] = []
        for source in rows:
            _name, reader, merged = self.sheets[source.sheet]
            problems: list[Problem] = []
            if source.number in merged:
                problems.append(Problem("merged", None, {"range": merged[source.number]}))
            read.append((source, problems, reader.read(source.cells, problems)))
        good = [facts for _source, problems, facts in read if not _is_refused(problems)]
        named = {
            (facts.child["name"], facts.child["born_on"], facts.child.get("id_number", ""))
            for facts in good
            if "born_on" in facts.child
        }
        phones = {person.phone for facts in good for person in _everyone(facts) if person.phone}
        kinds = sorted(frozenset[str]().union(*(reader.tables for _name, reader, _merged in self.sheets)))
        known = archives.look_up(named, phones, self.adults, self.on, kinds)
        self.by_facts = rolls.words(_declared_anew(good, known), self.on)
        planned = [self._row(source, problems, facts, known) for source, problems, facts in read]
        self.undo.clear()  # it refers to this planner, which would otherwise outlive its work
        self.adults.turn_over()
        return planned

    # --- one row ---

    def _row(self, source: Source, problems: list[Problem], facts: Facts, known: Known) -> Planned:
        name = facts.child.get("name", "")
        if not _is_refused(problems):
            self._once_in_file(source, facts, problems)
        if _is_refused(problems):
            return Planned(source, REFUSED, problems, name=name)
        number = facts.child.get("id_number", "")
        archive = known.by_number.get(number) if number else None
        if archive is None and number in known.out_of_reach:
            problems.append(Problem("not_yours", facts.columns.get("id_number")))
            return Planned(source, REFUSED, problems, name=name)
        if archive is None and source.decision != OTHER:
            possible = self._possible(facts, known)
            if possible:
                if source.decision == SAME and len(possible) == 1:
                    archive = possible[0]
                elif (same := self._same_already(source, facts, possible)) is not None:
                    return same
                else:
                    problems.append(Problem("possible", facts.columns.get("name"), {"hint": _hint(possible)}))
                    return Planned(source, UNDECIDED, problems, name=name)
        if archive is None and not self._reachable(facts):
            problems.append(Problem("outside", None, {"own": self.places.organization.name}))
            return Planned(source, REFUSED, problems, name=name)
        self.undo.clear()
        return self._compared(source, problems, facts, archive)

    def _once_in_file(self, source: Source, facts: Facts, problems: list[Problem]) -> None:
        """The same child twice in one file: the first row goes in."""
        number = facts.child.get("id_number", "")
        here = source.sheet, source.number, bool(number)
        if number:
            first = self.numbers.setdefault(number, here)
            if first != here:
                problems.append(self._again("twice", first, facts.columns.get("id_number")))
                return
        key = facts.key
        if key is not None:
            before = self.named.setdefault(short(*key), here)
            if before != here and not (number and before[2]):
                problems.append(self._again("twice_named", before, facts.columns.get("name")))

    def _again(self, key: str, first: Place, column: int | None) -> Problem:
        return Problem(key, column, {"row": first[1], "sheet": self.sheets[first[0]][0]})

    def _possible(self, facts: Facts, known: Known) -> list[Archive]:
        """Archives with the same name and birth date, in the same village as far as both say one."""
        village = facts.village.pk if facts.village else None
        return [
            archive
            for archive in known.by_name.get((facts.child["name"], facts.child["born_on"]), ())
            if village is None or archive.residence is None or archive.residence.village_id == village
        ]

    def _same_already(self, source: Source, facts: Facts, possible: list[Archive]) -> Planned | None:
        """A row without ID number that would change nothing in the one archive it fits is that archive's own row."""
        if len(possible) != 1 or facts.child.get("id_number"):
            return None
        self.undo.clear()
        planned = self._compared(source, [], facts, possible[0])
        if planned.verdict == UNCHANGED:
            return planned
        for step in reversed(self.undo):
            step()
        return None

    def _reachable(self, facts: Facts) -> bool:
        own = self.places.organization
        return any(office is not None and office.is_under(own) for office in (facts.school, facts.village))

    def _compared(self, source: Source, problems: list[Problem], facts: Facts, archive: Archive | None) -> Planned:
        """The row against the archive it belongs to, or against nothing.

        What a new archive needs may be made early, because nobody sees it; what touches anything that is there already
        is late work.
        """
        key = archive.child.pk if archive else source.id
        late = Work(key, self.on, late=True)
        work = Work(key, self.on) if archive is None else late
        changes: list[Change] = []
        if archive is None:
            work.make("child", **facts.child, opened_on=self.on)
        else:
            self._child(facts, archive.child, work, changes, problems)
        self._enrolment(facts, archive, work, changes, problems)
        self._residence(facts, archive, work, changes, problems)
        family = FamilyPlan(self, source, facts, archive, work, late, changes, problems)
        family.run()
        self._declaration(facts, archive, work, changes)
        if facts.stated:
            DatedPlan(self, facts, archive, work, changes, problems).run()
        verdict = NEW if archive is None else CHANGED if changes else UNCHANGED
        planned = Planned(source, verdict, problems, changes if archive else [], key, facts.child["name"])
        if verdict != UNCHANGED:
            planned.works = [work] if work is late else [work, late]
            planned.lacks = self._asking(source.sheet).lacks(facts, archive, family, changes, problems)
        return planned

    def _asking(self, sheet: int) -> Asking:
        while len(self.asking) <= sheet:
            self.asking.append(Asking(self.sheets[len(self.asking)][1].keys, self.on))
        return self.asking[sheet]

    # --- the parts of an archive ---

    def _child(self, facts: Facts, child: Child, work: Work, changes: list[Change], problems: list[Problem]) -> None:
        new: dict[str, Any] = {}
        for key, value in facts.child.items():
            before = getattr(child, key)
            if (
                before == value
                or self._is_no_news(key, before, value, facts, child)
                or key == "id_doubtful"
                or (key == "notes" and before)
            ):
                continue
            new[key] = value
            changes.append((key, words(key, before), words(key, value)))
        if "name" in new:
            problems.append(Problem("name_differs", facts.columns.get("name"), {"name": child.name}))
        if "id_number" in new:
            new["id_doubtful"] = facts.child["id_doubtful"]
        if new:
            work.amend("child", child, new)

    @staticmethod
    def _is_no_news(key: str, before: Any, value: Any, facts: Facts, child: Child) -> bool:
        """True if the cell says what the archive says, although it is read as something else: full-width letters, or a
        birth date and sex that the archive keeps against its own ID number."""
        if key in facts.said:
            same_number = bool(child.id_number) and child.id_number == facts.child.get("id_number")
            return same_number and facts.said[key] in (None, before)
        return isinstance(before, str) and values.words((before, 0)) == value

    def _enrolment(
        self, facts: Facts, archive: Archive | None, work: Work, changes: list[Change], problems: list[Problem]
    ) -> None:
        if facts.school is None:
            return
        entered = facts.entered_on
        born = facts.child["born_on"]
        since = entered if archive is None and entered and born < entered <= self.on else self.on
        before = archive.enrolment if archive else None
        if before is None:
            work.make("enrolment", school_id=facts.school.pk, from_on=since, **facts.enrolment)
            work.opened.append(("enrolment", facts.school.path))
            changes.append(("school", "", facts.school.name))
            return
        details = {
            key: value
            for key, value in facts.enrolment.items()
            if getattr(before, key) != value and _bare(getattr(before, key)) != _bare(value)
        }
        # two schools of a county may have one name: the child's own is meant
        moved = before.school_id != facts.school.pk and before.school.name != facts.school.name
        if not moved and not details:
            return
        if before.from_on > self.on:
            problems.append(Problem("newer", facts.columns.get("school"), {"date": before.from_on.isoformat()}))
            return
        if moved:
            changes.append(("school", before.school.name, facts.school.name))
        changes += [(key, words(key, getattr(before, key)), words(key, value)) for key, value in details.items()]
        only_filled = not moved and all(not getattr(before, key) or key == "student_number" for key in details)
        if only_filled or (not moved and before.from_on == self.on):
            work.amend("enrolment", before, details)
            return
        work.end("enrolment", before)
        kept = (
            {}
            if moved
            else {key: getattr(before, key) for key in ("grade", "class_name", "boarding", "student_number")}
        )
        work.make("enrolment", school_id=facts.school.pk, from_on=self.on, **(kept | facts.enrolment))
        if moved:
            work.opened.append(("enrolment", facts.school.path))
            work.closed.append(("enrolment", before.school.path))

    def _residence(
        self, facts: Facts, archive: Archive | None, work: Work, changes: list[Change], problems: list[Problem]
    ) -> None:
        if facts.village is None:
            return
        before = archive.residence if archive else None
        if archive is not None and facts.village_guessed:
            return
        if before is None:
            work.make("residence", village_id=facts.village.pk, address=facts.address, from_on=self.on)
            work.opened.append(("residence", facts.village.path))
            changes.append(("village", "", facts.village.name))
            return
        moved = before.village_id != facts.village.pk
        # an address that says less than the archive's own is no news
        if not moved and _bare(facts.address) in _bare(before.address):
            return
        if before.from_on > self.on:
            problems.append(Problem("newer", facts.columns.get("address"), {"date": before.from_on.isoformat()}))
            return
        if not moved:
            work.amend("residence", before, {"address": facts.address})
            changes.append(("address", before.address, facts.address))
            return
        changes.append(("village", before.village.name, facts.village.name))
        work.end("residence", before)
        work.make("residence", village_id=facts.village.pk, address=facts.address, from_on=self.on)
        work.opened.append(("residence", facts.village.path))
        work.closed.append(("residence", before.village.path))

    def _declaration(self, facts: Facts, archive: Archive | None, work: Work, changes: list[Change]) -> None:
        if not facts.declaration:
            return
        before = archive.declaration if archive else None
        if before is not None and (before.value, before.outranked) == (facts.declaration, facts.outranked):
            return
        if archive is not None and self.by_facts.get(archive.child.pk) == facts.declaration:
            return  # the archive's own facts say it: a roster that repeats them declares nothing new
        said = {"value": facts.declaration, "outranked": facts.outranked}
        old = words("declaration", before.value) if before else ""
        changes.append(("declaration", old, words("declaration", facts.declaration)))
        if before and before.declared_on == self.on and before.organization_id == self.places.organization.pk:
            work.amend("declaration", before, said)
        else:
            work.make("declaration", **said, declared_on=self.on, organization_id=self.places.organization.pk)


def _is_refused(problems: Sequence[Problem]) -> bool:
    return any(problem.gravity == REFUSED for problem in problems)


def _declared_anew(rows: Sequence[Facts], known: Known) -> set[UUID]:
    """Archives of which some row declares something else than was declared last."""
    found = set()
    for facts in rows:
        if not facts.declaration or "born_on" not in facts.child:
            continue
        number = facts.child.get("id_number", "")
        own = known.by_number.get(number) if number else None
        for archive in [own] if own else known.by_name.get((facts.child["name"], facts.child["born_on"]), ()):
            if archive.declaration is None or archive.declaration.value != facts.declaration:
                found.add(archive.child.pk)
    return found


def _bare(text: str) -> str:
    """A class or an address as it is compared: without spaces, brackets and the width of its letters."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_BRACKETS).split())


def _everyone(facts: Facts) -> list[Person]:
    return [*facts.people, *([facts.carer] if facts.carer else [])]


def _hint(possible: Sequence[Archive]) -> str:
    """What helps a person who may open these archives to decide: where the child goes to school, the end of the ID number."""
    described = []
    for archive in possible[:3]:
        school = archive.enrolment.school.name if archive.enrolment else ""
        number = archive.child.id_number
        described.append(" ".join(part for part in (school, f"…{number[-4:]}" if number else "") if part))
    return "；".join(part or "—" for part in described)


def needs_reading(planned: Planned) -> bool:
    """True if a row goes in although something is doubtful: somebody has to say that they read it."""
    return planned.verdict in {NEW, CHANGED} and bool(planned.problems)
