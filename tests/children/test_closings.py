"""A child goes and comes back: the figures of the days in between, and of the years before, stay as they were."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from caseworks import access
from caseworks.reports.indicators import INDICATORS
from caseworks.reports.question import Question
from children import actions
from children.models import Child
from guardians.definitions import DEFINITIONS
from tests import factories

pytestmark = pytest.mark.django_db
CLOSED, BACK = date(2026, 3, 1), date(2026, 10, 1)


@pytest.fixture
def acting(cast):
    with access.scope(cast.officer, today=date(2026, 11, 23)):
        yield


def _figures(cast, last: date) -> dict:
    question = Question(cast.county, date(last.year, 1, 1), last, DEFINITIONS["wide"])
    keys = ("archives", "left_behind", "archives_opened", "archives_closed")
    values = {key: INDICATORS[key].value(question) for key in keys}
    return values | {"why": INDICATORS["archives_closed"].tally(question).cells("exit")}


def _close(cast) -> Child:
    return actions.close(child=Child.objects.get(pk=cast.child.pk), by=cast.clerk, on=CLOSED, reason="moved")


@pytest.mark.parametrize("last", [date(2025, 12, 31), date(2026, 2, 28), CLOSED, date(2026, 6, 30), date(2026, 9, 30)])
def test_the_figures_of_a_past_day_do_not_change_when_a_child_comes_back(cast, acting, last):
    child = _close(cast)
    before = _figures(cast, last)
    actions.reopen(child=child, by=cast.clerk, on=BACK)
    assert _figures(cast, last) == before
    assert before["archives_closed"] == (1 if last >= CLOSED else 0)
    assert _figures(cast, BACK)["archives"] == 3


def test_a_child_who_comes_and_goes_is_open_between(cast, acting):
    child = _close(cast)
    actions.reopen(child=child, by=cast.clerk, on=BACK)
    open_days = {
        day: Child.objects.open_on(day).filter(pk=child.pk).exists() for day in (date(2026, 2, 28), CLOSED, BACK)
    }
    assert open_days == {date(2026, 2, 28): True, CLOSED: False, BACK: True}
    assert [(row.from_on, row.until_on, row.reason) for row in child.closed_periods.all()] == [(CLOSED, BACK, "moved")]


def test_a_closing_by_mistake_never_held(cast, acting):
    actions.reopen(child=_close(cast), by=cast.clerk)
    assert Child.objects.open_on(CLOSED).filter(pk=cast.child.pk).exists()
    assert _figures(cast, date(2026, 12, 31))["archives_closed"] == 0


def test_back_the_same_day_is_no_closing(cast, acting):
    child = _close(cast)
    actions.reopen(child=child, by=cast.clerk, on=CLOSED)
    assert not child.closed_periods.exists()


@pytest.mark.parametrize("on", [date(2026, 2, 28), date(2026, 11, 24)])
def test_not_back_before_the_closing_nor_in_the_future(cast, acting, on):
    with pytest.raises(ValidationError) as refused:
        actions.reopen(child=_close(cast), by=cast.clerk, on=on)
    assert list(refused.value.error_dict) == ["on"]


def test_the_archive_says_when_it_was_closed(cast, sign_in):
    factories.closed_period(cast.child, CLOSED, BACK)
    text = sign_in(cast.clerk).get(cast.child.get_absolute_url()).content.decode()
    assert "2026-03-01" in text
    assert "2026-10-01" in text
