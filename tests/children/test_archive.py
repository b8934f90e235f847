"""The archive of one child: the whole for those who keep or oversee it, a summary for the mentor, nothing for others."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from caseworks import access
from caseworks.models import AuditEvent
from children.models import Child, Facet, GrowthEntry, Hardship, HealthCheck, Schooling, Survey
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
        Child.objects.filter(pk=cast.child.pk).update(notes="怕黑", registered_at="老屋湾")
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
    response = sign_in(cast.caseworker).get(cast.child.get_absolute_url())
    addresses = {gap.check.key: gap.address for gap in response.context["gaps"]}
    assert (
        addresses["no_agreement"] == f"{reverse('guardians:care_edit', args=[cast.child.code])}#id_agreement_signed_on"
    )
    father = f"{reverse('guardians:relative_add', args=[cast.child.code])}?relation=51#id_name"
    assert addresses["no_father"] == father
    assert father in response.content.decode()


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
    assert len(response.context["gaps"]) == 6
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
    with django_assert_num_queries(22):
        client.get(cast.child.get_absolute_url())
    for relation in ("51", "61", "63", "64"):
        person = factories.relative(cast.child, relation=relation)
        factories.absence(person)
        factories.situation(person)
    factories.contact(cast.child, by=cast.caseworker, place=cast.village, met=(("carer", cast.grandmother),))
    factories.contact(cast.child, by=cast.clerk, place=cast.school, met=(("mother", cast.mother),))
    with django_assert_num_queries(23):  # one more for the people met
        client.get(cast.child.get_absolute_url())


def test_what_nobody_collected_is_said_to_be_not_collected(cast, sign_in):
    """Blank is a value of its own: no section of an empty archive says "no" or "none"."""
    bare = factories.child("周空", village=cast.village, registration="")
    response = sign_in(cast.caseworker).get(bare.get_absolute_url())
    body = response.content.decode()
    assert body.count("未采集") >= 18  # the two parents, four grandparents, and each kind of dated fact among them
    assert all(shown.now == () for shown in response.context["facts"].values())
    assert response.context["schooling"].words == "未采集"


def test_schooling_follows_from_the_enrolment_or_from_what_is_stated(cast, sign_in):
    client = sign_in(cast.caseworker)
    shown = client.get(cast.child.get_absolute_url()).context["schooling"]
    assert (shown.words, shown.derived) == ("小学", True)
    at_home = factories.child("周小", village=cast.village, born_on=date(2024, 1, 1), opened_on=date(2024, 9, 1))
    factories.fact(Schooling, at_home, by=cast.caseworker, kind="before", from_on=date(2024, 9, 1))
    shown = client.get(at_home.get_absolute_url()).context["schooling"]
    assert (shown.words, shown.derived) == ("未入园", False)


def test_a_mentor_reads_only_the_growth_entries_written_for_mentors(cast, sign_in):
    factories.fact(GrowthEntry, cast.child, by=cast.clerk, kind="award", text="作文比赛二等奖", visible_to="mentors")
    factories.fact(GrowthEntry, cast.child, by=cast.clerk, kind="emotion", text="夜里哭", visible_to="keepers")
    factories.fact(Facet, cast.child, by=cast.clerk, facet="psychology", text="有些自卑")
    factories.fact(Hardship, cast.child, by=cast.clerk, kind="poor", note="欠债")
    body = sign_in(cast.mentor).get(cast.child.get_absolute_url()).content.decode()
    assert "作文比赛二等奖" in body
    assert [word for word in ("夜里哭", "有些自卑", "欠债", "家庭贫困") if word in body] == []
    body = sign_in(cast.clerk).get(cast.child.get_absolute_url()).content.decode()
    assert [word for word in ("作文比赛二等奖", "夜里哭", "有些自卑", "欠债", "家庭贫困") if word not in body] == []


def test_whoever_oversees_reads_the_state_of_mind_only_for_a_reason(cast, sign_in):
    factories.fact(Facet, cast.child, by=cast.clerk, facet="psychology", text="有些自卑")
    factories.fact(Survey, cast.child, by=cast.clerk, study="good", psychology="help", sentence="想妈妈")
    body = sign_in(cast.officer).get(cast.child.get_absolute_url()).content.decode()
    assert [word for word in ("有些自卑", "想妈妈", "需要帮助") if word in body] == []
    assert "良好" in body


def test_the_verdict_on_support_is_shown_where_a_parent_cannot_care(cast, sign_in):
    client = sign_in(cast.caseworker)
    assert client.get(cast.child.get_absolute_url()).context["unattended"] is None
    factories.situation(cast.mother, kind="lost", accepted_on=date(2025, 1, 1))
    factories.situation(factories.relative(cast.child, relation="51"), kind="dead", from_known=False)
    response = client.get(cast.child.get_absolute_url())
    assert response.context["unattended"].verdict == "yes"
    assert "死亡证明" in response.content.decode()


def test_the_timeline_gathers_everything_dated_the_newest_first(cast, sign_in):
    factories.fact(
        Hardship, cast.child, by=cast.clerk, kind="poor", from_on=date(2024, 5, 1), until_on=date(2026, 5, 1)
    )
    factories.fact(
        HealthCheck, cast.child, by=cast.clerk, checked_on=date(2026, 9, 9), result="normal", hospital="镇卫生院"
    )
    factories.contact(cast.child, by=cast.caseworker, place=cast.village, held_on=date(2026, 11, 2))
    address = reverse("children:timeline", args=[cast.child.code])
    years = sign_in(cast.caseworker).get(address).context["years"]
    moments = [moment for _year, rows in years for moment in rows]
    assert [moment.day for moment in moments] == sorted((moment.day for moment in moments), reverse=True)
    assert {moment.about for moment in moments} == {"school", "home", "health", "family", "help", "work", "archive"}
    assert [str(moment.day) for moment in moments if moment.about == "help"] == ["2026-05-01", "2024-05-01"]
    only = sign_in(cast.caseworker).get(address, {"about": "health"}).context["years"]
    assert [moment.detail for _year, rows in only for moment in rows] == ["镇卫生院"]
