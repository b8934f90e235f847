"""Saved filters: one's own, those the office shares, and nobody else's."""

from __future__ import annotations

import pytest
from django.urls import reverse

from caseworks.models import AuditEvent
from children.models import SavedFilter
from tests import factories

pytestmark = pytest.mark.django_db
SAVE, LIST = reverse("children:save_filter"), reverse("children:list")


def _tabs(client) -> list[str]:
    return [tab.name for tab in client.get(LIST).context["saved"]]


def test_a_filter_is_saved_and_stands_above_the_list(cast, sign_in):
    client = sign_in(cast.clerk)
    assert "女" in client.get(f"{SAVE}?query=sex%3D2%26q%3D").content.decode()
    assert client.post(SAVE, {"query": "sex=2&q=", "name": "女生"}).url == f"{LIST}?sex=2"
    body = client.get(f"{LIST}?sex=2").content.decode()
    assert '<a href="?sex=2" aria-current="page">女生</a>' in body
    assert AuditEvent.objects.get(action="filter.saved").by == cast.clerk


def test_a_name_is_used_once(cast, sign_in):
    client = sign_in(cast.clerk)
    client.post(SAVE, {"query": "sex=2", "name": "女生"})
    response = client.post(SAVE, {"query": "sex=1", "name": "女生"})
    assert (response.status_code, list(response.context["form"].errors)) == (200, ["name"])
    assert SavedFilter.objects.get().query == "sex=2"


def test_the_same_press_saves_once(cast, sign_in):
    client = sign_in(cast.clerk)
    sent = {"query": "sex=2", "name": "女生", "submission_key": "0199aaaa-0000-7000-8000-000000000001"}
    assert client.post(SAVE, sent).url == client.post(SAVE, sent).url
    assert SavedFilter.objects.count() == 1


@pytest.mark.parametrize("query", ["", "q=", "sex=x", "foo=1", "under=yun-village"])
def test_only_a_filter_that_works_is_saved(cast, sign_in, query):
    assert sign_in(cast.clerk).post(SAVE, {"query": query, "name": "x"}).url == LIST
    assert not SavedFilter.objects.exists()


def test_so_many_and_no_more(cast, sign_in, monkeypatch):
    monkeypatch.setattr("children.lists.actions.MOST_FILTERS", 1)
    factories.saved_filter(cast.clerk, cast.school)
    response = sign_in(cast.clerk).post(SAVE, {"query": "sex=1", "name": "男生"})
    assert response.status_code == 200
    assert SavedFilter.objects.count() == 1


@pytest.mark.parametrize(
    ("shared", "seen_by"), [(False, {"clerk"}), (True, {"clerk", "second"})], ids=["own", "shared"]
)
def test_who_sees_it(cast, sign_in, shared, seen_by):
    second = factories.user("second")
    factories.posting(second, cast.school, "school_staff")
    factories.saved_filter(cast.clerk, cast.school, shared=shared)
    people = {"clerk": cast.clerk, "second": second, "colleague": cast.colleague, "officer": cast.officer}
    assert {name for name, person in people.items() if _tabs(sign_in(person)) == ["女生"]} == seen_by


def test_at_another_post_it_is_not_there(cast, sign_in):
    factories.saved_filter(cast.clerk, cast.other_school, shared=True)
    assert _tabs(sign_in(cast.clerk)) == []


@pytest.mark.parametrize(
    ("who", "shared", "status"),
    [
        ("clerk", False, 302), ("second", False, 404), ("second", True, 404), ("colleague", True, 404),
        ("head", False, 404), ("head", True, 302), ("stranger", True, 404),
    ],
)  # fmt: skip
def test_who_deletes_it(cast, sign_in, who, shared, status):
    people = {**cast.people, "second": factories.user("second"), "head": factories.user("head")}
    factories.posting(people["second"], cast.school, "school_staff")
    factories.posting(people["head"], cast.school, "administrator")
    row = factories.saved_filter(cast.clerk, cast.school, shared=shared)
    response = sign_in(people[who]).post(reverse("children:delete_filter", args=[row.code]))
    assert response.status_code == status
    assert SavedFilter.objects.exists() == (status == 404)
    assert AuditEvent.objects.filter(action="filter.deleted").exists() == (status == 302)
