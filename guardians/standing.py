"""Why a child counts, or does not count, as left behind, in words a reader can check against the facts.

Whether the child counts is asked of the definition itself, the same condition that makes the figures; this module only
says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from caseworks import codelists
from caseworks.codelists import FATHERS, MOTHERS
from children.models import Child
from guardians.definitions import DEFINITIONS, Definition, three_months_before
from guardians.household import Household, Member
from guardians.models import Declaration


@dataclass(frozen=True)
class Standing:
    """Whether the child counts by a definition on a day, and why or why not."""

    definition: Definition
    counts: bool
    because: str


@dataclass(frozen=True)
class Report:
    """The facts in sentences, and the standing by each definition."""

    facts: tuple[str, ...]
    standings: tuple[Standing, ...]


def report(child: Child, home: Household, declaration: Declaration | None, on: date) -> Report:
    """Standing of a child on a day. `declaration` is the latest that counts, used where nothing is recorded of the
    parents' absences."""
    judged_by = None if any(member.absences for member in home.parents()) else declaration
    standings = []
    for entry in DEFINITIONS.values():
        counts = entry.counts(child, on)
        standings.append(Standing(entry, counts, "" if counts else _why_not(entry, child, home, judged_by, on)))
    return Report(tuple(_facts(home, judged_by)), tuple(standings))


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
