"""Figures counted beside the work: found only by whoever has the same scope, counted anew when old, never lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from caseworks import access, counting
from caseworks.models import Counted, Posting, subtree
from children.models import Child

pytestmark = pytest.mark.django_db


@pytest.fixture
def started(monkeypatch) -> list[str]:
    """How often a process was begun; none is."""
    begun: list[str] = []
    monkeypatch.setattr(counting, "start", lambda: begun.append("process"))
    return begun


@pytest.fixture
def children_counted(monkeypatch, started):
    """A kind of figures: how many children are reached."""
    monkeypatch.setitem(counting._counters, "children", lambda question, today: [question, Child.objects.count()])


def ask(user, question: str = "", **options) -> Counted:
    with access.scope(user):
        return counting.ask("children", question, now=timezone.now(), **options)


def age(by: timedelta) -> None:
    [row] = Counted.objects.all()
    Counted.objects.update(counted_at=row.counted_at - by)


@pytest.mark.usefixtures("children_counted")
class TestAsking:
    def test_the_first_who_asks_waits_and_then_finds_what_was_counted_for_them(self, cast, started):
        row = ask(cast.officer, "x")
        assert (row.is_there, row.is_awaited, started) == (False, True, ["process"])
        assert counting.work_off() == 1
        row = ask(cast.officer, "x")
        assert (row.figures, row.is_awaited, started) == (["x", 3], False, ["process"])

    def test_nobody_finds_what_was_counted_in_another_scope(self, cast):
        ask(cast.officer)
        counting.work_off()
        assert not ask(cast.stranger).is_there
        assert not ask(cast.clerk).is_there
        counting.work_off()
        assert [ask(person).figures[1] for person in (cast.officer, cast.stranger, cast.clerk)] == [3, 1, 2]

    @pytest.mark.parametrize(("by", "awaited"), [(timedelta(minutes=9), False), (timedelta(minutes=11), True)])
    def test_old_figures_are_shown_and_counted_anew(self, cast, by, awaited):
        ask(cast.officer)
        counting.work_off()
        age(by)
        row = ask(cast.officer)
        assert (row.is_there, row.is_awaited) == (True, awaited)

    def test_figures_of_yesterday_are_old(self, cast, monkeypatch):
        monkeypatch.setattr(counting, "FRESH", timedelta(days=9))
        ask(cast.officer)
        counting.work_off()
        age(timedelta(days=1))
        assert ask(cast.officer).is_awaited

    def test_whoever_wants_them_anew_gets_them(self, cast):
        ask(cast.officer)
        counting.work_off()
        assert ask(cast.officer, anew=True).is_awaited

    def test_nobody_in_particular_asks_for_nothing(self):
        with access.everyone("test"), pytest.raises(LookupError):
            counting.ask("children", now=timezone.now())


@pytest.mark.usefixtures("children_counted")
class TestCounting:
    def test_the_command_does_what_is_left(self, cast, capsys):
        ask(cast.officer)
        call_command("count_figures")
        call_command("count_figures")
        assert capsys.readouterr().out == "1\n0\n"

    def test_two_processes_do_not_count_the_same(self, cast):
        ask(cast.officer)
        assert counting._next() is not None
        assert counting._next() is None

    def test_what_a_killed_process_held_is_taken_up_again(self, cast):
        ask(cast.officer)
        counting._next()
        Counted.objects.update(held_until=timezone.now() - timedelta(seconds=1))
        assert counting.work_off() == 1
        assert ask(cast.officer).is_there

    def test_whoever_lost_the_post_gets_nothing_counted(self, cast):
        ask(cast.officer)
        Posting.objects.filter(user=cast.officer).update(until_on=date(2020, 1, 2), from_on=date(2020, 1, 1))
        assert counting.work_off() == 1
        assert not Counted.objects.exists()

    def test_what_cannot_be_counted_says_so_and_does_not_try_for_ever(self, cast, monkeypatch):
        monkeypatch.setitem(counting._counters, "children", lambda question, today: 1 / 0)
        ask(cast.officer)
        counting.work_off()
        row = ask(cast.officer)
        assert (row.failed, row.is_awaited) == (True, False)
        assert ask(cast.officer, anew=True).is_awaited

    def test_what_nobody_looks_at_is_thrown_away(self, cast):
        ask(cast.officer)
        counting.work_off()
        age(timedelta(days=3))
        counting.work_off()
        assert not Counted.objects.exists()


def test_an_area_is_large_by_the_roads_to_its_children(cast, monkeypatch):
    """Two children live in the village; below the county there are three, each with two roads, and a pairing."""
    monkeypatch.setattr(counting, "MOST_LIVE", 3)
    with access.scope(cast.officer):
        assert counting.is_all_large()
        assert not counting.is_large(*subtree(cast.village.path))
    with access.scope(cast.caseworker):
        assert not counting.is_all_large()
