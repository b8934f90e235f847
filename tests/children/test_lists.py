"""The children list, its filters and its export: who sees whom, what narrows it, and what it costs."""

from __future__ import annotations

from datetime import date

import openpyxl
import pytest
import time_machine
from django.urls import reverse

from caseworks import access
from caseworks.models import AuditEvent
from children import actions
from tests import factories

pytestmark = pytest.mark.django_db
LIST, EXPORT = reverse("children:list"), reverse("children:export")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        yield


def _names(response) -> list[str]:
    return [line.child.name for line in response.context["lines"]]


def _sheet(response) -> list[list]:
    import io

    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return [list(row) for row in book.active.iter_rows(values_only=True)]


@pytest.mark.parametrize(
    ("person", "names"),
    [
        ("officer", {"张小雨", "张小山", "李明"}),
        ("caseworker", {"张小雨", "张小山"}),
        ("clerk", {"张小雨", "张小山"}),
        ("colleague", {"李明"}),
        ("mentor", {"张小雨"}),
        ("stranger", {"单云飞"}),
    ],
)
def test_everyone_sees_their_own_children_and_no_other_name(cast, sign_in, person, names):
    response = sign_in(getattr(cast, person)).get(LIST)
    assert set(_names(response)) == names
    body = response.content.decode()
    assert not [name for name in {"张小雨", "张小山", "李明", "单云飞"} - names if name in body]


@pytest.mark.parametrize("person", ["leader", "auditor", "system", "idle"])
@pytest.mark.parametrize("address", [LIST, EXPORT])
def test_people_without_children_are_refused(cast, sign_in, person, address):
    assert sign_in(getattr(cast, person)).get(address).status_code == 403


def test_a_mentor_exports_nothing(cast, sign_in):
    assert sign_in(cast.mentor).get(EXPORT).status_code == 403


@pytest.mark.parametrize("address", [LIST, EXPORT])
def test_lists_are_only_read(cast, sign_in, address):
    assert sign_in(cast.officer).post(address).status_code == 405


def test_a_visitor_must_sign_in(cast, client):
    assert client.get(LIST).url.startswith("/login/")


def test_a_line_shows_school_village_standing_carer_and_last_contact(cast, sign_in):
    factories.contact(cast.child, by=cast.caseworker, place=cast.village, held_on=date(2026, 10, 5))
    factories.contact(cast.child, by=cast.caseworker, place=cast.village, held_on=date(2026, 11, 5), reached=False)
    [line] = [line for line in sign_in(cast.caseworker).get(LIST).context["lines"] if line.child == cast.child]
    assert (line.age, line.enrolment.school, line.residence.village) == (12, cast.school, cast.village)
    assert (line.left_behind, line.care.relative, line.carer_is) == (True, cast.grandmother, "祖母")
    assert line.last_contact == date(2026, 10, 5)


