"""Logging and correcting a contact: what is written, and what is refused with which reason."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from caseworks import access
from caseworks.access import ScopeError
from caseworks.models import AuditEvent, ChangedError
from children.models import Child
from tests import factories
from visits import actions
from visits.models import Contact, ContactChild, Counterpart

pytestmark = pytest.mark.django_db


def log(cast, today, **changes):
    facts = {
        "by": cast.caseworker,
        "logged_for": cast.village,
        "kind": "home",
        "held_on": today,
        "reached": True,
        "children": [cast.child, cast.sibling],
        "met": [("carer", cast.grandmother), ("child", None)],
        "topics": ["study", "safety"],
        "note": " 奶奶身体好 ",
        "today": today,
    }
    return actions.log_contact(**{**facts, **changes})


def reason(error: pytest.ExceptionInfo) -> str:
    """The code of the first refusal."""
    found = error.value
    if hasattr(found, "error_dict"):
        found = next(iter(found.error_dict.values()))[0]
    return found.code


def test_a_visit_to_two_siblings_is_one_contact_on_both(cast, today):
    with access.scope(cast.caseworker, today=today):
        contact = log(cast, today)
        stored = Contact.objects.get()
        assert stored == contact
        assert (stored.kind, stored.held_on, stored.reached, stored.note) == ("home", today, True, "奶奶身体好")
        assert (stored.topics, stored.concern, stored.logged_by) == (["study", "safety"], "none", cast.caseworker)
        assert set(stored.contact_children.values_list("child__name", flat=True)) == {"张小雨", "张小山"}
        assert set(stored.counterparts.values_list("kind", "relative__name")) == {("carer", "陈桂英"), ("child", None)}
    event = AuditEvent.objects.get(action="contact.logged")
    assert (event.by, event.object_id, event.changes["children"]) == (cast.caseworker, contact.pk, [None, 2])


def test_a_child_or_person_named_twice_counts_once(cast, today):
    with access.scope(cast.caseworker, today=today):
        log(cast, today, children=[cast.child, cast.child], met=[("teacher", None), ("teacher", None)])
        assert ContactChild.objects.count() == Counterpart.objects.count() == 1


def test_an_attempt_may_name_nobody(cast, today):
    with access.scope(cast.caseworker, today=today):
        contact = log(cast, today, reached=False, met=())
        assert (contact.reached, contact.counterparts.count()) == (False, 0)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"held_on": date(2026, 11, 24)}, "future"),
        ({"held_on": date(2014, 3, 1)}, "before_birth"),
        ({"held_on": date(2015, 3, 1)}, "before_birth"),  # the sister was born, the brother was not
        ({"children": []}, "no_children"),
        ({"kind": "telepathy"}, "invalid_choice"),
        ({"concern": "purple"}, "invalid_choice"),
        ({"topics": ["study", "gossip"]}, "invalid_choice"),
        ({"met": [("ghost", None)]}, "invalid_choice"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(cast, today, changes, expected):
    with access.scope(cast.caseworker, today=today):
        with pytest.raises(ValidationError) as error:
            log(cast, today, **changes)
        assert reason(error) == expected
        assert not Contact.objects.exists()
    assert not AuditEvent.objects.filter(action="contact.logged").exists()


def test_a_day_before_the_archive_was_closed_is_accepted_and_the_day_itself_refused(cast, today):
    with access.scope(cast.caseworker, today=today):
        cast.sibling.closed_on, cast.sibling.exit_reason = today, "returned"
        cast.sibling.save()
        with pytest.raises(ValidationError) as error:
            log(cast, today)
        assert reason(error) == "closed"
        assert "张小山" in str(error.value)
        log(cast, today, held_on=today - timedelta(days=1))
        assert ContactChild.objects.filter(child=cast.sibling).count() == 1


def test_a_relative_of_somebody_else_is_refused(cast, today):
    uncle = factories.relative(cast.neighbour, relation="83", name="李叔")
    with access.scope(cast.officer, today=today):
        with pytest.raises(ValidationError) as error:
            log(cast, today, by=cast.officer, met=[("relative", uncle)])
        assert reason(error) == "not_a_relative"
        assert not Contact.objects.exists()


def test_the_same_relative_as_two_people_is_refused(cast, today):
    with access.scope(cast.caseworker, today=today), pytest.raises(ValidationError) as error:
        log(cast, today, met=[("carer", cast.grandmother), ("relative", cast.grandmother)])
    assert reason(error) == "twice"


def test_a_child_out_of_scope_is_refused_whole(cast, today):
    with access.scope(cast.caseworker, today=today), pytest.raises(ScopeError):
        log(cast, today, children=[cast.child, cast.foreigner], met=())
    with access.everyone("test"):
        assert not Contact.objects.exists()


@pytest.fixture
def contact(cast, today):
    return factories.contact(
        cast.child, by=cast.caseworker, place=cast.village, held_on=today, met=(("carer", cast.grandmother),)
    )


def amend(contact, by, today, **changes):
    with access.scope(by, today=today):
        return actions.amend_contact(contact=Contact.objects.get(pk=contact.pk), by=by, today=today, **changes)


def test_the_author_corrects_everything(cast, today, contact):
    amend(
        contact,
        cast.caseworker,
        today,
        kind="call",
        held_on=today - timedelta(days=2),
        children=[cast.child, cast.sibling],
        met=[("mother", cast.mother), ("relative", cast.grandmother)],
        note="打给妈妈",
    )
    with access.scope(cast.caseworker, today=today):
        stored = Contact.objects.get()
        assert (stored.kind, stored.held_on, stored.note, stored.version) == (
            "call",
            today - timedelta(days=2),
            "打给妈妈",
            2,
        )
        assert stored.contact_children.count() == 2
        assert set(stored.counterparts.values_list("kind", "relative__name")) == {
            ("mother", "王芳"),
            ("relative", "陈桂英"),
        }
    changes = AuditEvent.objects.get(action="contact.amended").changes
    assert changes["kind"] == ["home", "call"]
    assert changes["held_on"] == ["2026-11-23", "2026-11-21"]
    assert "妈妈" not in str(changes["note"])
    assert changes["children"][1] == [cast.child.code, cast.sibling.code]


def test_what_is_not_given_stays(cast, today, contact):
    amend(contact, cast.caseworker, today, concern="watch")
    with access.scope(cast.caseworker, today=today):
        stored = Contact.objects.get()
        assert (stored.kind, stored.concern) == ("home", "watch")
        assert (stored.contact_children.count(), stored.counterparts.count()) == (1, 1)


def test_keepers_of_the_archive_may_correct_others_may_not(cast, today, contact):
    assert amend(contact, cast.clerk, today, concern="help").concern == "help"
    for person in (cast.mentor, cast.officer):
        with pytest.raises(PermissionDenied):
            amend(contact, person, today, concern="none")
    with access.everyone("test"):
        assert Contact.objects.get().concern == "help"


def test_a_mentor_corrects_their_own(cast, today):
    own = factories.contact(cast.child, by=cast.mentor, place=cast.bureau, held_on=today)
    assert amend(own, cast.mentor, today, note="补一句").version == 2


def test_of_two_corrections_from_the_same_page_the_second_is_refused(cast, today, contact):
    with access.everyone("test"):
        read_before = Contact.objects.get()
    amend(contact, cast.caseworker, today, note="first")
    with access.scope(cast.clerk, today=today), pytest.raises(ChangedError):
        actions.amend_contact(contact=read_before, by=cast.clerk, today=today, note="second")
    with access.everyone("test"):
        assert Contact.objects.get().note == "first"


def test_a_refused_correction_leaves_everything_as_it_was(cast, today, contact):
    with pytest.raises(ValidationError):
        amend(contact, cast.caseworker, today, held_on=today + timedelta(days=1), note="x")
    with access.everyone("test"):
        assert (Contact.objects.get().held_on, Contact.objects.get().version) == (today, 1)


def test_children_and_people_out_of_scope_survive_a_correction(cast, today):
    neighbours_father = factories.relative(cast.neighbour, relation="51", name="李父")
    shared = factories.contact(
        cast.child,
        cast.neighbour,
        by=cast.officer,
        place=cast.county,
        held_on=today,
        met=(("carer", cast.grandmother), ("father", neighbours_father)),
    )
    amend(shared, cast.caseworker, today, children=[cast.sibling], met=[("child", None)])
    with access.everyone("test"):
        assert set(Child.objects.filter(contact_children__contact=shared).values_list("name", flat=True)) == {
            "张小山",
            "李明",
        }
        assert set(shared.counterparts.values_list("kind", "relative__name")) == {("father", "李父"), ("child", None)}
