"""Data for the benches: as many children as asked for, of the same shape as real ones, and nowhere near real ones."""

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from caseworks.demo.scale import load_scale
from caseworks.models import Organization, User
from children.models import Child, Reach
from guardians.definitions import DEFINITIONS
from guardians.models import Kinship

pytestmark = pytest.mark.django_db


def _load(children: int, today: date) -> int:
    return [written["Child"] for written in load_scale(children, today)][-1]


def test_as_many_children_as_asked_for(as_everyone, today):
    assert _load(230, today) == Child.objects.count() == 230
    villages = Organization.objects.villages()
    assert [Child.objects.living_under(village, on=today).count() for village in villages] == [100, 100, 30]
    assert Child.objects.values("id_index").distinct().count() == 230
    assert Kinship.objects.filter(relation="51").values("child").distinct().count() == 230
    assert 0.6 < DEFINITIONS["wide"].children(Child.objects.all(), today).count() / 230 < 0.85
    assert Reach.objects.filter(via="residence").count() == 230
    assert Reach.objects.filter(via="pairing").exists()
    connection.check_constraints()


def test_the_next_town_begins_when_one_is_full(as_everyone, today, monkeypatch):
    monkeypatch.setattr("caseworks.demo.scale.VILLAGE", 4)
    monkeypatch.setattr("caseworks.demo.scale.VILLAGES_OF_A_TOWN", 2)
    monkeypatch.setattr("caseworks.demo.scale.TOWNS_OF_A_COUNTY", 2)
    assert _load(20, today) == 20
    counties = Organization.objects.filter(kind="county")
    assert [Child.objects.living_under(county, on=today).count() for county in counties] == [16, 4]


def test_nobody_can_sign_in_with_it(as_everyone, today):
    _load(10, today)
    assert not [user for user in User.objects.all() if user.has_usable_password()]


def test_the_command_says_how_fast_and_refuses_a_second_time(today):
    out = StringIO()
    call_command("load_scale", children=30, stdout=out)
    assert "30 children" in out.getvalue()
    assert "rows/s" in out.getvalue()
    with pytest.raises(CommandError, match="already"):
        call_command("load_scale", children=30, stdout=out)
    with pytest.raises(CommandError, match="1 or more"):
        call_command("load_scale", children=0, stdout=out)


def test_never_among_real_children(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="CASEWORKS_DEMO"):
        call_command("load_scale", children=1, stdout=StringIO())
    assert not Organization.objects.exists()
