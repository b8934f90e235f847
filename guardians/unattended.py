"""Whether a child counts as 事实无人抚养, de facto without support: computed from what is on record about both parents.

The rule (民发〔2019〕62号, 民发〔2020〕125号): under 18, and *both* parents are severely disabled, seriously ill, in prison, in
compulsory detoxification, otherwise deprived of liberty, out of contact, deprived of guardianship or expelled from the
country; or one parent is dead or declared missing and the other in one of these. Support continues after 18 while the
child is at a full-time school. Two parents dead or missing make an orphan, who has other support.

The verdict helps whoever prepares the application; the county decides. It is never published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from django.utils.translation import gettext as _

from caseworks import codelists
from caseworks.codelists import FATHERS, MOTHERS

MONTHS = 6  # how long a term or the loss of contact must last
_MIND = ("5", "6")  # intellectual and mental disability: here levels 3 and 4 count as severe too
_LIBERTY = ("imprisoned", "detox", "detained")
_GONE = ("dead", "missing")


class Situated(Protocol):
    """What is read of a situation (`guardians.models.Situation`)."""

    kind: str
    from_on: date
    until_on: date | None
    from_known: bool
    disability: str
    level: str
    ends_on: date | None
    accepted_on: date | None
    paper: str


class Weight(StrEnum):
    """What a parent's situation amounts to."""

    GONE = "gone"  # dead, or declared missing
    COUNTS = "counts"
    OPEN = "open"  # it may count; something that decides it is not on record
    NO = "no"


@dataclass(frozen=True)
class Finding:
    """What one situation amounts to: why, and which paper or fact is missing."""

    weight: Weight
    because: str
    missing: tuple[str, ...] = ()


class Verdict(StrEnum):
    YES = "yes"
    NO = "no"
    OPEN = "open"
    ORPHAN = "orphan"


@dataclass(frozen=True)
class Eligibility:
    """The verdict, with a reason for each parent and what must still be brought."""

    verdict: Verdict
    reasons: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def words(self) -> str:
        """The verdict in a sentence."""
        return {
            Verdict.YES: _("By what is on record the child can apply as de facto without support."),
            Verdict.NO: _("By what is on record the child is not de facto without support."),
            Verdict.OPEN: _("It cannot be said yet whether the child is de facto without support."),
            Verdict.ORPHAN: _("Both parents are dead or missing: the child can apply as an orphan."),
        }[self.verdict]


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last day of that month.

    >>> months_after(date(2025, 8, 31), 6)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def eligibility(
    parents: dict[str, Sequence[Situated] | None], *, age: int, in_full_time_school: bool, on: date
) -> Eligibility:
    """The verdict on a day. `parents` gives for "51" (father) and "52" (mother) the situations of a lifetime, or None
    where nobody is on record as that parent."""
    if age >= 18 and not in_full_time_school:
        return Eligibility(Verdict.NO, (_("already 18 and at no full-time school"),), ())
    found = {relation: _of_parent(rows, relation, on) for relation, rows in parents.items()}
    weights = [finding.weight for finding in found.values()]
    missing = tuple(text for finding in found.values() for text in finding.missing)
    if all(weight is Weight.GONE for weight in weights):
        verdict = Verdict.ORPHAN
    elif Weight.NO in weights:
        verdict, missing = Verdict.NO, ()
    else:
        verdict = Verdict.OPEN if Weight.OPEN in weights else Verdict.YES
    reasons = [
        _("%(relation)s: %(facts)s") % {"relation": codelists.RELATION.label(relation), "facts": finding.because}
        for relation, finding in found.items()
    ]
    if age >= 18 and verdict is Verdict.YES:
        reasons.append(_("18 already: support continues while the child is at a full-time school"))
    return Eligibility(verdict, tuple(reasons), missing)


def eligibility_in(home: Any, *, age: int, in_full_time_school: bool, on: date) -> Eligibility:
    """The same for a household: the natural parent where one is on record, else the step- or adoptive one."""
    parents: dict[str, Sequence[Situated] | None] = {}
    for relation, kinds in (("51", FATHERS), ("52", MOTHERS)):
        members = sorted(home.parents(kinds), key=lambda member: member.relation)
        parents[relation] = members[0].situations if members else None
    return eligibility(parents, age=age, in_full_time_school=in_full_time_school, on=on)


