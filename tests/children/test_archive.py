"""The archive of one child: the whole for those who keep or oversee it, a summary for the mentor, nothing for others."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from caseworks import access
from caseworks.models import AuditEvent
from children.models import Child
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        yield


@pytest.fixture
def full(cast):
    """The child with something in every part of the archive that only some may read."""
    with access.everyone("test"):
        Child.objects.filter(pk=cast.child.pk).update(notes="怕黑", registered_at="老屋湾", guardianship="poor")
    uncle = factories.relative(cast.child, relation="85", name="王舅", phone="13500005555", address="后山坡")
    factories.contact(
        cast.child, by=cast.caseworker, place=cast.village, met=(("carer", cast.grandmother),), note="哭着说想妈妈"
    )
    factories.contact(cast.child, by=cast.mentor, place=cast.bureau, kind="call", note="聊了考试")
    factories.situation(uncle, kind="imprisoned")
    return cast


SECRETS = ["13700002222", "怕黑", "老屋湾", "500117", "4325", "王舅", "13500005555", "后山坡", "哭着说想妈妈", "服刑"]


@pytest.mark.parametrize("person", ["officer", "caseworker", "clerk"])
def test_keepers_and_overseers_read_the_whole_archive(full, sign_in, person):
    body = sign_in(getattr(full, person)).get(full.child.get_absolute_url()).content.decode()
    assert [
        word
        for word in ("张小雨", "陈桂英", "137****2222", "500117********4325", "王舅", "135****5555", "梅老师")
        if word not in body
    ] == []
    sealed = [full.child.id_number, "13700002222", "13500005555", "老屋湾", "后山坡"]
    assert [word for word in sealed if word in body] == []
    notes = ["怕黑", "哭着说想妈妈", "聊了考试"]  # whoever keeps the archive reads them; others say what for
    assert [word for word in notes if word in body] == ([] if person == "officer" else notes)


def test_a_mentor_reads_the_summary_and_nothing_else(full, sign_in):
    body = sign_in(full.mentor).get(full.child.get_absolute_url()).content.decode()
    wanted = ("张小雨", "石镇小学", "陈桂英", "137****2222", "王芳", "广东省东莞市", "聊了考试")
    assert [word for word in wanted if word not in body] == []
    assert [word for word in SECRETS if word in body] == []


@pytest.mark.parametrize("person", ["colleague", "stranger"])
def test_a_stranger_finds_nothing_and_the_same_words_as_for_a_wrong_address(full, sign_in, person):
    client = sign_in(getattr(full, person))
    answer = client.get(full.child.get_absolute_url())
    wrong = client.get(reverse("children:detail", args=["ZZZZZZZZZZ"]))
    assert answer.status_code == wrong.status_code == 404
    assert "张小雨" not in answer.content.decode()


@pytest.mark.parametrize("person", ["leader", "auditor", "system", "idle"])
def test_people_without_children_are_refused(full, sign_in, person):
    assert sign_in(getattr(full, person)).get(full.child.get_absolute_url()).status_code == 403


def test_an_archive_is_only_read_here(full, sign_in):
    assert sign_in(full.caseworker).post(full.child.get_absolute_url()).status_code == 405


def test_each_look_is_in_the_trail(full, sign_in):
    sign_in(full.mentor).get(full.child.get_absolute_url())
    sign_in(full.stranger).get(full.child.get_absolute_url())
    [event] = AuditEvent.objects.filter(action="child.viewed", object_id=full.child.pk)
    assert (event.by, event.address) == (full.mentor, "127.0.0.1")


def test_a_mentor_whose_pairing_ended_finds_nothing(full, sign_in):
    from children.reach import close_road

    with access.everyone("test"):
        close_road(full.child, access.Via.PAIRING, full.pairing.mentor.path)
    assert sign_in(full.mentor).get(full.child.get_absolute_url()).status_code == 404


def test_standing_says_yes_or_no_and_why(cast, sign_in):
    report = sign_in(cast.caseworker).get(cast.child.get_absolute_url()).context["report"]
    assert report.facts == ("母亲：从 2025-02-17 起在广东省东莞市务工",)
    assert [(entry.definition.key, entry.counts) for entry in report.standings] == [
        ("wide", True),
        ("civil", False),
        ("school", True),
    ]
    assert report.standings[1].because == "没有登记父亲的情况"


def test_what_is_missing_links_to_the_field_that_fills_it(cast, sign_in):
    client = sign_in(cast.caseworker)
    found = client.get(cast.child.get_absolute_url()).context["gaps"]
    addresses = {address for _gap, address in found}
    assert addresses == {
        f"{reverse('guardians:care_edit', args=[cast.child.code])}#id_{field}"
        for field in ("agreement_signed_on", "school_notified_on", "village_notified_on")
    } | {
        f"{reverse('guardians:relative_add', args=[cast.child.code])}#id_name",
        f"{reverse('rights:consent_add', args=[cast.child.code])}#id_purpose",
    }
    for address in addresses:
        page, _hash, anchor = address.partition("#")
        assert f'id="{anchor}"' in client.get(page).content.decode()


def test_an_overseer_sees_what_is_missing_but_changes_nothing(cast, sign_in):
    body = sign_in(cast.officer).get(cast.child.get_absolute_url()).content.decode()
    assert "没有登记父亲" in body
    assert reverse("children:edit", args=[cast.child.code]) not in body
    assert reverse("guardians:relative_add", args=[cast.child.code]) not in body
    assert reverse("children:close", args=[cast.child.code]) not in body


def test_siblings_out_of_reach_are_not_named(cast, sign_in):
    factories.relative(cast.child, cast.foreigner, relation="51", name="共同的父亲")
    body = sign_in(cast.caseworker).get(cast.child.get_absolute_url()).content.decode()
    assert "张小山" in body
    assert "单云飞" not in body


def test_an_archive_with_nothing_in_it_says_what_belongs_there(cast, sign_in):
    bare = factories.child("周空", village=cast.village, id_number="", registration="")
    response = sign_in(cast.caseworker).get(bare.get_absolute_url())
    assert response.status_code == 200
    assert len(response.context["gaps"]) == 5
    assert "先登记父亲和母亲" in response.content.decode()


def test_a_closed_archive_lacks_nothing_and_says_that_it_is_closed(cast, sign_in):
    gone = factories.child("周空", village=cast.village, closed_on=date(2026, 6, 1), exit_reason="moved")
    response = sign_in(cast.caseworker).get(gone.get_absolute_url())
    assert response.context["gaps"] == []
    assert "迁出本地" in response.content.decode()
    assert reverse("children:reopen", args=[gone.code]) in response.content.decode()


def test_twenty_contacts_are_shown_the_latest_first(cast, sign_in):
    for day in range(1, 23):
        factories.contact(cast.child, by=cast.caseworker, place=cast.village, held_on=date(2026, 10, day))
    shown = sign_in(cast.caseworker).get(cast.child.get_absolute_url()).context["contacts"]
    assert [contact.held_on.day for contact in shown] == list(range(22, 2, -1))


def test_a_larger_family_costs_no_more_queries(cast, sign_in, django_assert_num_queries):
    client = sign_in(cast.caseworker)
    with django_assert_num_queries(31):
        client.get(cast.child.get_absolute_url())
    for relation in ("51", "61", "63", "64"):
        person = factories.relative(cast.child, relation=relation)
        factories.absence(person)
        factories.situation(person)
    factories.contact(cast.child, by=cast.caseworker, place=cast.village, met=(("carer", cast.grandmother),))
    factories.contact(cast.child, by=cast.clerk, place=cast.school, met=(("mother", cast.mother),))
    with django_assert_num_queries(32):  # one more for the people met
        client.get(cast.child.get_absolute_url())
