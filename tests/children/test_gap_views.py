"""The pages of gaps: every number opens the archives it counts, every row the page that mends it."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
import time_machine
from django.urls import reverse

from caseworks import counting
from guardians.gaps import CHECKS
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        yield


def _counts(response) -> dict[str, int]:
    return {check.key: number for _words, checks in response.context["groups"] for check, number in checks}


@pytest.mark.parametrize("person", ["officer", "caseworker", "clerk"])
def test_every_number_opens_the_children_it_counts(cast, sign_in, person):
    client = sign_in(getattr(cast, person))
    counts = _counts(client.get(reverse("children:gaps")))
    assert counts["no_father"] == 2
    for key, number in counts.items():
        page = client.get(reverse("children:gap", args=[key]))
        assert page.context["rows"].paginator.count == number, key
        listed = client.get(reverse("children:list"), {"gap": key})
        assert listed.context["rows"].paginator.count == number, key
    assert set(counts) < set(CHECKS)


def test_only_those_in_reach_are_counted(cast, sign_in):
    factories.child("外人", school=cast.foreign_school, village=cast.foreign_village, registration="")
    assert "no_registration" not in _counts(sign_in(cast.officer).get(reverse("children:gaps")))
    assert _counts(sign_in(cast.stranger).get(reverse("children:gaps")))["no_registration"] == 1


def test_split_by_class_and_village_each_opening_its_own(cast, sign_in):
    client = sign_in(cast.officer)
    page = client.get(reverse("children:gap", args=["no_health"]))
    assert {(words, share.number) for share, words in page.context["classes"]} == {("五年级1班", 1), ("四年级1班", 1)}
    for share, _words in page.context["classes"]:
        asked = {"under": share.code, "grade": share.grade, "class": share.class_name}
        rows = client.get(reverse("children:gap", args=["no_health"]) + "?" + urlencode(asked)).context["rows"]
        assert rows.paginator.count == share.number
    for share in page.context["villages"]:
        rows = client.get(reverse("children:gap", args=["no_health"]), {"under": share.code}).context["rows"]
        assert rows.paginator.count == share.number
    town = client.get(reverse("children:gaps"), {"under": cast.town.code})
    assert town.context["total"] == 3


def test_a_row_opens_the_field_for_those_who_may_mend_it(cast, sign_in):
    address = reverse("children:gap", args=["not_heard"])
    mend = f"{reverse('guardians:care_edit', args=[cast.child.code])}#id_child_heard_on"
    assert mend in sign_in(cast.clerk).get(address).content.decode()
    assert mend not in sign_in(cast.officer).get(address).content.decode()


@pytest.mark.parametrize("people", [1, 3])
def test_a_page_of_rows_costs_the_same_for_one_and_for_three(cast, sign_in, people, django_assert_num_queries):
    for number in range(people):
        child = factories.child(f"周{number}", school=cast.school, village=cast.village)
        factories.relative(child, relation="51", name=f"父{number}", phone="")
    client = sign_in(cast.clerk)
    with django_assert_num_queries(10):
        response = client.get(reverse("children:gap", args=["no_phone"]))
    assert len(response.context["lines"]) == people


@pytest.mark.parametrize("address", ["/children/gaps/no_such/", "/children/gaps/?under=yun-school"])
def test_what_is_not_there_is_not_found(cast, sign_in, address):
    assert sign_in(cast.officer).get(address).status_code == 404


def test_an_unknown_gap_in_the_list_is_refused(cast, sign_in):
    assert sign_in(cast.officer).get(reverse("children:list"), {"gap": "no_such"}).status_code == 400


class TestALargeArea:
    """What a page cannot count in time is counted beside the work: the same numbers, the same children."""

    @pytest.fixture(autouse=True)
    def large(self, monkeypatch):
        monkeypatch.setattr(counting, "MOST_LIVE", 3)
        monkeypatch.setattr(counting, "start", lambda: None)

    def test_the_page_waits_and_then_shows_what_it_would_have_counted(self, cast, sign_in, monkeypatch):
        client = sign_in(cast.officer)
        waiting = client.get(reverse("children:gaps"))
        assert "正在统计" in waiting.content.decode()
        assert "正在统计" in client.get(reverse("children:gap", args=["no_father"])).content.decode()
        counting.work_off()
        kept = {key: self._all(client, key) for key in ("no_father", "no_health", "no_since")}
        counts = client.get(reverse("children:gaps"))
        assert "统计时间" in counts.content.decode()
        monkeypatch.setattr(counting, "MOST_LIVE", 10_000)
        assert _counts(counts) == _counts(client.get(reverse("children:gaps")))
        assert kept == {key: self._all(client, key) for key in kept}

    def test_many_are_found_by_walking_down_the_list(self, cast, sign_in, monkeypatch):
        monkeypatch.setattr("guardians.gaps.overview.MOST_NAMED", 0)
        client = sign_in(cast.officer)
        client.get(reverse("children:gaps"))
        counting.work_off()
        assert self._all(client, "no_father")[1] == 2

    def test_whoever_counts_again_waits_for_it(self, cast, sign_in):
        client = sign_in(cast.officer)
        client.get(reverse("children:gaps"))
        counting.work_off()
        assert client.post(reverse("children:gaps")).status_code == 302
        assert "重新统计" in client.get(reverse("children:gaps")).content.decode()

    def test_what_fails_says_so(self, cast, sign_in, monkeypatch):
        monkeypatch.setitem(counting._counters, "gaps", lambda question, today: 1 / 0)
        client = sign_in(cast.officer)
        client.get(reverse("children:gaps"))
        counting.work_off()
        assert "没有统计成功" in client.get(reverse("children:gaps")).content.decode()

    def test_a_village_of_it_is_counted_at_once(self, cast, sign_in):
        page = sign_in(cast.officer).get(reverse("children:gaps"), {"under": cast.village.code})
        assert (page.context["kept"], page.context["total"]) == (None, 2)

    @staticmethod
    def _all(client, key):
        context = client.get(reverse("children:gap", args=[key])).context
        names = [place.child.name for place, _address in context["lines"]]
        shares = [
            (share.code, share.number) for share in (*context["villages"], *(share for share, _ in context["classes"]))
        ]
        return names, context["rows"].paginator.count, shares
