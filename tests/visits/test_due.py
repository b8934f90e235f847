"""The work list: which children, in which order, with which words, in how many queries."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import translation

from caseworks import access
from tests import factories
from visits.due import cards, worklist

pytestmark = pytest.mark.django_db


def posting_of(person):
    return person.postings.select_related("organization").get()


def due(person, today):
    """(name, reasons) of each child due, in order."""
    with access.scope(person, today=today), translation.override("en"):
        return [(card.child.name, card.reasons) for card in cards(worklist(posting_of(person), today).due, today)]


def visit(cast, *children, days_ago, today, **facts):
    facts.setdefault("by", cast.caseworker)
    return factories.contact(*children, place=cast.village, held_on=today - timedelta(days=days_ago), **facts)


def test_without_a_rule_nobody_is_due(cast, today):
    with access.scope(cast.caseworker, today=today):
        found = worklist(posting_of(cast.caseworker), today)
    assert (found.due, found.has_rules) == ((), False)


def test_each_role_has_its_own_rules_and_its_own_children(cast, today):
    factories.contact_rule(cast.town, "caseworker")
    factories.contact_rule(cast.county, "mentor")
    assert [name for name, _why in due(cast.caseworker, today)] == ["张小山", "张小雨"]
    assert [name for name, _why in due(cast.mentor, today)] == ["张小雨"]
    assert due(cast.clerk, today) == []


def test_a_rule_of_another_branch_or_of_another_time_does_not_count(cast, today):
    factories.contact_rule(cast.other_village, "caseworker")
    factories.contact_rule(cast.other_county, "caseworker")
    ended = factories.contact_rule(cast.town, "caseworker")
    ended.until_on = today
    ended.save()
    assert due(cast.caseworker, today) == []


def test_the_nearest_rule_wins(cast, today):
    factories.contact_rule(cast.county, "caseworker", every_days=7)
    visit(cast, cast.child, cast.sibling, days_ago=10, today=today)
    assert len(due(cast.caseworker, today)) == 2
    factories.contact_rule(cast.village, "caseworker", every_days=60)
    assert due(cast.caseworker, today) == []


def test_a_rule_for_a_definition_is_about_those_children_only(cast, today):
    factories.contact_rule(cast.town, "school_staff", definition="wide")
    factories.child("赵在家", school=cast.school)
    assert {name for name, _why in due(cast.clerk, today)} == {"张小雨", "张小山"}


def test_reached_sets_the_clock_back_for_both_siblings_and_an_attempt_does_not(cast, today):
    factories.contact_rule(cast.town, "caseworker")
    visit(cast, cast.child, cast.sibling, days_ago=43, today=today, met=(("carer", cast.grandmother),))
    visit(cast, cast.child, days_ago=2, today=today, reached=False, kind="call")
    assert due(cast.caseworker, today) == [
        ("张小山", ("paternal grandmother: 43 days without contact",)),
        ("张小雨", ("paternal grandmother: 43 days without contact",)),
    ]
    with access.scope(cast.caseworker, today=today):
        shown = {
            card.child.name: card.attempts for card in cards(worklist(posting_of(cast.caseworker), today).due, today)
        }
    assert (shown["张小雨"].times, shown["张小雨"].last_on) == (1, today - timedelta(days=2))
    assert shown["张小山"] is None
    visit(cast, cast.child, cast.sibling, days_ago=0, today=today)
    assert due(cast.caseworker, today) == []


def test_whoever_reached_the_child_the_office_has_not_forgotten_it(cast, today):
    factories.contact_rule(cast.town, "caseworker")
    visit(cast, cast.child, days_ago=1, today=today, by=cast.mentor)
    assert [name for name, _why in due(cast.caseworker, today)] == ["张小山"]


def test_never_contacted_stands_on_top(cast, today):
    factories.contact_rule(cast.town, "caseworker")
    visit(cast, cast.child, days_ago=300, today=today)
    assert due(cast.caseworker, today) == [
        ("张小山", ("never contacted",)),
        ("张小雨", ("300 days without contact",)),
    ]


def test_closed_archives_are_not_due(cast, today):
    factories.contact_rule(cast.town, "caseworker")
    with access.scope(cast.clerk, today=today):
        cast.child.closed_on, cast.child.exit_reason = today, "returned"
        cast.child.save()
    assert [name for name, _why in due(cast.caseworker, today)] == ["张小山"]


def test_who_falls_due_within_a_week_is_announced(cast, today):
    factories.contact_rule(cast.town, "caseworker")
    visit(cast, cast.child, days_ago=25, today=today)
    visit(cast, cast.sibling, days_ago=5, today=today)
    with access.scope(cast.caseworker, today=today):
        found = worklist(posting_of(cast.caseworker), today)
        [card] = cards(found.coming, today)
    assert (card.child.name, card.next_on, found.due) == ("张小雨", today + timedelta(days=5), ())


def test_a_person_met_is_named_by_what_they_are_to_that_child(cast, today):
    cousin = factories.child("张小海", village=cast.village)
    with access.everyone("test"):
        from guardians.models import Kinship

        Kinship.objects.create(child=cousin, relative=cast.mother, relation="90")
    factories.contact_rule(cast.town, "caseworker", kind="home")
    visit(cast, cast.child, cousin, days_ago=40, today=today, met=(("mother", cast.mother), ("teacher", None)))
    assert dict(due(cast.caseworker, today)) == {
        "张小山": ("never contacted",),
        "张小雨": ("home visit: last 40 days ago, with mother、teacher",),
        "张小海": ("home visit: last 40 days ago, with father's sister、teacher",),
    }


@pytest.mark.parametrize("children", [1, 3, 40])
def test_the_list_costs_the_same_for_any_number_of_children(cast, today, children, django_assert_num_queries):
    village = factories.organization("other", parent=cast.town)
    person = factories.user()
    post = factories.posting(person, village, "caseworker")
    factories.contact_rule(cast.town, "caseworker", definition="wide", every_days=20)
    factories.contact_rule(cast.town, "caseworker", kind="home")
    for number in range(children):
        one = factories.child(f"赵{number}", village=village)
        carer = factories.relative(one, relation="62")
        factories.absence(factories.relative(one, relation="51"))
        factories.entrustment(one, carer)
        factories.contact(
            one, by=person, place=village, held_on=date(2026, 9, 1), met=(("carer", carer), ("child", None))
        )
    with access.scope(person, today=today), django_assert_num_queries(14):
        assert len(cards(worklist(post, today).due, today)) == children
