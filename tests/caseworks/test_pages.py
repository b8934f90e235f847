"""Rows by the page, and how many there are."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from caseworks import pages
from caseworks.models import Organization
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def villages():
    for number in range(5):
        factories.organization(f"v{number}")
    return Organization.objects.order_by("code")


def _page(rows, number: str = "1", per_page: int = 2, **limit: int):
    return pages.paginate(rows, RequestFactory().get("/", {"page": number}), per_page, **limit)


@pytest.mark.parametrize(("asked", "codes"), [("2", ["v2", "v3"]), ("9", ["v4"]), ("0", ["v4"]), ("x", ["v0", "v1"])])
def test_the_nearest_page_is_given(villages, asked, codes):
    assert [village.code for village in _page(villages, asked)] == codes


@pytest.mark.parametrize("as_list", [False, True])
def test_a_few_rows_are_counted_exactly(villages, as_list):
    paginator = _page(list(villages) if as_list else villages).paginator
    assert (paginator.count, paginator.num_pages, paginator.exceeds, paginator.total) == (5, 3, False, "5")


def test_very_many_rows_are_counted_to_a_limit(villages, django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        paginator = _page(villages, most=4).paginator
        assert (paginator.count, paginator.exceeds, paginator.total, paginator.num_pages) == (4, True, "4+", 2)
    assert "LIMIT 5" in queries.captured_queries[0]["sql"]


def test_as_many_rows_as_the_limit_are_counted_exactly(villages):
    paginator = _page(villages, most=5).paginator
    assert (paginator.count, paginator.exceeds, paginator.total) == (5, False, "5")


def test_the_list_says_that_there_are_more(cast, sign_in, monkeypatch):
    monkeypatch.setattr(pages.Pages, "most", 1)
    shown = sign_in(cast.officer).get("/children/").content.decode()
    assert "超过 1 人" in shown
    assert "超过 1 条" in shown
