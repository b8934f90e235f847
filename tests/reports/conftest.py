from __future__ import annotations

from datetime import date

import pytest
import time_machine

from caseworks.reports.question import Question
from guardians.definitions import DEFINITIONS
from tests.reports import world

TODAY = date(2026, 11, 23)


def ask(organization, *, year=2025, definition="wide") -> Question:
    return Question.of_year(organization, year, DEFINITIONS[definition], TODAY)


@pytest.fixture
def busy(cast):
    """The cast, and around it children of every kind that the splits tell apart."""
    return world.make_busy(cast)


@pytest.fixture
def on_the_day():
    """The clock of the pages stands at noon of the day of the tests."""
    with time_machine.travel("2026-11-23T04:00:00Z", tick=False):
        yield