@pytest.fixture
def many(cast):
    """Ten more children of the county, each different in one thing."""
    yes = factories.child("周甲", school=cast.school, village=cast.village, sex="2", grade="1")
    factories.absence(factories.relative(yes), place="浙江省宁波市", from_on=date(2026, 10, 1))
    away = factories.child("周乙", school=cast.other_school, village=cast.village, grade="2")
    for relation in ("51", "52"):
        factories.absence(factories.relative(away, relation=relation), place="广东省深圳市")
    factories.entrustment(away, factories.relative(away, relation="64"))
    home = factories.child("周丙", school=cast.school, village=cast.other_village, grade="2")
    factories.entrustment(home, factories.relative(home, relation="99"), until_on=date(2026, 11, 1))
    factories.child("周丁", village=cast.village, closed_on=date(2026, 6, 1), exit_reason="moved")
    factories.pairing(factories.mentor(cast.bureau), away)
    return cast


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"张小雨", "张小山", "李明", "周甲", "周乙", "周丙"}),
        ("q=zhou", {"周甲", "周乙", "周丙"}),
        ("q=小", {"张小雨", "张小山"}),
        ("q=4325", {"张小雨"}),
        ("under=shi-school", {"张小雨", "张小山", "周甲", "周丙"}),
        ("under=longjing", {"张小雨", "张小山", "周甲", "周乙"}),
        ("under=shi", {"张小雨", "张小山", "李明", "周甲", "周乙", "周丙"}),
        ("under=guangdian", set()),
        ("grade=2", {"周乙", "周丙"}),
        ("sex=2", {"张小雨", "周甲"}),
        ("left_behind=yes", {"张小雨", "张小山", "周甲", "周乙"}),
        ("left_behind=no", {"李明", "周丙"}),
        ("left_behind=yes&definition=civil", {"周乙"}),
        ("left_behind=yes&definition=school", {"张小雨", "张小山", "周乙"}),
        ("left_behind=yes&on=2026-09-30", {"张小雨", "张小山", "周乙"}),
        ("left_behind=yes&on=2025-02-16", set()),
        ("carer=paternal", {"张小雨", "张小山"}),
        ("carer=maternal", {"周乙"}),
        ("carer=unrelated", set()),
        ("carer=unrelated&on=2026-10-31", {"周丙"}),
        ("carer=none", {"李明", "周甲", "周丙"}),
        ("province=33", {"周甲"}),
        ("province=44", {"张小雨", "张小山", "周乙"}),
        ("mentor=yes", {"张小雨", "周乙"}),
        ("mentor=no", {"张小山", "李明", "周甲", "周丙"}),
        ("archive=closed", {"周丁"}),
        ("archive=all&q=zhou", {"周甲", "周乙", "周丙", "周丁"}),
        ("on=2026-05-31&q=zhou", {"周甲", "周乙", "周丙", "周丁"}),
        ("q=zhou&grade=2&left_behind=yes&mentor=yes&carer=maternal&province=44&under=shi", {"周乙"}),
    ],
)
def test_a_filter_narrows_the_list_and_the_export_alike(many, sign_in, query, names):
    client = sign_in(many.officer)
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 200
    assert (set(_names(response)), response.context["rows"].paginator.count) == (names, len(names))
    rows = _sheet(client.get(f"{EXPORT}?{query}"))
    assert {row[1] for row in rows[1 : len(names) + 1]} == names
    assert rows[len(names) + 1][1] is None


@pytest.mark.parametrize(
    "query",
    [
        "foo=1",
        "on=yesterday",
        "on=2026-02-30",
        "on=0001-01-01",
        "on=9999-12-31",
        "on=2026-11-24",
        "grade=77",
        "sex=x",
        "definition=narrow",
        "left_behind=perhaps",
        "carer=%00",
        "province=zz",
        "archive=burnt",
        "mentor=1",
        "under=nowhere",
        "under=yun-village",
        "under=%00",
        "q=%00",
        "q=" + "a" * 10_000,
        "under=" + "a" * 10_000,
    ],
)
def test_a_filter_that_makes_no_sense_is_named_and_shows_nobody(cast, sign_in, query):
    client = sign_in(cast.officer)
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 400
    assert response.context["form"].errors
    assert _names(response) == []
    assert client.get(f"{EXPORT}?{query}").status_code == 302
    assert not AuditEvent.objects.filter(action="file.left").exists()


@pytest.mark.parametrize("page", ["0", "-1", "2", "x", "1" + "0" * 30, "%00", "1.5"])
def test_a_page_that_does_not_exist_is_the_nearest_one(cast, sign_in, page):
    response = sign_in(cast.officer).get(f"{LIST}?page={page}")
    assert response.status_code == 200
    assert len(_names(response)) == 3


def test_fifty_to_a_page_in_the_order_of_names(cast, sign_in):
    for number in range(52):
        factories.child(f"{'安周'[number % 2]}一", school=cast.school, village=cast.village)
    client = sign_in(cast.clerk)
    first, second = client.get(LIST), client.get(f"{LIST}?page=2")
    assert (len(_names(first)), len(_names(second))) == (50, 4)
    assert _names(first) == ["安一"] * 26 + ["张小山", "张小雨"] + ["周一"] * 22
    assert first.context["rows"].paginator.count == 54


def test_the_number_of_queries_does_not_grow_with_the_rows(cast, sign_in, django_assert_num_queries):
    client = sign_in(cast.officer)
    with django_assert_num_queries(14):
        assert len(_names(client.get(f"{LIST}?q=李"))) == 1
    with django_assert_num_queries(14):
        assert len(_names(client.get(LIST))) == 3


