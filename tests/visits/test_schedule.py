"""When a child is due: rules and dates only, no database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import translation

from visits.schedule import Gap, Rule, nearest, next_on, reason, standing

TODAY = date(2026, 11, 23)
MONTHLY = Rule("", "", 30, depth=2)


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def stand(*rules, last=None, fits=frozenset(), opened=100):
    return standing(rules, fits=fits, opened_on=days_ago(opened), last=last or {}, today=TODAY)


@pytest.mark.parametrize(("waited", "is_due", "overdue"), [(29, False, -1), (30, True, 0), (43, True, 13)])
def test_due_on_the_last_day_of_the_rule(waited, is_due, overdue):
    found = stand(MONTHLY, last={"call": days_ago(waited)})
    assert (bool(found.due), found.overdue) == (is_due, overdue)


def test_any_way_looks_at_the_latest_contact_of_whatever_kind():
    assert not stand(MONTHLY, last={"home": days_ago(60), "call": days_ago(3)}).due


def test_a_rule_for_home_visits_is_not_kept_by_calls():
    found = stand(Rule("home", "", 30, 2), last={"home": days_ago(60), "call": days_ago(3)})
    assert found.due == (Gap("home", 30, days_ago(60), 60),)
    assert not found.never


def test_never_contacted_is_due_on_the_day_the_archive_is_opened():
    found = stand(MONTHLY, opened=0)
    assert found.due
    assert found.never


def test_the_nearest_office_wins_even_with_the_milder_rule():
    assert nearest([MONTHLY, Rule("", "", 90, depth=4)], set()) == [Rule("", "", 90, depth=4)]


def test_within_one_office_the_shortest_wins():
    strict = Rule("", "civil", 7, depth=2)
    assert nearest([MONTHLY, strict], {"civil"}) == [strict]
    assert nearest([strict, MONTHLY], set()) == [MONTHLY]


def test_rules_for_different_kinds_stand_side_by_side_the_worst_first():
    found = stand(MONTHLY, Rule("home", "", 180, 2), last={"call": days_ago(43), "home": days_ago(200)})
    assert [(gap.kind, gap.overdue) for gap in found.due] == [("home", 20), ("", 13)]
    assert found.overdue == 20


def test_a_rule_for_other_children_is_no_rule():
    assert stand(Rule("", "civil", 30, 2), fits={"wide"}) is None


def test_the_worst_come_first():
    order = sorted(
        [
            ("3 days over", stand(MONTHLY, last={"call": days_ago(33)})),
            ("never, waiting 10 days", stand(MONTHLY, opened=10)),
            ("40 days over", stand(MONTHLY, last={"call": days_ago(70)})),
            ("never at home", stand(MONTHLY, Rule("home", "", 90, 2), last={"call": days_ago(1)})),
            ("never, waiting 100 days", stand(MONTHLY, opened=100)),
        ],
        key=lambda row: row[1].urgency,
    )
    assert [name for name, _standing in order] == [
        "never, waiting 100 days",
        "never, waiting 10 days",
        "never at home",
        "40 days over",
        "3 days over",
    ]


def test_the_next_day_is_when_the_first_rule_falls_due():
    found = stand(MONTHLY, Rule("home", "", 90, 2), last={"home": days_ago(80), "call": days_ago(28)})
    assert next_on(found, TODAY) == TODAY + timedelta(days=2)


@pytest.mark.parametrize(
    ("gap", "whom", "never", "words"),
    [
        (Gap("", 30, None, 5), "", True, "never contacted"),
        (Gap("home", 30, None, 5), "", False, "home visit: none so far"),
        (Gap("", 30, TODAY, 43), "carer", False, "carer: 43 days without contact"),
        (Gap("", 30, TODAY, 1), "", False, "1 day without contact"),
        (Gap("home", 30, TODAY, 43), "", False, "home visit: last 43 days ago"),
        (Gap("home", 30, TODAY, 43), "mother", False, "home visit: last 43 days ago, with mother"),
    ],
)
def test_the_reason_says_who_how_and_how_long(gap, whom, never, words):
    with translation.override("en"):
        assert reason(gap, whom, never=never) == words
