"""When a child is due to be contacted, from rules and dates alone.

Of the rules that fit a child, for each kind of contact the one of the nearest office counts; within one office the
shortest. Only a contact in which somebody was reached sets the clock back, whoever logged it: the office asks that the
child is not forgotten, not who does it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caseworks.codelists import CONTACT_KIND


@dataclass(frozen=True)
class Rule:
    """Contact in a way (`kind`, empty: any) every so many days, for children of a definition (empty: all).

    `depth` is how deep in the tree the office of the rule lies: the deepest that fits is the nearest.
    """

    kind: str
    definition: str
    every_days: int
    depth: int


@dataclass(frozen=True)
class Gap:
    """How a child stands to one rule on a day.

    `waited` counts the days since the last contact of that kind, or since the archive was opened if there was none.
    `overdue` counts the days beyond the rule; 0 is due today. Never contacted is due at once.
    """

    kind: str
    every_days: int
    last_on: date | None
    waited: int

    @property
    def overdue(self) -> int:
        return self.waited - self.every_days if self.last_on else self.waited

    @property
    def is_due(self) -> bool:
        return self.last_on is None or self.overdue >= 0


@dataclass(frozen=True)
class Standing:
    """How a child stands to all the rules that apply: every gap, the worst first."""

    gaps: tuple[Gap, ...]
    never: bool

    @property
    def due(self) -> tuple[Gap, ...]:
        """The gaps that are due."""
        return tuple(gap for gap in self.gaps if gap.is_due)

    @property
    def overdue(self) -> int:
        """Days beyond the rule that is broken worst."""
        return max(gap.overdue for gap in self.gaps)

    @property
    def days_left(self) -> int:
        """Days until the first rule falls due; 0 or less if one is due."""
        return min(0 if gap.is_due else -gap.overdue for gap in self.gaps)

    @property
    def urgency(self) -> tuple[bool, bool, int]:
        """Sorts the worst first: never contacted at all, never in a way that is asked for, then by days overdue."""
        return not self.never, all(gap.last_on for gap in self.gaps), -self.overdue


def nearest(rules: Iterable[Rule], fits: AbstractSet[str]) -> list[Rule]:
    """The rules that count for a child who fits these definitions: one for each kind of contact."""
    counting: dict[str, Rule] = {}
    for rule in rules:
        if rule.definition and rule.definition not in fits:
            continue
        best = counting.get(rule.kind)
        if best is None or (-rule.depth, rule.every_days) < (-best.depth, best.every_days):
            counting[rule.kind] = rule
    return list(counting.values())


def standing(
    rules: Iterable[Rule], *, fits: AbstractSet[str], opened_on: date, last: Mapping[str, date], today: date
) -> Standing | None:
    """How a child stands to the rules on a day, or None if no rule is about this child.

    `last` gives, for each kind of contact, the day somebody was last reached in that way.
    """
    gaps = []
    latest = max(last.values(), default=None)
    for rule in nearest(rules, fits):
        last_on = last.get(rule.kind) if rule.kind else latest
        gaps.append(Gap(rule.kind, rule.every_days, last_on, (today - (last_on or opened_on)).days))
    if not gaps:
        return None
    return Standing(tuple(sorted(gaps, key=lambda gap: (gap.last_on is not None, -gap.overdue))), latest is None)


def next_on(standing: Standing, today: date) -> date:
    """The day on which the first rule falls due, today if one is due."""
    return today + timedelta(days=max(standing.days_left, 0))


def reason(gap: Gap, whom: str, *, never: bool) -> str:
    """Why a child is due, in the words of the page: `whom` is who was met the last time, as words, or empty."""
    if never:
        return _("never contacted")
    kind = CONTACT_KIND.label(gap.kind)
    if gap.last_on is None:
        return _("%(kind)s: none so far") % {"kind": kind}
    words = {"kind": kind, "whom": whom, "days": gap.waited}
    if not gap.kind and whom:
        return (
            ngettext("%(whom)s: %(days)d day without contact", "%(whom)s: %(days)d days without contact", gap.waited)
            % words
        )
    if not gap.kind:
        return ngettext("%(days)d day without contact", "%(days)d days without contact", gap.waited) % words
    if whom:
        return (
            ngettext(
                "%(kind)s: last %(days)d day ago, with %(whom)s",
                "%(kind)s: last %(days)d days ago, with %(whom)s",
                gap.waited,
            )
            % words
        )
    return ngettext("%(kind)s: last %(days)d day ago", "%(kind)s: last %(days)d days ago", gap.waited) % words
