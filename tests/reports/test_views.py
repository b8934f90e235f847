"""The page, the lists behind its figures, and the files."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caseworks.models import AuditEvent
from caseworks.reports.indicators import INDICATORS
from tests import factories
from tests.reports.conftest import ask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

PAGES = (
    "/reports/annual/",
    "/reports/annual/left_behind/",
    "/reports/annual/export.xlsx",
    "/reports/annual/export.docx",
    "/reports/annual/left_behind/export.xlsx",
)


def links_of(response) -> list[tuple[str, str]]:
    """(address, text) of every figure."""
    return [
        (unescape(address), text)
        for address, text in re.findall(
            r'<a class="report-figure" href="([^"]+)">([^<]+)</a>', response.content.decode()
        )
    ]


@pytest.mark.parametrize("page", PAGES)
def test_it_works_for_the_administrator(busy, sign_in, page):
    assert sign_in(busy.officer).get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["caseworker", "clerk", "colleague", "mentor", "auditor", "system", "idle"])
def test_without_the_right_it_is_refused(cast, sign_in, page, who):
    assert sign_in(getattr(cast, who)).get(page).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_another_office_is_not_found(cast, sign_in, page):
    for stranger, organization in ((cast.stranger, "jiang"), (cast.officer, "yun"), (cast.officer, "no-such-office")):
        assert sign_in(stranger).get(page, {"organization": organization}).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_it_is_only_read(cast, sign_in, page):
    """The report itself may be posted to: to count that of a very large office anew."""
    for method in ("put", "delete", *(["post"] if page != "/reports/annual/" else [])):
        assert getattr(sign_in(cast.officer), method)(page).status_code == 405


@pytest.mark.parametrize("page", PAGES)
def test_who_is_signed_out_goes_to_the_login(client, db, page):
    assert client.get(page).status_code == 302


@pytest.mark.parametrize(
    "asked",
    [
        {"year": "-1"},
        {"year": str(10**30)},
        {"year": "1999"},
        {"year": "2027"},
        {"year": ""},
        {"year": "２０２５"},
        {"year": "2025\x00"},
        {"definition": "other"},
        {"organization": "\x00"},
        {"organization": "x" * 500},
        {"organization": "' OR 1=1"},
    ],
)
def test_a_question_that_makes_no_sense_is_not_found(cast, sign_in, asked):
    for page in PAGES:
        assert sign_in(cast.officer).get(page, asked).status_code == 404, page


@pytest.mark.parametrize(
    "asked",
    [
        {"sex": "3"},
        {"sex": ""},
        {"sex": "1,1,9"},
        {"age": "0-99"},
        {"school": "no-such-school"},
        {"school": "\x00"},
        {"carer": "x" * 5000},
        {"away": "2;drop"},
    ],
)
def test_a_slice_that_does_not_exist_is_not_found(cast, sign_in, asked):
    for page in ("/reports/annual/left_behind/", "/reports/annual/left_behind/export.xlsx"):
        assert sign_in(cast.officer).get(page, asked).status_code == 404


def test_an_indicator_that_does_not_exist_is_not_found(cast, sign_in):
    assert sign_in(cast.officer).get("/reports/annual/anything/").status_code == 404
    assert sign_in(cast.officer).get("/reports/annual/export.odt").status_code == 404


def test_a_page_number_out_of_range_gives_the_nearest(cast, sign_in):
    for number in ("-1", "10" * 30, "x"):
        response = sign_in(cast.officer).get("/reports/annual/left_behind/", {"page": number})
        assert response.status_code == 200
        assert "张小雨" in response.content.decode()


def test_the_last_full_year_is_offered_first(cast, sign_in):
    response = sign_in(cast.officer).get("/reports/annual/")
    assert "2025年12月31日" in response.content.decode()
    now = sign_in(cast.officer).get("/reports/annual/", {"year": "2026"}).content.decode()
    assert "2026年11月23日" in now
    assert "本年未结束" in now


def test_each_figure_opens_exactly_the_list_it_counts(busy, sign_in):
    client = sign_in(busy.officer)
    links = links_of(client.get("/reports/annual/", {"year": "2025"}))
    assert len(links) > 100
    kinds = {re.sub(r"=[^&]*", "", address): (address, text) for address, text in links}  # one of each kind of slice
    assert len(kinds) > 35
    for address, text in kinds.values():
        response = client.get(address)
        assert response.status_code == 200, address
        figure, rows = response.context["figure"], response.context["rows"]
        if "%" not in text and "多" not in text:
            assert figure.text == text, address
        if not figure.indicator.summed:
            assert rows.paginator.count == figure.value, address
            assert len(response.context["lines"]) == min(figure.value, 50)
        assert f"{figure.exact}{figure.unit}，与报告中的数字一致" in response.content.decode()


def test_wide_and_civil_open_different_lists(cast, sign_in):
    father = factories.relative(cast.child, relation="51")
    factories.situation(father, kind="disabled")
    client = sign_in(cast.officer)
    wide = client.get("/reports/annual/left_behind/", {"definition": "wide"}).content.decode()
    civil = client.get("/reports/annual/left_behind/", {"definition": "civil"}).content.decode()
    assert "张小雨" in wide
    assert "张小山" in wide
    assert "张小雨" in civil
    assert "张小山" not in civil
    assert "16周岁" in civil


NAMES = ("张小雨", "张小山", "李明", "王芳", "陈桂英", "梅老师")


def test_the_leader_gets_figures_and_no_names(busy, sign_in):
    factories.contact(busy.child, by=busy.mentor, place=busy.bureau, met=(("mother", busy.mother),))
    client = sign_in(busy.leader)
    response = client.get("/reports/annual/")
    text = response.content.decode()
    officer = sign_in(busy.officer).get("/reports/annual/").content.decode()
    assert re.findall(r'<span class="report-figure">([^<]+)', text) == [text for _address, text in _figures(officer)]
    for key in INDICATORS:
        client = sign_in(busy.leader)
        assert client.get(f"/reports/annual/{key}/").status_code == 403
        assert client.get(f"/reports/annual/{key}/export.xlsx").status_code == 403
    assert not links_of(response)
    assert not any(name in text for name in NAMES)


def _figures(html):
    return re.findall(r'<a class="report-figure" href="([^"]+)">([^<]+)', html)


def test_names_appear_only_in_the_lists(busy, sign_in):
    """The leak test above could not fail if no list held these names."""
    client = sign_in(busy.officer)
    lists = "".join(client.get(f"/reports/annual/{key}/").content.decode() for key in INDICATORS)
    assert all(name in lists for name in NAMES[:2])
    assert "梅老师" in lists


def test_the_bureau_sees_the_children_of_its_pairings_only(busy, sign_in):
    factories.posting(factories.user("ju"), busy.bureau, "administrator")
    from caseworks.models import User

    client = sign_in(User.objects.get(username="ju"))
    text = client.get("/reports/annual/left_behind/").content.decode()
    assert "张小雨" in text
    assert "张小山" not in text
    assert client.get("/reports/annual/", {"organization": "jiang"}).status_code == 404


def test_a_school_below_can_be_asked_about(busy, sign_in):
    response = sign_in(busy.officer).get("/reports/annual/", {"organization": "shi-school"})
    text = response.content.decode()
    assert "石镇小学2025年" in text
    offered = [code for code, _name in response.context["form"].fields["organization"].choices]
    assert offered == ["jiang", "shi", "shi-school"]
    county = sign_in(busy.officer).get("/reports/annual/")
    assert '<a href="?organization=shi-school">' in county.content.decode()


def test_queries_of_the_lists_do_not_grow(cast, sign_in):
    def counts():
        found = {}
        for key in INDICATORS:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(f"/reports/annual/{key}/").status_code == 200
            found[key] = len(queries)
        return found

    client = sign_in(cast.officer)
    day = ask(cast.county).last
    met = (("mother", cast.mother), ("teacher", None))
    factories.contact(cast.child, by=cast.mentor, place=cast.bureau, held_on=day, met=met)
    factories.pupil_count(cast.school, 10)
    one = counts()
    for number in range(3):
        school = factories.organization(f"school{number}", "school", parent=cast.town)
        factories.pupil_count(school, 10)
        whom = factories.child(f"新{number}", school=school, village=cast.village)
        father = factories.relative(whom)
        factories.absence(father)
        factories.entrustment(whom, factories.relative(whom, relation="61"))
        factories.pairing(factories.mentor(cast.bureau, name=f"帮{number}"), whom)
        factories.contact(
            whom, cast.sibling, by=cast.mentor, place=cast.bureau, held_on=day, met=(("father", father), ("town", None))
        )
    three = counts()
    assert {key: three[key] for key in one if three[key] > one[key]} == {}
    assert max(three.values()) <= 17


def test_an_empty_office_is_told_what_to_do(cast, sign_in):
    factories.organization("empty", "town", parent=cast.county, name="空镇")
    text = sign_in(cast.officer).get("/reports/annual/", {"organization": "empty"}).content.decode()
    assert "这个单位这一年还没有记录" in text
    empty = sign_in(cast.officer).get("/reports/annual/left_behind/", {"organization": "empty"}).content.decode()
    assert "这个数字是 0" in empty


def test_what_leaves_is_in_the_audit_trail(busy, sign_in):
    client = sign_in(busy.officer)
    client.get("/reports/annual/left_behind/export.xlsx", {"sex": "1"})
    event = AuditEvent.objects.get(action="file.left")
    assert event.by == busy.officer
    assert event.changes["what"] == "report.records"
    assert event.changes["rows"] == int(client.get("/reports/annual/left_behind/?sex=1").context["figure"].value) > 1
    client.get("/reports/annual/export.docx")
    kinds = [event.changes["what"] for event in AuditEvent.objects.filter(action="file.left")]
    assert sorted(kinds) == ["report.annual", "report.records"]


def test_the_page_obeys_the_content_policy(busy, sign_in):
    text = sign_in(busy.officer).get("/reports/annual/").content.decode()
    assert "<svg" in text
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]+src=)", text)


def test_the_annex_leads_to_what_the_archives_lack(busy, sign_in):
    client = sign_in(busy.officer)
    [address] = re.findall(r'href="(/children/gaps/\?under=[^"]+)"', client.get("/reports/annual/").content.decode())
    assert client.get(address).status_code == 200