def test_the_breadcrumb_narrows_only_below_ones_own_office(cast, sign_in):
    steps = sign_in(cast.officer).get(f"{LIST}?under=longjing").context["steps"]
    assert [(step.organization.code, step.within) for step in steps] == [
        ("jiang", True),
        ("shi", True),
        ("longjing", True),
    ]
    steps = sign_in(cast.caseworker).get(LIST).context["steps"]
    assert [(step.organization.code, step.within) for step in steps] == [
        ("jiang", False),
        ("shi", False),
        ("longjing", True),
    ]


def test_a_village_offers_its_schools_and_a_county_with_many_offices_one_level(cast, sign_in):
    def codes(person, query=""):
        choices = sign_in(person).get(LIST + query).context["form"].fields["under"].widget.choices
        return {code for _kind, offices in choices[1:] for code, _name in offices}

    assert codes(cast.caseworker) == {"longjing", "baisha", "shi-school", "baisha-school"}
    assert codes(cast.officer) == {"shi", "longjing", "baisha", "shi-school", "baisha-school", "guangdian"}
    for number in range(80):
        factories.organization(f"v{number}", parent=cast.town)
    assert codes(cast.officer) == {"shi", "guangdian"}
    assert {"longjing", "v79"} <= codes(cast.officer, "?under=shi")


def test_a_part_of_the_page_is_enough_for_a_script(cast, sign_in):
    response = sign_in(cast.officer).get(f"{LIST}?q=zhang", headers={"HX-Request": "true"})
    body = response.content.decode()
    assert "<html" not in body
    assert 'id="rows"' in body
    assert 'hx-swap-oob="true"' in body
    assert "张小雨" in body


def test_a_whole_id_number_does_not_stay_in_the_address(cast, sign_in):
    client = sign_in(cast.caseworker)
    response = client.get(f"{LIST}?q={cast.child.id_number}")
    assert response.url == cast.child.get_absolute_url()
    response = client.get(f"{LIST}?q={cast.foreigner.id_number}")
    assert response.url == f"{LIST}?q={cast.foreigner.id_number[-4:]}"


def test_an_empty_list_says_what_to_do(cast, sign_in):
    fresh = factories.user("fresh")
    factories.posting(fresh, factories.organization("new", parent=cast.town), "caseworker")
    assert reverse("children:create") in sign_in(fresh).get(LIST).content.decode()
    assert f'href="{LIST}"' in sign_in(cast.officer).get(f"{LIST}?q=nobody").content.decode()


def test_the_export_masks_id_numbers_counts_its_rows_and_is_audited(cast, sign_in):
    response = sign_in(cast.clerk).get(f"{EXPORT}?sex=2")
    rows = _sheet(response)
    text = str(rows)
    assert [row[1] for row in rows[1:2]] == ["张小雨"]
    assert cast.child.id_number not in text
    assert "500117********4325" in text
    assert cast.grandmother.phone not in text
    assert "共 1 人" in text
    event = AuditEvent.objects.get(action="file.left")
    assert (event.by, event.changes["rows"], event.changes["filters"]) == (cast.clerk, 1, {"sex": "2"})


def test_an_export_of_several_chunks_holds_everybody_once(cast, sign_in, monkeypatch):
    monkeypatch.setattr("children.views.lists.CHUNK", 2)
    rows = _sheet(sign_in(cast.officer).get(EXPORT))
    assert [row[1] for row in rows[1:4]] == ["李明", "张小山", "张小雨"]


def test_a_name_that_looks_like_a_formula_stays_a_name(cast, sign_in):
    factories.child("=1+1", school=cast.school)
    assert "=1+1" in str(_sheet(sign_in(cast.clerk).get(EXPORT)))


def test_a_child_who_moved_is_found_where_it_lived_on_that_day(cast, sign_in):
    with access.everyone("test"):
        actions.settle(child=cast.child, by=cast.officer, village=cast.other_village, on=date(2026, 11, 1))
    client = sign_in(cast.officer)
    assert "张小雨" not in _names(client.get(f"{LIST}?under=longjing"))
    assert "张小雨" in _names(client.get(f"{LIST}?under=longjing&on=2026-10-31"))
