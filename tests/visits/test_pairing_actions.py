"""Pairings: who reaches the child from when until when, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from caseworks import access
from caseworks.models import AuditEvent
from children import hooks
from children.models import Child, Reach
from tests import factories
from tests.visits.test_contact_actions import reason
from visits import actions
from visits.models import Mentor, Pairing

pytestmark = pytest.mark.django_db


def names(person, today) -> set[str]:
    with access.scope(person, today=today):
        return set(Child.objects.values_list("name", flat=True))


def pair(cast, today, **changes):
    facts = {"mentor": cast.pairing.mentor, "child": cast.sibling, "by": cast.officer, "on": today}
    with access.scope(cast.officer, today=today):
        return actions.pair(**{**facts, **changes})


def end(cast, today, **changes):
    facts = {"pairing": cast.pairing, "by": cast.officer, "on": today, "reason": "term"}
    with access.scope(cast.officer, today=today):
        return actions.end_pairing(**{**facts, **changes})


def test_pairing_lets_the_mentor_reach_the_child_at_once(cast, today):
    assert names(cast.mentor, today) == {"张小雨"}
    pairing = pair(cast, today)
    assert names(cast.mentor, today) == {"张小雨", "张小山"}
    assert (pairing.from_on, pairing.until_on) == (today, None)
    assert AuditEvent.objects.get(action="pairing.began").changes["child"] == [None, cast.sibling.code]


@pytest.mark.parametrize(
    ("days", "expected"), [(1, "future"), (-20000, "before_birth"), ((date(2020, 8, 31)), "before_mentor")]
)
def test_a_start_that_cannot_be_is_refused(cast, today, days, expected):
    on = days if isinstance(days, date) else today + timedelta(days=days)
    with pytest.raises(ValidationError) as error:
        pair(cast, today, on=on)
    assert reason(error) == expected
    assert names(cast.mentor, today) == {"张小雨"}


def test_the_same_two_are_paired_once(cast, today):
    with pytest.raises(ValidationError) as error:
        pair(cast, today, child=cast.child)
    assert reason(error) == "paired"


def test_the_same_two_may_be_paired_again_after_the_end(cast, today):
    end(cast, today)
    with pytest.raises(ValidationError):
        pair(cast, today, child=cast.child, on=today - timedelta(days=1))
    assert names(cast.mentor, today) == set()
    pair(cast, today, child=cast.child, on=today)
    assert names(cast.mentor, today) == {"张小雨"}


def test_a_closed_archive_is_not_paired(cast, today):
    with access.scope(cast.clerk, today=today):
        cast.sibling.closed_on = today
        cast.sibling.save()
    with pytest.raises(ValidationError) as error:
        pair(cast, today)
    assert reason(error) == "closed"


def test_a_mentor_who_stops_gets_no_more_children(cast, today):
    Mentor.objects.update(until_on=today + timedelta(days=30))
    with pytest.raises(ValidationError) as error:
        pair(cast, today, mentor=Mentor.objects.get())
    assert reason(error) == "mentor_ended"


@pytest.mark.parametrize("days_ago", [0, 5])
def test_the_mentor_loses_the_child_the_moment_the_pairing_ends(cast, today, days_ago):
    ended = end(cast, today, on=today - timedelta(days=days_ago))
    assert names(cast.mentor, today) == set()
    assert ended.end_reason == "term"
    event = AuditEvent.objects.get(action="pairing.ended")
    assert event.changes["until_on"] == [None, (today - timedelta(days=days_ago)).isoformat()]


def test_an_end_that_lies_ahead_keeps_the_road_until_that_day(cast, today):
    last = today + timedelta(days=7)
    end(cast, today, on=last)
    assert names(cast.mentor, last - timedelta(days=1)) == {"张小雨"}
    assert names(cast.mentor, last) == set()


def test_an_end_that_lies_ahead_can_be_brought_forward_not_put_off(cast, today):
    ahead = end(cast, today, on=today + timedelta(days=7))
    with pytest.raises(ValidationError) as error:
        end(cast, today, pairing=ahead, on=today + timedelta(days=9))
    assert reason(error) == "ended_before"
    end(cast, today, pairing=ahead, on=today)
    assert names(cast.mentor, today) == set()


@pytest.mark.parametrize(
    ("changes", "expected"), [({"on": date(2025, 8, 31)}, "before_it_began"), ({"reason": "bored"}, "reason")]
)
def test_an_end_that_cannot_be_is_refused(cast, today, changes, expected):
    with pytest.raises(ValidationError) as error:
        end(cast, today, **changes)
    assert reason(error) == expected
    assert names(cast.mentor, today) == {"张小雨"}


def test_a_pairing_ends_once(cast, today):
    ended = end(cast, today)
    with pytest.raises(ValidationError) as error:
        end(cast, today, pairing=ended)
    assert reason(error) == "ended_before"


def test_closing_an_archive_ends_its_pairings(cast, today):
    pair(cast, today)
    with access.scope(cast.clerk, today=today):
        cast.child.closed_on, cast.child.exit_reason = today, "returned"
        cast.child.save()
        for listener in hooks.archive_closed:
            listener(cast.child, cast.clerk, today)
        assert list(cast.child.pairings.values_list("until_on", "end_reason")) == [(today, "closed")]
        assert cast.sibling.pairings.get().until_on is None
    assert names(cast.mentor, today) == {"张小山"}


def test_closing_with_a_day_before_the_pairing_began_ends_it_where_it_began(cast, today):
    with access.scope(cast.clerk, today=today):
        actions.pairings.end_pairings_of_closed_archive(cast.child, cast.clerk, date(2025, 1, 1))
        assert cast.child.pairings.get().until_on == cast.pairing.from_on


def test_a_mentor_who_stops_loses_every_child(cast, today):
    pair(cast, today)
    pair(cast, today, child=cast.neighbour)
    other = factories.mentor(cast.bureau, name="别人")
    factories.pairing(other, cast.neighbour)
    with access.scope(cast.officer, today=today):
        actions.end_mentor(mentor=cast.pairing.mentor, by=cast.officer, on=today)
        assert set(Pairing.objects.filter(until_on=today).values_list("end_reason", flat=True)) == {"mentor"}
        assert Pairing.objects.filter(until_on=today).count() == 3
        assert Pairing.objects.get(mentor=other).until_on is None
    assert names(cast.mentor, today) == set()
    assert Reach.objects.filter(via="pairing").count() == 1
    with access.scope(cast.officer, today=today), pytest.raises(ValidationError) as error:
        actions.end_mentor(mentor=Mentor.objects.get(pk=cast.pairing.mentor_id), by=cast.officer, on=today)
    assert reason(error) == "ended_before"


def test_a_mentor_cannot_stop_before_a_pairing_began(cast, today):
    with access.scope(cast.officer, today=today), pytest.raises(ValidationError):
        actions.end_mentor(mentor=cast.pairing.mentor, by=cast.officer, on=date(2025, 8, 1))
    assert names(cast.mentor, today) == {"张小雨"}
    assert Mentor.objects.get().until_on is None


def test_a_login_needs_a_mentors_post_at_the_same_office(cast, today):
    with access.scope(cast.officer, today=today):
        with pytest.raises(ValidationError) as error:
            actions.enlist_mentor(
                by=cast.officer, organization=cast.school, name="雷老师", from_on=today, user=cast.mentor
            )
        assert reason(error) == "no_post"
        teacher = factories.user("lei")
        factories.posting(teacher, cast.school, "mentor")
        mentor = actions.enlist_mentor(
            by=cast.officer, organization=cast.school, name=" 雷老师 ", from_on=today, user=teacher, kind="teacher"
        )
        assert (mentor.name, mentor.user, mentor.path) == ("雷老师", teacher, f"{cast.school.path}{mentor.code}/")
    pair(cast, today, mentor=mentor, child=cast.neighbour)
    assert names(teacher, today) == {"李明"}


def test_correcting_a_mentor_leaves_the_number_masked_in_the_trail(cast, today):
    with access.scope(cast.officer, today=today):
        actions.amend_mentor(mentor=cast.pairing.mentor, by=cast.officer, name="梅老师", phone="13800001111")
    assert Mentor.objects.get().phone == "13800001111"
    assert AuditEvent.objects.get(action="mentor.amended").changes == {"phone": ["", "138****1111"]}
