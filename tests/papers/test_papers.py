"""Papers: who may print what, how much of a person stands on it, and what the trail keeps."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from caseworks.models import AuditEvent
from caseworks.papers.kinds import PAPERS
from children.models import Facet, GrowthEntry, HealthCheck, Need, Survey, TermRecord
from tests import factories

pytestmark = pytest.mark.django_db

PHONE, ADDRESS = "13812345678", "3组12号"
SINGLE = [key for key, paper in PAPERS.items() if paper.single]
WHY = {"why": "contact", "words": ""}


@pytest.fixture
def child(cast):
    """A child of the clerk's school with a father away, a mother, a grandmother who cares, and the cast's mentor."""
    child = factories.child("周小米", school=cast.school, village=cast.village, sex="2", address=ADDRESS)
    father = factories.relative(child, relation="51", name="周父亲", phone=PHONE)
    factories.relative(child, relation="52", name="李母亲", phone="13900001111")
    factories.absence(father, place="广东省东莞市")
    grandmother = factories.relative(child, relation="62", name="王祖母", phone="13700002222", address=ADDRESS)
    factories.entrustment(child, grandmother, from_on=date(2025, 3, 1))
    factories.pairing(cast.pairing.mentor, child)
    return child


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def events() -> list[tuple[str, dict, str]]:
    return [
        (event.action, event.changes, event.reason)
        for event in AuditEvent.objects.exclude(action__in=["scope.everyone", "user.signed_in"]).order_by("id")
    ]


@pytest.mark.parametrize("key", SINGLE)
def test_a_paper_of_one_child_is_masked_and_recorded(key, cast, child, sign_in):
    response = sign_in(cast.clerk).get(reverse("papers:one", args=[child.code, key]))
    page = text_of(response)
    assert response.status_code == 200
    assert child.name in page
    assert "王祖母" in page
    assert "138****5678" in page
    for hidden in (PHONE, child.id_number, ADDRESS):
        assert hidden not in page, hidden
    assert events()[-1] == ("child.printed", {"paper": key, "show": "work"}, "")


@pytest.mark.parametrize("key", SINGLE)
def test_in_full_needs_a_reason_that_is_recorded_for_each_child(key, cast, child, sign_in):
    address = reverse("papers:one", args=[child.code, key])
    client = sign_in(cast.clerk)
    refused = client.post(address, {})
    assert refused.status_code == 422
    assert PHONE not in text_of(refused)
    printed = client.post(address, WHY)
    assert PHONE in text_of(printed)
    assert events()[-1] == ("child.printed_in_full", {"paper": key, "show": "full"}, "联系家长或照护人")


def test_a_card_never_carries_the_id_number(cast, child, sign_in):
    client = sign_in(cast.clerk)
    for page in (
        client.get(reverse("papers:one", args=[child.code, "card"])),
        client.post(reverse("papers:one", args=[child.code, "card"]), WHY),
    ):
        assert child.id_number not in text_of(page)
        assert child.id_number[:6] + "****" not in text_of(page)


def test_for_display_names_are_masked_too(cast, child, sign_in):
    page = text_of(sign_in(cast.clerk).get(reverse("papers:many", args=["roster"]), {"show": "display"}))
    shown = page.partition('class="sheets')[2]
    assert "周**" in shown or "周*米" in shown
    for name in (child.name, "王祖母", "周父亲"):
        assert name not in shown


def test_a_roster_prints_what_the_list_shows(cast, child, sign_in):
    other = factories.child("李小刚", school=cast.school, village=cast.village, sex="1")
    client = sign_in(cast.clerk)
    everyone = text_of(client.get(reverse("papers:many", args=["roster"])))
    assert child.name in everyone
    assert other.name in everyone
    found = text_of(client.get(reverse("papers:many", args=["roster"]), {"q": "zhouxiaomi"}))
    assert child.name in found
    assert other.name not in found
    assert events()[-1][0] == "child.printed"  # one child is on it: an event about her


def test_a_list_leaves_one_event_with_its_number_and_filters(cast, child, sign_in):
    sign_in(cast.clerk).get(reverse("papers:many", args=["card"]), {"grade": "5"})
    action, what, _reason = events()[-1]
    assert action == "children.printed"
    assert what["number"] > 1
    assert what["filters"] == {"grade": "5"}


def test_a_roster_begins_a_page_for_each_class(cast, sign_in):
    factories.child("李小红", school=cast.school, village=cast.village, grade="6", class_name="2班")
    page = text_of(sign_in(cast.clerk).get(reverse("papers:many", args=["roster"])))
    titles = re.findall(r"<h2>([^<]+)</h2>", page)
    assert titles[-1] == f"{cast.school} 六年级2班儿童花名册"
    assert f"{cast.school} 五年级1班儿童花名册" in titles


def test_a_class_may_be_printed_in_full_and_not_a_whole_village(cast, sign_in, monkeypatch):
    monkeypatch.setattr("caseworks.papers.views.MOST_IN_FULL", 1)
    factories.child("李小红", school=cast.school, village=cast.village)
    response = sign_in(cast.clerk).post(reverse("papers:many", args=["card"]), WHY)
    assert response.status_code == 422
    assert "一次最多打印 1 名儿童" in text_of(response)


def test_too_many_in_full_within_an_hour_are_refused_and_recorded(cast, child, sign_in, settings):
    settings.FULL_PRINTS_PER_HOUR = 1
    client, address = sign_in(cast.clerk), reverse("papers:one", args=[child.code, "card"])
    assert client.post(address, WHY).status_code == 200
    refused = client.post(address, WHY)
    assert refused.status_code == 429
    assert PHONE not in text_of(refused)
    assert events()[-1][0] == "children.print_refused"


def test_the_filter_of_the_list_is_checked(cast, sign_in):
    response = sign_in(cast.clerk).get(reverse("papers:many", args=["card"]), {"nonsense": "1"})
    assert response.status_code == 302


def test_a_mentor_prints_the_card_and_no_archive(cast, child, sign_in):
    client = sign_in(cast.mentor)
    assert client.get(reverse("papers:one", args=[child.code, "card"])).status_code == 200
    assert client.get(reverse("papers:one", args=[child.code, "archive"])).status_code == 403
    chosen = text_of(client.get(reverse("papers:choose_one", args=[child.code])))
    assert "联系卡" in chosen
    assert "一页纸档案" not in chosen


def test_an_unknown_paper_is_not_found(cast, child, sign_in):
    client = sign_in(cast.clerk)
    assert client.get(reverse("papers:one", args=[child.code, "poster"])).status_code == 404
    assert client.get(reverse("papers:one", args=[child.code, "roster"])).status_code == 404


def test_nothing_is_printed_of_an_empty_list(cast, sign_in):
    before = len(events())
    page = text_of(sign_in(cast.clerk).get(reverse("papers:many", args=["card"]), {"q": "无此人"}))
    assert "名单是空的" in page
    assert len(events()) == before


@pytest.mark.parametrize("key", PAPERS)
def test_the_number_of_queries_does_not_grow(key, cast, sign_in):
    client, counts = sign_in(cast.clerk), []
    client.get(reverse("papers:many", args=[key]))
    for more in (1, 3):
        for _number in range(more):
            row = factories.child("李小红", school=cast.school, village=cast.village)
            factories.absence(factories.relative(row, name="李父亲"))
        with CaptureQueriesContext(connection) as counted:
            client.get(reverse("papers:many", args=[key]))
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_the_archive_prints_what_the_screen_shows(cast, child, sign_in):
    """The facts of every section of the archive stand on the paper too; at the end, that nothing is said of an empty one."""
    by = cast.clerk
    for model, values in (
        (HealthCheck, {"height_cm": "138.5", "result": "abnormal"}),
        (TermRecord, {"term": "2025-1", "school": cast.school, "chinese": "A"}),
        (Need, {"kind": "medical", "state": "unmet"}),
        (Facet, {"facet": "interests", "text": "喜欢画恐龙"}),
        (Survey, {"safety": "concern", "need": "想要一双雨鞋"}),
        (GrowthEntry, {"kind": "award", "text": "运动会第一名"}),
    ):
        factories.fact(model, child, by=by, **values)
    factories.relative(factories.child("周小弟", school=cast.school), child, relation="61", name="周祖父")
    factories.contact(child, by=by, place=cast.school, held_on=date(2026, 3, 4), concern="help")
    factories.attachment(child, by=by, place=cast.school)
    paper = text_of(sign_in(cast.clerk).get(reverse("papers:one", args=[child.code, "archive"]))).partition(
        'class="sheets'
    )[2]
    for words in (
        "138.5",
        "优秀",
        "医疗",
        "喜欢画恐龙",
        "想要一双雨鞋",
        "运动会第一名",
        "周小弟",
        "2026-03-04",
        "委托照护协议扫描件 1",
    ):
        assert words in paper, words
    empty = text_of(sign_in(cast.clerk).get(reverse("papers:one", args=[cast.sibling.code, "archive"])))
    assert empty.partition('class="sheets')[2].count("未采集") > 8