def _of_parent(rows: Sequence[Situated] | None, relation: str, on: date) -> Finding:
    """The weightiest of a parent's situations in force."""
    who = codelists.RELATION.label(relation)
    if rows is None:
        return Finding(Weight.OPEN, _("nothing is on record"), (_("who the %(relation)s is") % {"relation": who},))
    holding = [row for row in rows if row.from_on <= on and (row.until_on is None or row.until_on > on)]
    if not holding:
        return Finding(Weight.NO, _("no situation is on record in which a parent cannot care"))
    order = list(Weight)
    return min((_weigh(row, who, on) for row in holding), key=lambda finding: order.index(finding.weight))


def _weigh(row: Situated, who: str, on: date) -> Finding:
    word = codelists.SITUATION.label(row.kind)
    if row.kind == "disabled":
        return _weigh_disability(row, who, word)
    if row.kind in _LIBERTY:
        return _weigh_liberty(row, who, word, on)
    if row.kind == "lost":
        return _weigh_contact(row, who, word, on)
    paper = {
        "dead": _("death certificate or judgement of the %(relation)s"),
        "missing": _("judgement that declares the %(relation)s missing"),
        "ill": _("diagnosis of the %(relation)s, by the local list of serious illnesses"),
        "revoked": _("judgement that revokes the guardianship of the %(relation)s"),
        "expelled": _("paper of the expulsion of the %(relation)s"),
    }[row.kind]
    return Finding(
        Weight.GONE if row.kind in _GONE else Weight.COUNTS, word, () if row.paper else (paper % {"relation": who},)
    )


def _weigh_disability(row: Situated, who: str, word: str) -> Finding:
    certificate = _("disability certificate of the %(relation)s") % {"relation": who}
    if not row.level:
        return Finding(Weight.OPEN, _("%(what)s, level not on record") % {"what": word}, (certificate,))
    level = codelists.DISABILITY_LEVEL.label(row.level)
    kind = codelists.DISABILITY.label(row.disability) if row.disability else word
    said = _("%(what)s, %(level)s") % {"what": kind, "level": level}
    missing = () if row.paper else (certificate,)
    if row.level in ("1", "2") or row.disability in _MIND:
        return Finding(Weight.COUNTS, said, missing)
    if not row.disability:
        return Finding(Weight.OPEN, _("%(what)s, kind not on record") % {"what": said}, (certificate,))
    return Finding(Weight.NO, _("%(what)s: counts only at level 1 or 2") % {"what": said})


def _weigh_liberty(row: Situated, who: str, word: str, on: date) -> Finding:
    judgement = _("judgement or notice about the %(relation)s") % {"relation": who}
    missing = () if row.paper else (judgement,)
    if row.ends_on is not None and row.from_known and row.ends_on < months_after(row.from_on, MONTHS):
        return Finding(Weight.NO, _("%(what)s for less than six months") % {"what": word})
    if row.ends_on is not None and row.from_known:
        return Finding(Weight.COUNTS, _("%(what)s for six months or more") % {"what": word}, missing)
    if months_after(row.from_on, MONTHS) <= on:
        return Finding(Weight.COUNTS, _("%(what)s for six months or more") % {"what": word}, missing)
    end = _("from when until when the %(relation)s is held") % {"relation": who}
    return Finding(Weight.OPEN, _("%(what)s, for how long is not on record") % {"what": word}, (end, *missing))


def _weigh_contact(row: Situated, who: str, word: str, on: date) -> Finding:
    if row.accepted_on is None:
        report = _("police receipt of the report that the %(relation)s is out of contact") % {"relation": who}
        return Finding(Weight.OPEN, _("%(what)s, not reported to the police") % {"what": word}, (report,))
    until = months_after(row.accepted_on, MONTHS)
    if until > on:
        words = _("%(what)s, counts from %(day)s, six months after the police accepted the report")
        return Finding(Weight.NO, words % {"what": word, "day": until.isoformat()})
    return Finding(Weight.COUNTS, _("%(what)s for six months or more") % {"what": word})
