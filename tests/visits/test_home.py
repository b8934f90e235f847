"""The first page of everyone who signs in."""

from __future__ import annotations

from datetime import date

import pytest

from caseworks import access, counting
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "who",
    [
        "caseworker",
        "clerk",
        "colleague",
        "mentor",
        "officer",
        "leader",
        "auditor",
        "system",
        "stranger",
        "idle",
    ],
)
def test_everyone_has_a_home(cast, sign_in, who):
    assert sign_in(cast.people[who]).get("/").status_code == 200


def test_a_stranger_to_the_registry_signs_in_first(client, db):
    assert client.get("/").url.startswith("/login/")


def test_home_is_only_read(cast, sign_in):
    assert sign_in(cast.caseworker).post("/").status_code == 405


def test_the_worst_stand_on_top_with_the_reason_and_the_button(cast, sign_in):
    factories.contact_rule(cast.county, "caseworker")
    factories.contact(
        cast.child,
        by=cast.caseworker,
        place=cast.village,
        held_on=date(2026, 10, 11),
        met=(("carer", cast.grandmother),),
    )
    page = sign_in(cast.caseworker).get("/").content.decode()
    assert "今天该联系 2 个孩子" in page
    assert page.index("张小山") < page.index("张小雨")
    assert "从未联系" in page
    assert "祖母 43 天未联系" in page
    assert f"/contacts/log/{cast.child.code}/" in page
    assert "李明" not in page


def test_thirty_cards_and_a_way_to_the_rest(cast, sign_in):
    factories.contact_rule(cast.county, "caseworker")
    for number in range(30):
        factories.child(f"赵{number}", village=cast.village)
    client = sign_in(cast.caseworker)
    first = client.get("/")
    assert "今天该联系 32 个孩子" in first.content.decode()
    assert len(first.context["cards"]) == 30
    assert len(client.get("/?page=2").context["cards"]) == 2


def test_what_i_logged_this_week_is_mine_and_names_the_children(cast, sign_in):
    factories.contact(cast.child, by=cast.caseworker, place=cast.village, held_on=date(2026, 11, 20))
    factories.contact(cast.sibling, by=cast.clerk, place=cast.school)
    page = sign_in(cast.caseworker).get("/")
    assert [row.names for row in page.context["logged"]] == ["张小雨"]
    assert page.context["logged_number"] == {"week": 1, "day": 1}


def test_without_a_rule_the_page_says_whom_to_ask(cast, sign_in):
    assert "还没有设定多久联系一次" in sign_in(cast.caseworker).get("/").content.decode()


def test_a_rule_about_nobody_is_not_praised(cast, sign_in):
    factories.contact_rule(cast.county, "school_staff", definition="wide")
    page = sign_in(cast.colleague).get("/").content.decode()
    assert "没有需要按规则联系的孩子" in page


def test_a_mentor_whose_pairing_ended_has_an_empty_home(cast, sign_in, today):
    from visits import actions

    factories.contact_rule(cast.county, "mentor")
    client = sign_in(cast.mentor)
    assert "张小雨" in client.get("/").content.decode()
    with access.scope(cast.officer, today=today):
        actions.end_pairing(pairing=cast.pairing, by=cast.officer, on=today, reason="term")
    assert "张小雨" not in client.get("/").content.decode()


def test_every_figure_of_the_office_opens_a_list_of_that_many(cast, sign_in):
    factories.contact(cast.child, by=cast.caseworker, place=cast.village, held_on=date(2026, 11, 2), concern="urgent")
    factories.contact(cast.sibling, by=cast.caseworker, place=cast.village, held_on=date(2026, 11, 3), reached=False)
    factories.contact(cast.sibling, by=cast.caseworker, place=cast.village, held_on=date(2026, 10, 31))
    factories.contact(cast.foreigner, by=cast.stranger, place=cast.foreign_school, held_on=date(2026, 11, 3))
    client = sign_in(cast.officer)
    figures = client.get("/").context["figures"]
    assert [figure.value for figure in figures] == [1, 1, 0, 2, 1, 3, 1]
    for figure in figures:
        assert client.get(figure.address).context["rows"].paginator.count == figure.value


def test_an_office_with_very_many_children_sees_what_was_counted_before(cast, sign_in, monkeypatch):
    monkeypatch.setattr(counting, "MOST_LIVE", 3)
    monkeypatch.setattr(counting, "start", lambda: None)
    client = sign_in(cast.officer)
    assert client.get("/").context["figures"] == []
    counting.work_off()
    kept = client.get("/").context
    monkeypatch.setattr(counting, "MOST_LIVE", 10_000)
    assert kept["kept"].is_there
    assert kept["figures"] == client.get("/").context["figures"]


def test_those_without_archives_are_shown_the_way_to_their_work(cast, sign_in):
    for who, way in (("leader", "/reports/annual/"), ("auditor", "/office/"), ("system", "/office/")):
        page = sign_in(cast.people[who]).get("/").content.decode()
        assert f'class="btn btn-primary" href="{way}"' in page
        assert "张小雨" not in page
    assert "没有岗位" in sign_in(cast.idle).get("/").content.decode()


@pytest.mark.parametrize("children", [1, 3])
def test_home_costs_the_same_for_one_child_and_for_three(cast, sign_in, children, django_assert_num_queries):
    village = factories.organization("other", parent=cast.town)
    person = factories.user()
    factories.posting(person, village, "caseworker")
    factories.contact_rule(cast.town, "caseworker", definition="wide")
    for number in range(children):
        one = factories.child(f"赵{number}", village=village)
        factories.absence(factories.relative(one, relation="51"))
        carer = factories.relative(one, relation="62")
        factories.entrustment(one, carer)
        factories.contact(one, by=person, place=village, held_on=date(2026, 9, 1), met=(("carer", carer),))
    client = sign_in(person)
    client.get("/")
    with django_assert_num_queries(31):  # one for the hand-overs, three for the birthdays
        assert len(client.get("/").context["cards"]) == children


def test_a_school_without_archives_is_offered_its_roster_first(cast, sign_in):
    empty = factories.organization("new-school", "school", parent=cast.county)
    clerk = factories.user("newclerk")
    factories.posting(clerk, empty, "school_staff")
    words = sign_in(clerk).get("/").content.decode()
    assert "/import/" in words.split("<main")[1]
    assert "/tables/" not in words
