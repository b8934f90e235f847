"""Counting working days."""

from __future__ import annotations

from datetime import date, timedelta

SATURDAY = 5


def workdays_after(day: date, number: int) -> date:
    """The day that lies that many working days, Monday to Friday, after a day.

    The public holidays of a year are set anew by the State Council and are not known here: around them the answer falls
    due a few days earlier than it must.

    >>> workdays_after(date(2026, 11, 20), 1)
    datetime.date(2026, 11, 23)
    """
    while number > 0:
        day += timedelta(days=1)
        number -= day.weekday() < SATURDAY
    return day
