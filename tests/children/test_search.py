"""The search box: found by whatever one remembers, and no ID number in any address."""

from __future__ import annotations

import pytest
from django.urls import reverse

from caseworks.models import AuditEvent
from tests import factories

pytestmark = pytest.mark.django_db
SEARCH, LIST = reverse("children:search"), reverse("children:list")


@pytest.mark.parametrize("words", ["张小雨", "小雨", "zhangxiaoyu", "zxy", "4325", "500117201403024325", " Zxy "])
def test_one_hit_opens_the_archive(cast, sign_in, words):
    assert sign_in(cast.caseworker).post(SEARCH, {"q": words}).url == cast.child.get_absolute_url()


def test_several_hits_open_the_list(cast, sign_in):
    assert sign_in(cast.caseworker).post(SEARCH, {"q": "zhang"}).url == f"{LIST}?q=zhang"


@pytest.mark.parametrize("person", ["caseworker", "mentor", "colleague"])
def test_nobody_is_found_outside_ones_reach(cast, sign_in, person):
    number = cast.foreigner.id_number
    client = sign_in(getattr(cast, person))
    assert client.post(SEARCH, {"q": number}).url == f"{LIST}?q={number[-4:]}"
    assert client.post(SEARCH, {"q": "单云飞"}).url.startswith(f"{LIST}?q=")
    body = client.post(SEARCH, {"q": "单云飞"}, headers={"HX-Request": "true"}).content.decode()
    assert cast.foreigner.code not in body


def test_a_closed_archive_is_found_as_a_closed_one(cast, sign_in):
    one = factories.child("周甲", village=cast.village, closed_on="2026-01-01", exit_reason="moved")
    client = sign_in(cast.caseworker)
    assert client.post(SEARCH, {"q": "周甲"}).url == one.get_absolute_url()
    factories.child("周甲", village=cast.village, closed_on="2026-01-01", exit_reason="moved")
    assert client.post(SEARCH, {"q": "zj"}).url == f"{LIST}?q=zj&archive=closed"


def test_suggestions_name_age_and_place(cast, sign_in):
    body = sign_in(cast.officer).post(SEARCH, {"q": "z"}, headers={"HX-Request": "true"}).content.decode()
    assert all(word in body for word in ("张小雨", "张小山", "龙井村", "石镇小学", cast.child.get_absolute_url()))
    assert "李明" not in body
    assert cast.child.id_number[-4:] not in body


def test_at_most_eight_are_suggested_with_a_fixed_number_of_queries(cast, sign_in, django_assert_num_queries):
    for _number in range(9):
        factories.child("周一", village=cast.village)
    client = sign_in(cast.caseworker)
    with django_assert_num_queries(7):
        body = client.post(SEARCH, {"q": "zhou"}, headers={"HX-Request": "true"}).content.decode()
    assert body.count("周一") == 8
    with django_assert_num_queries(7):
        client.post(SEARCH, {"q": "zxy"}, headers={"HX-Request": "true"})


@pytest.mark.parametrize("words", ["", " ", "\x00"])
def test_nothing_typed_opens_the_list(cast, sign_in, words):
    assert sign_in(cast.caseworker).post(SEARCH, {"q": words}).url == LIST


def test_words_in_the_address_are_not_searched_for(cast, sign_in):
    assert sign_in(cast.caseworker).get(f"{SEARCH}?q=zhang").url == LIST


