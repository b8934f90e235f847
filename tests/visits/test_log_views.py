"""Logging a contact on the page: what is offered, what is saved, what is refused, and that nothing typed is lost."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse

from caseworks import access
from tests import factories
from visits.models import Contact, ContactChild

pytestmark = pytest.mark.django_db


def url(child):
    return reverse("visits:log", args=[child.code])


def typed(cast, **changes):
    """What a caseworker sends who visited the grandmother of both siblings."""
    fields = {
        "submission_key": str(uuid.uuid4()),
        "children": [cast.sibling.code],
        "kind": "home",
        "met": [cast.grandmother.code],
        "reached": "yes",
        "topics": ["study"],
        "note": "奶奶说孩子夜里咳嗽",
        "concern": "watch",
        "held_on": "2026-11-23",
    }
    return {**fields, **changes}


def stored():
    with access.everyone("test"):
        return list(Contact.objects.order_by("id"))


def test_a_visit_to_the_grandmother_is_on_both_siblings(cast, sign_in):
    client = sign_in(cast.caseworker)
    answer = client.post(url(cast.child), typed(cast))
    [contact] = stored()
    assert answer.url == f"/contacts/{contact.code}/?saved=1"
    assert (contact.kind, contact.reached, contact.concern, contact.topics) == ("home", True, "watch", ["study"])
    assert (contact.logged_by, contact.logged_for, contact.held_on) == (
        cast.caseworker,
        cast.village,
        date(2026, 11, 23),
    )
    with access.everyone("test"):
        assert {link.child for link in ContactChild.objects.filter(contact=contact)} == {cast.child, cast.sibling}
        counterpart = contact.counterparts.get()
        assert (counterpart.kind, counterpart.relative) == ("carer", cast.grandmother)
    page = client.get(answer.url).content.decode()
    assert "奶奶说孩子夜里咳嗽" in page
    assert "张小山" in page


def test_the_page_offers_siblings_ticked_and_the_people_with_how_long_ago(cast, sign_in):
    factories.contact(
        cast.child,
        by=cast.clerk,
        place=cast.school,
        held_on=date(2026, 11, 11),
        met=(("carer", cast.grandmother),),
    )
    form = sign_in(cast.caseworker).get(url(cast.child)).context["form"]
    assert form["children"].value() == [cast.sibling.code]
    assert [(person.words, days) for _box, person, days in form.whom()][:2] == [("祖母", 12), ("母亲", None)]
    assert form["held_on"].value() == date(2026, 11, 23)


def test_a_sibling_left_out_gets_no_contact(cast, sign_in):
    sign_in(cast.caseworker).post(url(cast.child), typed(cast, children=[]))
    with access.everyone("test"):
        assert [link.child for link in ContactChild.objects.select_related("child")] == [cast.child]


def test_somebody_not_reached_needs_no_name(cast, sign_in):
    sign_in(cast.caseworker).post(url(cast.child), typed(cast, reached="no", met=[], kind="call"))
    [contact] = stored()
    assert (contact.kind, contact.reached) == ("call", False)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"held_on": "2026-11-24"}, "held_on", "不能填以后的日期"),
        ({"held_on": "2014-03-01"}, "held_on", "还没有出生"),
        ({"held_on": "昨天"}, "held_on", ""),
        ({"kind": ""}, "kind", "请选择方式"),
        ({"kind": "telepathy"}, "kind", ""),
        ({"met": []}, "met", "请选择联系上了谁"),
        ({"met": ["AAAAAAAAAA"]}, "met", ""),
    ],
)
def test_a_refusal_names_the_field_and_keeps_everything_typed(cast, sign_in, changes, field, words):
    sent = typed(cast, **changes)
    answer = sign_in(cast.caseworker).post(url(cast.child), sent)
    assert answer.status_code == 200
    form = answer.context["form"]
    assert set(form.errors) == {field}
    assert words in form.errors[field][0]
    page = answer.content.decode()
    assert "奶奶说孩子夜里咳嗽" in page
    assert sent["submission_key"] in page
    assert form["children"].value() == [cast.sibling.code]
    assert not stored()


def test_a_closed_archive_is_refused_with_the_reason(cast, sign_in):
    with access.everyone("test"):
        cast.child.closed_on, cast.child.exit_reason = date(2026, 11, 20), "returned"
        cast.child.save()
    answer = sign_in(cast.caseworker).post(url(cast.child), typed(cast, children=[]))
    assert "张小雨的档案已在 2026-11-20 关闭" in answer.content.decode()
    assert not stored()


def test_a_child_who_is_not_offered_cannot_be_smuggled_in(cast, sign_in):
    answer = sign_in(cast.caseworker).post(url(cast.child), typed(cast, children=[cast.foreigner.code]))
    assert "children" in answer.context["form"].errors
    answer = sign_in(cast.caseworker).post(url(cast.child), typed(cast, met=[cast.foreign_father.code]))
    assert "met" in answer.context["form"].errors
    assert not stored()


def test_pressing_save_twice_makes_one_record(cast, sign_in):
    client, sent = sign_in(cast.caseworker), typed(cast)
    first, second = client.post(url(cast.child), sent), client.post(url(cast.child), sent)
    assert first.url == second.url
    assert len(stored()) == 1
    client.post(url(cast.child), typed(cast))
    assert len(stored()) == 2


def test_a_refused_form_can_be_sent_again_with_the_same_key(cast, sign_in):
    client, sent = sign_in(cast.caseworker), typed(cast)
    client.post(url(cast.child), {**sent, "held_on": "2014-03-01"})
    assert client.post(url(cast.child), sent).status_code == 302
    assert len(stored()) == 1


def test_an_expired_session_keeps_what_was_typed(cast, sign_in):
    client = sign_in(cast.caseworker)
    page = client.get(url(cast.child)).content.decode()
    hidden = dict(re.findall(r'name="(submission_key|typed_by)" value="([^"]+)"', page))
    client.session.delete()
    answer = client.post(url(cast.child), typed(cast, **hidden))
    assert answer.url.startswith("/login/")
    assert not stored()
    answer = client.post(
        answer.url,
        {"username": cast.caseworker.username, "password": "pass-word-of-tests", "next": "/typed/"},
    )
    assert answer.url == "/typed/"
    kept = client.get("/typed/")
    assert "奶奶说孩子夜里咳嗽" in kept.content.decode()
    again: dict[str, list[str]] = {}
    for name, value in kept.context["fields"]:
        again.setdefault(name, []).append(value)
    assert client.post(kept.context["path"], again).status_code == 302
    [contact] = stored()
    assert contact.note == "奶奶说孩子夜里咳嗽"
    with access.everyone("test"):
        assert contact.contact_children.count() == 2


def test_the_next_child_due_is_offered_after_saving(cast, sign_in):
    factories.contact_rule(cast.town, "caseworker")
    other = factories.child("赵小河", village=cast.village, address="9组9号")
    client = sign_in(cast.caseworker)
    saved = client.get(client.post(url(cast.child), typed(cast)).url)
    assert saved.context["next"].child == other
    assert url(other) in saved.content.decode()
    last = client.get(client.post(url(other), typed(cast, children=[], met=["child"])).url)
    assert last.context["next"] is None
    assert client.get("/").context["worklist"].due == ()


def test_a_mentor_logs_for_the_paired_child_only_and_never_for_the_sibling(cast, sign_in):
    client = sign_in(cast.mentor)
    assert client.get(url(cast.sibling)).status_code == 404
    assert "张小山" not in client.get(url(cast.child)).content.decode()
    client.post(url(cast.child), typed(cast, children=[]))
    [contact] = stored()
    assert contact.logged_for == cast.bureau


def test_a_mentor_loses_the_page_the_moment_the_pairing_ends(cast, sign_in, today):
    from visits import actions

    client = sign_in(cast.mentor)
    assert client.get(url(cast.child)).status_code == 200
    with access.scope(cast.officer, today=today):
        actions.end_pairing(pairing=cast.pairing, by=cast.officer, on=today, reason="term")
    assert client.get(url(cast.child)).status_code == 404
    assert client.post(url(cast.child), typed(cast, children=[])).status_code == 404
    assert not stored()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("caseworker", 200),
        ("clerk", 200),
        ("mentor", 200),
        ("colleague", 404),
        ("officer", 403),
        ("stranger", 404),
        ("leader", 403),
        ("auditor", 403),
        ("system", 403),
        ("idle", 403),
    ],
)
def test_who_may_log(cast, sign_in, who, status):
    client = sign_in(cast.people[who])
    assert client.get(url(cast.child)).status_code == status
    if status != 200:
        client.post(url(cast.child), typed(cast))
        assert not stored()


def test_other_methods_are_refused(cast, sign_in):
    assert sign_in(cast.caseworker).delete(url(cast.child)).status_code == 405


def test_the_page_costs_the_same_for_one_relative_and_for_many(cast, sign_in, django_assert_num_queries):
    client = sign_in(cast.caseworker)
    client.get(url(cast.child))
    with django_assert_num_queries(13):
        client.get(url(cast.child))
    for number in range(5):
        factories.relative(cast.child, cast.sibling, relation="97", name=f"亲{number}")
        cousin = factories.child(f"张表{number}", village=cast.village)
        factories.entrustment(cousin, cast.grandmother, from_on=date(2026, 1, 1) + timedelta(days=number))
    with django_assert_num_queries(13):
        client.get(url(cast.child))
