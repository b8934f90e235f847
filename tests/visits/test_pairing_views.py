"""The pages of pairings, mentors and contact rules."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse

from caseworks import access
from tests import factories
from tests.forms import opened
from visits.models import ContactRule, Mentor, Pairing

pytestmark = pytest.mark.django_db


def key():
    return {"submission_key": str(uuid.uuid4())}


@pytest.fixture
def mentor(cast):
    return cast.pairing.mentor


def addresses(cast, mentor):
    rule = factories.contact_rule(cast.county, "caseworker")
    return {
        "pairings": reverse("visits:pairings"),
        "pair": reverse("visits:pair"),
        "pairing_end": reverse("visits:pairing_end", args=[cast.child.code, mentor.code]),
        "mentors": reverse("visits:mentors"),
        "mentor": mentor.get_absolute_url(),
        "mentor_create": reverse("visits:mentor_create"),
        "mentor_edit": reverse("visits:mentor_edit", args=[mentor.code]),
        "mentor_end": reverse("visits:mentor_end", args=[mentor.code]),
        "rules": reverse("visits:rules"),
        "rule_end": reverse("visits:rule_end", args=[rule.code]),
    }


READ_ONLY = {"pairings": 200, "mentors": 200, "mentor": 200}


@pytest.mark.parametrize(
    ("who", "expected", "otherwise"),
    [
        ("officer", {"rule_end": 405}, 200),
        ("caseworker", {**READ_ONLY, "rule_end": 405}, 403),
        ("clerk", {**READ_ONLY, "rule_end": 405}, 403),
        # an insider of another school: the mentor looks after none of their children
        ("colleague", {**READ_ONLY, "mentor": 404, "rule_end": 405}, 403),
        (
            "stranger",
            {"pairings": 200, "mentors": 200, "pair": 200, "mentor_create": 200, "rules": 200, "rule_end": 405},
            404,
        ),
        ("mentor", {"rule_end": 405}, 403),
        ("leader", {"rule_end": 405}, 403),
        ("idle", {"rule_end": 405}, 403),
    ],
)
def test_who_may_open_which_page(cast, sign_in, mentor, who, expected, otherwise):
    client = sign_in(cast.people[who])
    found = {name: client.get(address).status_code for name, address in addresses(cast, mentor).items()}
    assert found == {name: expected.get(name, otherwise) for name in found}


@pytest.mark.parametrize("who", ["caseworker", "stranger", "mentor", "leader"])
def test_nobody_else_changes_anything(cast, sign_in, mentor, who):
    client = sign_in(cast.people[who])
    sent = {
        **key(),
        "child": cast.sibling.code,
        "mentor": mentor.code,
        "from_on": "2026-11-23",
        "until_on": "2026-11-23",
        "end_reason": "term",
        "name": "改名",
    }
    for address in addresses(cast, mentor).values():
        client.post(address, sent)
    with access.everyone("test"):
        assert list(Pairing.objects.values_list("child__name", "until_on")) == [("张小雨", None)]
    assert list(Mentor.objects.values_list("name", "until_on")) == [("梅老师", None)]
    assert ContactRule.objects.get().until_on is None


def test_wrong_methods_are_refused(cast, sign_in, mentor):
    client = sign_in(cast.officer)
    found = {name: client.put(address).status_code for name, address in addresses(cast, mentor).items()}
    assert set(found.values()) == {405}


def test_who_waits_is_left_behind_live_and_without_a_mentor_the_oldest_archive_first(cast, sign_in):
    newer = factories.child("王后来", village=cast.village, opened_on=date(2026, 9, 1))
    older = factories.child("王先来", village=cast.village, opened_on=date(2019, 9, 1))
    closed = factories.child("王离开", village=cast.village, closed_on=date(2026, 9, 1), exit_reason="returned")
    factories.absence(factories.relative(newer, older, closed, relation="51"))
    client = sign_in(cast.officer)
    page = client.get(reverse("visits:pairings"))
    assert [child.name for child in page.context["rows"]] == ["王先来", "张小山", "王后来"]
    assert "龙井村 · 石镇小学" in page.content.decode()
    assert [(row.name, row.load) for row in page.context["room"]] == [("梅老师", 1)]
    found = client.get(reverse("visits:pairings"), {"q": "后来"}).context["rows"]
    assert [child.name for child in found] == ["王后来"]
    assert not client.get(reverse("visits:pairings"), {"definition": "civil"}).context["rows"].object_list


def test_pairing_a_child_from_the_list(cast, sign_in, mentor):
    client = sign_in(cast.officer)
    address = f"{reverse('visits:pair')}?child={cast.sibling.code}"
    assert "张小山" in client.get(address).content.decode()
    sent = {**key(), "child": cast.sibling.code, "mentor": mentor.code, "from_on": "2026-11-23"}
    first, second = client.post(address, sent), client.post(address, sent)
    assert first.url == second.url == reverse("visits:pairings")
    with access.everyone("test"):
        assert Pairing.objects.filter(child=cast.sibling, mentor=mentor).count() == 1
    assert "张小山已和梅老师结对" in client.get(first.url).content.decode()
    assert sign_in(cast.mentor).get(reverse("visits:log", args=[cast.sibling.code])).status_code == 200


@pytest.mark.parametrize(
    ("child", "words"),
    [
        ("张小", "有几个孩子叫这个名字"),
        ("单云飞", "没有这个孩子"),
        ("张小雨", "已经结对了"),
        ("", "这个字段是必填项"),
    ],
)
def test_a_pairing_is_refused_with_the_reason(cast, sign_in, mentor, child, words):
    sent = {**key(), "child": child, "mentor": mentor.code, "from_on": "2026-11-23"}
    answer = sign_in(cast.officer).post(reverse("visits:pair"), sent)
    assert words in answer.content.decode()
    with access.everyone("test"):
        assert Pairing.objects.count() == 1


def test_a_child_of_others_cannot_be_named_in_the_address(cast, sign_in):
    assert sign_in(cast.officer).get(f"{reverse('visits:pair')}?child={cast.foreigner.code}").status_code == 404


def test_a_mentor_of_another_office_is_not_on_offer(cast, sign_in):
    foreign = factories.mentor(cast.other_county, name="外人")
    client = sign_in(cast.officer)
    assert "外人" not in client.get(reverse("visits:pair")).content.decode()
    sent = {**key(), "child": cast.sibling.code, "mentor": foreign.code, "from_on": "2026-11-23"}
    assert "mentor" in client.post(reverse("visits:pair"), sent).context["form"].errors


def test_ending_a_pairing(cast, sign_in, mentor):
    client = sign_in(cast.officer)
    address = reverse("visits:pairing_end", args=[cast.child.code, mentor.code])
    assert client.post(address, {**key(), "until_on": "2026-11-23"}).context["form"].errors
    sent = {**key(), "until_on": "2026-11-23", "end_reason": "term"}
    first = client.post(address, sent)
    assert first.url == f"{reverse('visits:pairings')}?show=open"
    with access.everyone("test"):
        assert Pairing.objects.values_list("until_on", "end_reason").get() == (date(2026, 11, 23), "term")
    assert client.get(address).status_code == 404
    ended = client.get(f"{reverse('visits:pairings')}?show=ended").content.decode()
    assert "张小雨" in ended
    assert "结对期满" in ended
    history = client.get(mentor.get_absolute_url()).content.decode()
    assert "2025-09-01 – 2026-11-23" in history


def test_open_pairings_are_found_by_child_or_mentor(cast, sign_in):
    factories.pairing(factories.mentor(cast.bureau, name="罗干事"), cast.neighbour)
    factories.pairing(factories.mentor(cast.other_county, name="外人"), cast.foreigner)
    client = sign_in(cast.officer)
    for words, found in (("", {"张小雨", "李明"}), ("罗", {"李明"}), ("zxy", {"张小雨"}), ("单", set())):
        page = client.get(reverse("visits:pairings"), {"show": "open", "q": words})
        assert {pairing.child.name for pairing in page.context["rows"]} == found


def test_a_child_with_two_mentors_stands_in_two_rows_with_the_place_in_both(cast, sign_in):
    factories.pairing(factories.mentor(cast.bureau, name="罗干事"), cast.child)
    page = sign_in(cast.officer).get(f"{reverse('visits:pairings')}?show=open")
    assert [pairing.child.place for pairing in page.context["rows"]] == ["龙井村 · 石镇小学"] * 2


def test_readers_see_no_buttons(cast, sign_in):
    page = sign_in(cast.caseworker).get(f"{reverse('visits:pairings')}?show=open").content.decode()
    assert "张小雨" in page
    assert "/end/" not in page
    assert reverse("visits:pair") not in page


def test_a_mentor_is_entered_corrected_and_ended(cast, sign_in):
    client = sign_in(cast.officer)
    sent = {
        **key(),
        "name": "罗干事",
        "phone": "138 0000 1111",
        "organization": cast.bureau.code,
        "kind": "cadre",
        "from_on": "2026-09-01",
    }
    answer = client.post(reverse("visits:mentor_create"), sent)
    assert client.post(reverse("visits:mentor_create"), sent).url == answer.url
    row = Mentor.objects.get(name="罗干事")
    assert (row.phone, row.organization, row.kind, row.user) == ("13800001111", cast.bureau, "cadre", None)
    assert "未查询" in client.get(answer.url).content.decode()

    edit = reverse("visits:mentor_edit", args=[row.code])
    assert "13800001111" not in client.get(edit).content.decode()
    change = {"name": "罗干事", "phone": "", "kind": "cadre", "checked_on": "2026-11-01"}
    client.post(edit, {**key(), **change, **opened(client, edit)})
    row.refresh_from_db()
    assert (row.phone, row.checked_on, row.organization) == ("13800001111", date(2026, 11, 1), cast.bureau)
    client.post(edit, {**key(), **change, "phone_erase": "on", **opened(client, edit)})
    row.refresh_from_db()
    assert row.phone == ""

    factories.pairing(row, cast.neighbour)
    end = reverse("visits:mentor_end", args=[row.code])
    assert "李明" in client.get(end).content.decode()
    client.post(end, {**key(), "until_on": "2026-11-23"})
    row.refresh_from_db()
    assert row.until_on == date(2026, 11, 23)
    with access.everyone("test"):
        assert row.pairings.get().end_reason == "mentor"
    assert "罗干事" not in client.get(reverse("visits:mentors")).content.decode()
    assert "罗干事" in client.get(f"{reverse('visits:mentors')}?ended=on").content.decode()


def test_a_mentor_is_refused_with_the_reason(cast, sign_in):
    sent = {
        **key(),
        "name": "罗干事",
        "phone": "110x",
        "organization": cast.other_county.code,
        "from_on": "2026-09-01",
        "user": cast.stranger.username,
    }
    form = sign_in(cast.officer).post(reverse("visits:mentor_create"), sent).context["form"]
    assert set(form.errors) == {"phone", "organization", "user"}
    good = {**sent, "phone": "", "organization": cast.school.code, "user": cast.mentor.username}
    form = sign_in(cast.officer).post(reverse("visits:mentor_create"), good).context["form"]
    assert "没有帮扶人岗位" in form.errors["user"][0]
    assert Mentor.objects.count() == 1


def test_an_end_before_a_pairing_began_is_refused(cast, sign_in, mentor):
    answer = sign_in(cast.officer).post(
        reverse("visits:mentor_end", args=[mentor.code]), {**key(), "until_on": "2025-08-01"}
    )
    assert "不能在这之前结束" in answer.content.decode()
    assert Mentor.objects.get().until_on is None


def test_a_rule_is_set_replaced_and_ended(cast, sign_in):
    client = sign_in(cast.officer)
    sent = {
        **key(),
        "organization": cast.town.code,
        "role": "caseworker",
        "kind": "",
        "definition": "wide",
        "every_days": "30",
        "from_on": "2026-11-01",
    }
    assert client.post(reverse("visits:rules"), sent).url == client.post(reverse("visits:rules"), sent).url
    rule = ContactRule.objects.get()
    assert (rule.organization, rule.role, rule.kind, rule.definition, rule.every_days) == (
        cast.town,
        "caseworker",
        "",
        "wide",
        30,
    )
    page = client.get(reverse("visits:rules")).content.decode()
    assert "每 30 天" in page
    client.post(reverse("visits:rules"), {**sent, **key(), "every_days": "14", "from_on": "2026-11-23"})
    assert list(ContactRule.objects.order_by("from_on").values_list("every_days", "until_on")) == [
        (30, date(2026, 11, 23)),
        (14, None),
    ]
    newest = ContactRule.objects.get(until_on=None)
    client.post(reverse("visits:rule_end", args=[newest.code]), key())
    newest.refresh_from_db()
    assert newest.until_on == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"organization": "yun"}, "organization"),
        ({"role": "leader"}, "role"),
        ({"every_days": "0"}, "every_days"),
        ({"every_days": "367"}, "every_days"),
        ({"definition": "mine"}, "definition"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(cast, sign_in, changes, field):
    sent = {
        **key(),
        "organization": cast.town.code,
        "role": "mentor",
        "every_days": "30",
        "from_on": "2026-11-23",
        **changes,
    }
    assert set(sign_in(cast.officer).post(reverse("visits:rules"), sent).context["form"].errors) == {field}
    assert not ContactRule.objects.exists()


def test_rules_from_above_are_shown_and_not_ended_from_below(cast, sign_in):
    above = factories.contact_rule(cast.county, "caseworker", every_days=66)
    factories.contact_rule(cast.other_county, "caseworker", every_days=77)
    town = factories.user()
    factories.posting(town, cast.town, "administrator")
    client = sign_in(town)
    page = client.get(reverse("visits:rules")).content.decode()
    assert "上级规定" in page
    assert "每 66 天" in page
    assert "每 77 天" not in page
    assert client.post(reverse("visits:rule_end", args=[above.code]), key()).status_code == 404
    above.refresh_from_db()
    assert above.until_on is None


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "query", "queries"),
    [
        ("visits:pairings", "", 8),
        ("visits:pairings", "?show=open", 7),
        ("visits:pairings", "?show=ended", 7),
        ("visits:mentors", "", 5),
        ("visits:rules", "", 7),
    ],
)
def test_each_list_costs_the_same_for_one_row_and_for_three(
    cast, sign_in, rows, name, query, queries, django_assert_num_queries
):
    office = factories.organization("other", "town", parent=cast.county)
    village = factories.organization("other-village", parent=office)
    person = factories.user()
    factories.posting(person, office, "administrator")
    for number in range(rows):
        waiting = factories.child(f"赵{number}", village=village)
        factories.absence(factories.relative(waiting, relation="51"))
        factories.pairing(factories.mentor(office, name=f"甲{number}"), factories.child(f"钱{number}", village=village))
        factories.pairing(
            factories.mentor(office, name=f"乙{number}"),
            factories.child(f"孙{number}", village=village),
            until_on=date(2026, 11, 1) - timedelta(days=number),
        )
        factories.contact_rule(office, "mentor", every_days=10 + number)
    client = sign_in(person)
    client.get(reverse(name) + query)
    with django_assert_num_queries(queries):
        assert client.get(reverse(name) + query).context["rows"].paginator.count >= rows
