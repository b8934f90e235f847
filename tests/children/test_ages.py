"""Birthdays that change something: shown before and after the day, to whoever keeps archives, and changing nothing."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from children.ages import TRIGGERS, birthdays
from children.models import Child
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.mark.usefixtures("as_everyone")
@pytest.mark.parametrize("age", TRIGGERS)
@pytest.mark.parametrize(("day", "shown"), [((10, 23), False), ((10, 24), True), ((12, 23), True), ((12, 24), False)])
def test_thirty_days_before_and_after(age, day, shown):
    child = factories.child(born_on=date(2026 - age, *day))
    found = [(each.child, each.trigger.age, each.on) for each in birthdays(Child.objects.all(), TODAY)]
    assert found == ([(child, age, date(2026, *day))] if shown else [])


@pytest.mark.usefixtures("as_everyone")
def test_whoever_was_born_on_29_february_has_a_birthday_every_year():
    factories.child(born_on=date(2012, 2, 29))
    [found] = birthdays(Child.objects.all(), date(2026, 2, 20))
    assert (found.on, found.is_past) == (date(2026, 3, 1), False)
    [found] = birthdays(Child.objects.all(), date(2026, 3, 1))
    assert found.is_past


def test_they_are_on_the_home_page_of_whoever_keeps_archives(cast, sign_in):
    factories.child("周八", village=cast.village, born_on=date(2018, 12, 1))
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        body = sign_in(cast.caseworker).get(reverse("visits:home")).content.decode()
        assert "周八" in body
        assert "将满 8 周岁" in body
        assert "birthdays" not in sign_in(cast.mentor).get(reverse("visits:home")).content.decode()
