"""Counting working days."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar

SATURDAY = 5


def is_workday(day: date) -> bool:
    """True if offices work on this day: by the State Council's calendar of holidays and of weekends worked for them, and
    from Monday to Friday in a year whose calendar is not known here yet (it is published each November)."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < SATURDAY


def workdays_after(day: date, number: int) -> date:
    """The day that lies that many working days after a day.

    >>> workdays_after(date(2026, 9, 30), 1)  # the seven days of the National Day come between
    datetime.date(2026, 10, 8)
    """
    while number > 0:
        day += timedelta(days=1)
        number -= is_workday(day)
    return day
