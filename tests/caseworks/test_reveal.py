"""A masked value shown in full: only by POST, only for a reason, only within reach, and only after it is recorded."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.urls import reverse

from caseworks import access
from caseworks.disclosure import revealing
from caseworks.models import AuditEvent
from visits.models import Mentor

pytestmark = pytest.mark.django_db
ADDRESS = "/reveal/"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def number(cast) -> str:
    """What must not leave unasked: the cast's child's ID number."""
    assert len(cast.child.id_number) == 18
    return cast.child.id_number


def _ask(client, row, field="id_number", *, why="verify", words="", htmx=True, **more):
    data = {"model": row._meta.label, "code": row.code, "field": field, "why": why, "words": words, **more}
    return client.post(ADDRESS, data, **(HTMX if htmx else {}))


def _events(action="field.revealed"):
    return AuditEvent.objects.filter(action=action)


def test_works_in_place(cast, sign_in, number):
    response = _ask(sign_in(cast.caseworker), cast.child)
    assert response.status_code == 200
    assert number in response.content.decode()
    assert "<html" not in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    [event] = _events()
    assert (event.by, event.kind, event.object_id) == (cast.caseworker, "children.Child", cast.child.pk)
    assert (event.reason, event.changes, event.address) == ("核对信息", {"field": "id_number"}, "127.0.0.1")
    assert number not in str(event.__dict__)


def test_works_without_scripts_on_a_page_of_its_own(cast, sign_in, number):
    response = _ask(sign_in(cast.clerk), cast.child, htmx=False, back="/children/?page=2")
    html = response.content.decode()
    assert number in html
    assert "<html" in html
    assert 'href="/children/?page=2"' in html


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_way_back_is_ours(cast, sign_in, back):
    html = _ask(sign_in(cast.clerk), cast.child, htmx=False, back=back).content.decode()
    assert "evil" not in html
    assert "javascript:" not in html


def test_phones_and_addresses_of_every_kind_of_row(cast, sign_in):
    with access.everyone("test"):
        home = cast.child.residences.get()
        Mentor.objects.filter(pk=cast.pairing.mentor_id).update(code="MMMMMMMMMM")
        mentor = Mentor.objects.get(pk=cast.pairing.mentor_id)
        mentor.phone = "13511112222"
        mentor.save()
    client = sign_in(cast.caseworker)
    assert "13900001111" in _ask(client, cast.mother, "phone").content.decode()
    assert "3组12号" in _ask(client, home, "address").content.decode()
    assert "13511112222" in _ask(client, mentor, "phone").content.decode()
    assert _events().count() == 3


def test_a_mentor_is_given_the_telephone_and_never_the_number(cast, sign_in):
    client = sign_in(cast.mentor)
    assert _ask(client, cast.mother, "phone").status_code == 200
    assert _ask(client, cast.child, "id_number").status_code == 403
    assert _ask(client, cast.child, "notes").status_code == 403
    assert _events().count() == 1


def test_a_stranger_finds_nothing_and_leaves_no_event_of_looking(cast, sign_in):
    client = sign_in(cast.stranger)
    for row, field in ((cast.child, "id_number"), (cast.mother, "phone"), (cast.pairing.mentor, "phone")):
        response = _ask(client, row, field)
        assert response.status_code == 404
        assert row.code not in response.content.decode()
    assert not _events().exists()
    assert _ask(client, cast.foreigner, "id_number").status_code == 200


@pytest.mark.parametrize("who", ["leader", "auditor", "system", "idle"])
def test_without_the_right_it_is_refused(cast, sign_in, who, number):
    response = _ask(sign_in(getattr(cast, who)), cast.child)
    assert response.status_code == 403
    assert number not in response.content.decode()
    assert not _events().exists()


def test_signed_out_and_wrong_method(cast, client, sign_in):
    assert _ask(client, cast.child, htmx=False).status_code == 302
    assert sign_in(cast.clerk).get(ADDRESS).status_code == 405


@pytest.mark.parametrize(
    "change",
    [
        {"model": "children.Nothing"},
        {"model": "nonsense"},
        {"model": ""},
        {"model": "auth.Group", "field": "name"},
        {"model": "sessions.Session", "field": "session_data"},
        {"model": "children.Enrolment", "field": "school"},
        {"model": "caseworks.Organization", "field": "name"},
        {"field": "nothing"},
        {"field": "_state"},
        {"field": "code__in"},
        {"code": "QQQQQQQQQQ"},
        {"code": "\x00"},
        {"code": ""},
        {"code": "x" * 10_000},
    ],
)
def test_whatever_is_not_there_is_not_found(cast, sign_in, change):
    client = sign_in(cast.clerk)
    assert _ask(client, cast.child, why="verify").status_code == 200
    data = {"model": "children.Child", "code": cast.child.code, "field": "id_number", "why": "verify", **change}
    assert client.post(ADDRESS, data).status_code == 404
    assert _events().count() == 1


def test_a_field_that_is_read_anyway_or_by_nobody_is_not_for_asking(cast, sign_in):
    client = sign_in(cast.clerk)
    assert _ask(client, cast.child, "name").status_code == 403
    assert _ask(client, cast.child, "search_text").status_code == 403


@pytest.mark.parametrize(("why", "words"), [("", ""), ("nonsense", "x"), ("other", ""), ("other", "x" * 101)])
def test_without_a_reason_nothing_is_shown(cast, sign_in, why, words, number):
    client = sign_in(cast.clerk)
    for htmx in (True, False):
        response = _ask(client, cast.child, why=why, words=words, htmx=htmx)
        assert response.status_code == 422
        assert number not in response.content.decode()
    assert not _events().exists()


def test_a_reason_in_own_words_is_kept(cast, sign_in):
    assert _ask(sign_in(cast.clerk), cast.child, why="other", words="学籍转接").status_code == 200
    assert _events().get().reason == "其他 学籍转接"


def test_beyond_the_limit_of_an_hour_it_is_refused_and_recorded(cast, sign_in, settings, time_machine_at, number):
    settings.REVEALS_PER_HOUR = 2
    client = sign_in(cast.clerk)
    assert [_ask(client, cast.child).status_code for _ in range(4)] == [200, 200, 429, 429]
    response = _ask(client, cast.child, htmx=False)
    assert response.status_code == 429
    assert number not in response.content.decode()
    assert (_events().count(), _events("field.reveal_refused").count()) == (2, 3)
    assert _ask(sign_in(cast.caseworker), cast.child).status_code == 200  # a colleague still can
    time_machine_at.shift(3601)
    assert _ask(sign_in(cast.clerk), cast.child).status_code == 200


@pytest.fixture
def time_machine_at():
    import time_machine

    with time_machine.travel("2026-11-23 09:00+08:00", tick=False) as traveller:
        yield traveller


def test_if_it_cannot_be_recorded_it_is_not_shown(cast, sign_in, monkeypatch, number):
    monkeypatch.setattr(revealing.audit, "record", lambda *args, **options: 1 / 0)
    client = sign_in(cast.clerk)
    client.raise_request_exception = False
    response = _ask(client, cast.child)
    assert response.status_code == 500
    assert number not in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_event_is_committed_before_the_value_is_opened(cast, monkeypatch):
    opened = []

    def look(row, field):
        opened.append((connection.in_atomic_block, _events().count()))
        return "x"

    monkeypatch.setattr(revealing.privacy, "in_words", look)
    from django.utils import timezone

    with access.scope(cast.clerk) as acting:
        asked = {"row": cast.child, "field": "id_number", "by": cast.clerk, "posting": acting.posting, "reason": "x"}
        assert revealing.reveal(**asked, now=timezone.now()) == "x"
        assert opened == [(False, 1)]
        with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
            revealing.reveal(**asked, now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_ten_windows_are_counted_like_one(cast, settings):
    """Only where several connections can be open at once; an in-memory database has one."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("an in-memory database serves one connection")
    from django.utils import timezone

    settings.REVEALS_PER_HOUR = 3
    outcomes = []

    def window() -> None:
        try:
            with access.scope(cast.clerk) as acting:
                revealing.reveal(
                    row=cast.child,
                    field="id_number",
                    by=cast.clerk,
                    posting=acting.posting,
                    reason="x",
                    now=timezone.now(),
                )
            outcomes.append("shown")
        except revealing.TooManyRevealsError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=window) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 7 + ["shown"] * 3


def test_the_address_holds_nothing_about_anybody():
    assert reverse("privacy:reveal") == ADDRESS


def test_asking_costs_the_same_for_every_field(cast, sign_in, django_assert_num_queries):
    client = sign_in(cast.clerk)
    with django_assert_num_queries(11):
        _ask(client, cast.child)
    with django_assert_num_queries(11):
        _ask(client, cast.mother, "phone")