@pytest.mark.parametrize("words", ["%", "_", "<script>", "'", "a" * 10_000, "张\x00小"])
def test_strange_words_find_nobody_and_break_nothing(cast, sign_in, words):
    response = sign_in(cast.caseworker).post(SEARCH, {"q": words}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "<script>" not in response.content.decode()


@pytest.mark.parametrize("person", ["leader", "auditor", "system", "idle"])
def test_people_without_children_have_no_search_box(cast, sign_in, person):
    client = sign_in(getattr(cast, person))
    assert client.post(SEARCH, {"q": "zhang"}).status_code == 403
    assert 'role="search"' not in client.get(reverse("visits:home")).content.decode()


def test_the_search_box_answers_only_to_get_and_post(cast, sign_in):
    assert sign_in(cast.caseworker).delete(SEARCH).status_code == 405


# --- Telephones, places, and what was opened last -----------------------------------------------------------------------


@pytest.fixture
def fathers(cast):
    """A father for the neighbour, and one in the other county with the same telephone."""
    factories.relative(cast.neighbour, relation="51", name="李父", phone="13612349876")
    factories.relative(cast.foreigner, relation="51", name="单父", phone="13612349876")
    return cast


@pytest.mark.parametrize("words", ["13612349876", "136 1234 9876", "+86 13612349876", "9876"])
def test_a_relatives_telephone_finds_the_child_within_reach(fathers, sign_in, words):
    assert sign_in(fathers.officer).post(SEARCH, {"q": words}).url == fathers.neighbour.get_absolute_url()
    assert sign_in(fathers.stranger).post(SEARCH, {"q": words}).url == fathers.foreigner.get_absolute_url()
    assert sign_in(fathers.caseworker).post(SEARCH, {"q": words}).url == f"{LIST}?q=9876"


def test_four_digits_are_the_end_of_either_number(fathers, sign_in):
    factories.child("周甲", village=fathers.village, id_number="500116201505069876")
    body = sign_in(fathers.officer).post(SEARCH, {"q": "9876"}, headers={"HX-Request": "true"}).content.decode()
    assert "周甲" in body
    assert "李明" in body
    assert "单云飞" not in body


@pytest.mark.parametrize(
    ("words", "kind"),
    [("13612349876", "phone"), ("9876", "tail"), ("500117201403024325", "id_number"), ("zhang", ""), ("张", "")],
)
@pytest.mark.parametrize("typed", [True, False], ids=["typed", "sent"])
def test_a_search_by_number_is_in_the_trail_and_the_number_is_not(fathers, sign_in, words, kind, typed):
    headers = {"HX-Request": "true"} if typed else {}
    sign_in(fathers.officer).post(SEARCH, {"q": words}, headers=headers)
    events = list(AuditEvent.objects.filter(action="child.searched"))
    assert [event.changes["by"] for event in events] == ([kind] if kind else [])
    assert words not in str([event.changes for event in events])


def test_a_list_by_a_tail_is_in_the_trail_once(fathers, sign_in):
    client = sign_in(fathers.officer)
    client.get(f"{LIST}?q=9876")
    assert AuditEvent.objects.get(action="child.searched").changes == {"by": "tail", "found": 1}


@pytest.mark.parametrize(
    ("person", "words", "found"),
    [
        ("officer", "龙井", ["longjing"]),
        ("officer", "longjing", ["longjing"]),
        ("officer", "bscx"[:2], ["baisha", "baisha-school"]),
        ("officer", "石镇", ["shi", "shi-school"]),
        ("officer", "云", []),
        ("clerk", "小学", ["shi-school"]),
        ("mentor", "龙井", []),
        ("officer", "9876", []),
    ],
)
def test_places_of_ones_own_area_are_found(cast, sign_in, person, words, found):
    response = sign_in(getattr(cast, person)).post(SEARCH, {"q": words}, headers={"HX-Request": "true"})
    assert sorted(office.code for office in response.context["offices"]) == found


def test_an_empty_box_shows_what_was_opened_last(cast, sign_in):
    client = sign_in(cast.officer)
    for child in (cast.child, cast.neighbour, cast.child):
        client.get(child.get_absolute_url())
    response = client.post(SEARCH, {"q": ""}, headers={"HX-Request": "true"})
    assert [hit.child for hit in response.context["hits"]] == [cast.child, cast.neighbour]
    # whom one no longer reaches is no longer shown
    factories.posting(cast.caseworker, cast.county, "administrator")
    sign_in(cast.stranger)
    assert client.post(SEARCH, {"q": ""}, headers={"HX-Request": "true"}).context["hits"] == []


def test_who_is_not_found_can_be_opened_with_the_name_typed(cast, sign_in):
    body = sign_in(cast.clerk).post(SEARCH, {"q": "赵新"}, headers={"HX-Request": "true"}).content.decode()
    assert "?name=%E8%B5%B5%E6%96%B0" in body
    body = sign_in(cast.officer).post(SEARCH, {"q": "赵新"}, headers={"HX-Request": "true"}).content.decode()
    assert reverse("children:create") not in body
