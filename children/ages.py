"""Birthdays that change something: at 8, 14, 16 and 18. They are work to do until somebody says that it is done, never
silent changes.

Sources: 未成年人保护法 art. 21 (nobody under 8 unattended, nobody under 16 living alone), 个人信息保护法 art. 31 (under 14 the guardian
consents), 国发〔2016〕13号 (left-behind children are under 16).
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import ExtractDay, ExtractMonth, ExtractYear
from django.db.models.lookups import Exact, LessThan, LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from caseworks.scoped import subquery
from children.models import AgeStep, Child
from children.models.archive import ChildQuerySet, years_before

DAYS_AHEAD = 30


@dataclass(frozen=True)
class Trigger:
    """What changes at an age, what to do about it, and the part of the archive where most of that is entered."""

    age: int
    changes: Any
    to_do: Any
    anchor: str


TRIGGERS = {
    trigger.age: trigger
    for trigger in (
        Trigger(
            8,
            _("From 8 on a child may be left unattended for a short while, and is asked about what concerns it."),
            _("Ask the child about the care, and write down what it says."),
            "care",
        ),
        Trigger(
            14,
            _(
                "From 14 on the child itself consents to the use of its data; consents of the guardian no longer suffice."
            ),
            _("Tell the child what is kept about it, and ask for its own consent where one was given before."),
            "rights",
        ),
        Trigger(
            16,
            _("At 16 the child leaves the register of left-behind children of civil affairs and may live alone."),
            _("Say whether it is at school, at work or elsewhere, and hand over or close the case."),
            "school",
        ),
        Trigger(
            18,
            _("At 18 the child is of age. Support ends, unless it continues while the child is at a full-time school."),
            _("Check whether support goes on, then close the archive."),
            "facts",
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


def _any(conditions: Iterable[Q]) -> Q:
    return functools.reduce(operator.or_, conditions)


def _opened_by_then(age: int) -> Q:
    """Archives that were open on the birthday. Who came later was asked then: an archive begins with its own notices."""
    years = ExtractYear("opened_on") - ExtractYear("born_on")
    opened, born = (ExtractMonth(field) * 100 + ExtractDay(field) for field in ("opened_on", "born_on"))
    return Q(LessThan(years, age)) | Q(Exact(years, age)) & Q(LessThanOrEqual(opened, born))


def due(on: date, *ages: int) -> Q:
    """Children about whom something is to be done on a day, because of the last of these birthdays: until somebody says
    that it is done, or the next one comes. `ages` narrows it."""
    nexts = dict(pairwise(TRIGGERS))

    def of(age: int) -> Q:
        has_turned = Q(born_on__lte=years_before(on, age))
        if age in nexts:
            has_turned &= Q(born_on__gt=years_before(on, nexts[age]))
        done = subquery(AgeStep).filter(child=OuterRef("pk"), age=age)
        return has_turned & ~Q(Exists(done)) & _opened_by_then(age)

    return _any(of(age) for age in ages or TRIGGERS)


def coming(on: date, *ages: int) -> Q:
    """Children who reach such an age within 30 days."""
    return _any(_turns(age, on + timedelta(days=1), on + timedelta(days=DAYS_AHEAD)) for age in ages or TRIGGERS)


def due_birthdays(among: ChildQuerySet, today: date, *ages: int) -> ChildQuerySet:
    """The children about whom something is to be done, the oldest first; `passed` gives their birthdays."""
    return among.filter(due(today, *ages)).order_by("born_on", "id")


def coming_birthdays(among: ChildQuerySet, today: date, *ages: int) -> ChildQuerySet:
    """The children who reach 8, 14, 16 or 18 within 30 days; `next_of` gives their birthdays."""
    return among.filter(coming(today, *ages)).order_by("-born_on", "id")


def last_reached(child: Child, today: date) -> int:
    """The last of these ages that a child has reached; 0 before the first."""
    return max((age for age in TRIGGERS if birthday(child.born_on, age) <= today), default=0)


def passed(children: Iterable[Child], today: date) -> list[Birthday]:
    """The last of these birthdays of each child, who has reached one."""
    return [_birthday(child, last_reached(child, today), today) for child in children]


def next_of(children: Iterable[Child], today: date) -> list[Birthday]:
    """The next of these birthdays of each child, who has one to come: the earliest first."""
    found = [
        _birthday(child, next(age for age in TRIGGERS if birthday(child.born_on, age) > today), today)
        for child in children
    ]
    return sorted(found, key=lambda each: (each.on, each.child.name_order))


def _birthday(child: Child, age: int, today: date) -> Birthday:
    on = birthday(child.born_on, age)
    return Birthday(child, on, TRIGGERS[age], is_past=on <= today)


def birthday(born_on: date, age: int) -> date:
    """The day somebody reaches an age: 1 March for those born on 29 February, in common years.

    >>> birthday(date(2012, 2, 29), 14)
    datetime.date(2026, 3, 1)
    """
    try:
        return born_on.replace(year=born_on.year + age)
    except ValueError:
        return date(born_on.year + age, 3, 1)
