"""Birthdays that change something: at 8, 14, 16 and 18. They are shown as work to do, never as silent changes.

Sources: 未成年人保护法 art. 21 (nobody under 8 unattended, nobody under 16 living alone), 个人信息保护法 art. 31 (under 14 the guardian
consents), 国发〔2016〕13号 (left-behind children are under 16).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from children.models import Child
from children.models.archive import ChildQuerySet, years_before

DAYS_AHEAD, DAYS_SHOWN_AFTER = 30, 30


@dataclass(frozen=True)
class Trigger:
    """What changes at an age, and what to do about it."""

    age: int
    changes: Any
    to_do: Any


TRIGGERS = {
    trigger.age: trigger
    for trigger in (
        Trigger(
            8,
            _("From 8 on a child may be left unattended for a short while, and is asked about what concerns it."),
            _("Ask the child about the care, and write down what it says."),
        ),
        Trigger(
            14,
            _(
                "From 14 on the child itself consents to the use of its data; consents of the guardian no longer suffice."
            ),
            _("Tell the child what is kept about it, and ask for its own consent where one was given before."),
        ),
        Trigger(
            16,
            _("At 16 the child leaves the register of left-behind children of civil affairs and may live alone."),
            _("Say whether it is at school, at work or elsewhere, and hand over or close the case."),
        ),
        Trigger(
            18,
            _("At 18 the child is of age. Support ends, unless it continues while the child is at a full-time school."),
            _("Check whether support goes on, then close the archive."),
        ),
    )
}


@dataclass(frozen=True)
class Birthday:
    """A child who reaches such an age: on which day, and what that means."""

    child: Child
    on: date
    trigger: Trigger
    is_past: bool


def _turns(age: int, first: date, last: date) -> Q:
    """Children who reach an age from a day to a day, both included."""
    return Q(born_on__lte=years_before(last, age), born_on__gt=years_before(first - timedelta(days=1), age))


def birthdays(among: ChildQuerySet, today: date) -> list[Birthday]:
    """Who reaches 8, 14, 16 or 18 within 30 days, or has within the last 30: the earliest first. One query."""
    first, last = today - timedelta(days=DAYS_SHOWN_AFTER), today + timedelta(days=DAYS_AHEAD)
    any_age = Q(pk__in=[])
    for age in TRIGGERS:
        any_age |= _turns(age, first, last)
    found = []
    for child in among.filter(any_age).in_name_order():
        trigger = next(each for age, each in TRIGGERS.items() if first <= birthday(child.born_on, age) <= last)
        on = birthday(child.born_on, trigger.age)
        found.append(Birthday(child, on, trigger, is_past=on <= today))
    return sorted(found, key=lambda each: (each.on, each.child.name_order))


def birthday(born_on: date, age: int) -> date:
    """The day somebody reaches an age: 1 March for those born on 29 February, in common years.

    >>> birthday(date(2012, 2, 29), 14)
    datetime.date(2026, 3, 1)
    """
    try:
        return born_on.replace(year=born_on.year + age)
    except ValueError:
        return date(born_on.year + age, 3, 1)
