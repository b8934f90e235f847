"""Why a child counts, or does not count, as left behind, in words a reader can check against the facts.

Whether the child counts is asked of the definition itself, the same condition that makes the figures; this module only
says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from caseworks import codelists
from caseworks.codelists import FATHERS, MOTHERS, PARENTS
from children.models import Child
from guardians.definitions import DEFINITIONS, Definition, definitions_of, three_months_before
from guardians.household import Household, Member
from guardians.models import Absence, Declaration, Situation
from guardians.unattended import months_after


@dataclass(frozen=True)
class Standing:
    """Whether the child counts by a definition on a day, since when, and why not.

    `known` is false where neither a parent nor a declaration is on record: that is no "no" but 未采集. `since` is the first
    day of the stretch that lasts until the day asked about; None if the child does not count, or if
    nothing on record says when it began.
    """

    definition: Definition
    counts: bool
    because: str
    since: date | None = None
    known: bool = True


@dataclass(frozen=True)
class Report:
    """The facts in sentences, and the standing by each definition."""

    facts: tuple[str, ...]
    standings: tuple[Standing, ...]


def report(child: Child, home: Household, declaration: Declaration | None, on: date) -> Report:
    """Standing of a child on a day. `declaration` is the latest that counts, used where nothing is recorded of the
    parents' absences."""
    judged_by = None if any(member.absences for member in home.parents()) else declaration
    standings, counted = [], definitions_of(child, on)
    for entry in DEFINITIONS.values():
        counts = entry.key in counted
        because = "" if counts else _why_not(entry, child, home, judged_by, on)
        since = _since(entry.key, child, home, declaration, on) if counts else None
        known = bool(home.parents()) or judged_by is not None or child.age_on(on) >= entry.under
        standings.append(Standing(entry, counts, because if known else _("no parent is on record"), since, known))
    return Report(tuple(_facts(home, judged_by)), tuple(standings))


def _turns(home: Household, declaration: Declaration | None, on: date) -> list[date]:
    """The days on which a standing can have changed, the latest first: something began, ended, or lasted three months."""
    days = {declaration.declared_on} if declaration is not None else set()
    for member in home.parents():
        rows: tuple[Absence | Situation, ...] = (*member.absences, *member.situations)
        for row in rows:
            days |= {row.from_on, row.until_on or on}
        days |= {_three_months_long(absence.from_on) for absence in member.absences}
    return sorted((day for day in days if day <= on), reverse=True)


def _three_months_long(from_on: date) -> date:
    """The first day on which an absence has lasted three months as the definition counts them."""
    day = months_after(from_on, 3)
    return day if day.day == from_on.day else day + timedelta(days=1)


def held(key: str, child: Child, home: Household, declaration: Declaration | None, on: date) -> bool:
    """Whether the condition of a definition held on a day, read off a household: what `Definition.condition` says in
    SQL, for the days of one child. Only the beginning of a standing is told by it; a test compares the two."""
    declared = declaration.value if declaration is not None and declaration.declared_on <= on else "0"
    if not any(member.absences for member in home.parents()):
        return declared == "2" and child.registration == "1" if key == "civil" else declared in ("1", "2", "9")

    def away(relations: tuple[str, ...]) -> bool:
        return any(_in_force(row, on) for member in home.parents(relations) for row in member.absences)

    def unable(relations: tuple[str, ...]) -> bool:
        return any(_in_force(row, on) for member in home.parents(relations) for row in member.situations)

    if key == "wide":
        return away(PARENTS)
    if key == "school":
        rows = [row for member in home.parents() for row in member.absences if _in_force(row, on)]
        by_declaration = declared != "0" and any(not row.from_known for row in rows)
        return by_declaration or any(row.from_on <= three_months_before(on) for row in rows)
    father, mother = away(FATHERS), away(MOTHERS)
    both = father and mother
    return child.registration == "1" and (both or (father and unable(MOTHERS)) or (mother and unable(FATHERS)))


def _in_force(row: Absence | Situation, on: date) -> bool:
    return row.from_on <= on and (row.until_on is None or row.until_on > on)


def _since(key: str, child: Child, home: Household, declaration: Declaration | None, on: date) -> date | None:
    """The first day of the stretch that holds on a day; None if the day itself does not."""
    since = None
    for turn in _turns(home, declaration, on):
        if not held(key, child, home, declaration, turn):
            break
        since = turn
    return since


def _facts(home: Household, declaration: Declaration | None) -> list[str]:
    found = [sentence for member in home.parents() if (sentence := _about(member))]
    if declaration is not None:
        words = _("Declared by %(office)s on %(day)s: %(value)s")
        found.append(
            words
            % {
                "office": declaration.organization,
                "day": declaration.declared_on.isoformat(),
                "value": declaration.get_value_display(),
            }
        )
    return found or [_("No absence of a parent is on record.")]


def _about(member: Member) -> str:
    said = []
    if absence := member.away:
        place = absence.place or _("a place not known")
        words = (
            _("away to work in %(place)s since %(day)s")
            if absence.from_known
            else _("away to work in %(place)s, since when is not known (reported %(day)s)")
        )
        said.append(words % {"place": place, "day": absence.from_on.isoformat()})
    said += [row.get_kind_display() for row in member.unable]
    return (
        _("%(relation)s: %(facts)s") % {"relation": member.relation_label, "facts": _(", ").join(said)} if said else ""
    )


def _why_not(entry: Definition, child: Child, home: Household, declaration: Declaration | None, on: date) -> str:
    """The first condition of the definition that does not hold."""
    if child.age_on(on) >= entry.under:
        return _("already %(years)s years old") % {"years": entry.under}
    if entry.key == "civil" and child.registration != "1":
        return _("household registration: %(word)s") % {"word": child.get_registration_display()}
    if declaration is not None:
        if declaration.value == "0":
            return _("declared as not left behind")
        return _("only one parent is declared away") if declaration.value == "1" else _("declared without saying who")
    if not home.away:
        return _("no parent is away")
    if entry.key == "school" and all(
        member.away.from_on > three_months_before(on) for member in home.away if member.away
    ):
        return _("away for less than three months, or since when is not known")
    return _civil_why_not(home)


def _civil_why_not(home: Household) -> str:
    fathers_away = any(member.away for member in home.parents(FATHERS))
    other = MOTHERS if fathers_away else FATHERS
    rest = home.parents(other)
    word = codelists.RELATION.label(other[0])
    if not rest:
        return _("nothing is on record about the %(relation)s") % {"relation": word}
    return _("the %(relation)s is not away and able to care") % {"relation": word}
