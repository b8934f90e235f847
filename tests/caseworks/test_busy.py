"""When the database is busy or away people are told so, and what they typed is on the page that tells them."""

from __future__ import annotations

import sqlite3
from unittest import mock

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.urls import reverse
from lxml import html

from caseworks import busy
from caseworks.models import ChangedError

NOTE = "奶奶说孩子\n最近不爱说话"


def _fault(kind: type[Exception], words: str, *, sqlite: bool, code: str = "") -> Exception:
    error = kind(words)
    error.__cause__ = sqlite3.OperationalError(words) if sqlite else RuntimeError(words)
    if code:
        error.__cause__.pgcode = code  # type: ignore[attr-defined]
    return error


FAULTS = {
    "locked": _fault(OperationalError, "database is locked", sqlite=True),
    "full": _fault(OperationalError, "database or disk is full", sqlite=True),
    "restarting": _fault(OperationalError, "the database system is shutting down", sqlite=False),
    "gone": _fault(InterfaceError, "connection already closed", sqlite=False),
}


@pytest.fixture
def client(cast):
    browser = Client(raise_request_exception=False)
    browser.force_login(cast.caseworker)
    return browser


def _broken(error: Exception):
    return mock.patch("visits.actions.log_contact", side_effect=error)


@pytest.fixture
def sent():
    return {
        "note": NOTE, "kind": "home", "met": ["child", "teacher"], "reached": "yes", "concern": "none",
        "held_on": "2026-11-02", "submission_key": "0190a0a0-0000-7000-8000-000000000001", "csrfmiddlewaretoken": "their-own",
        "old_password": "secret",
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("fault", FAULTS)
def test_everything_typed_is_on_the_page_and_sent_again_with_one_press(fault, cast, client, sent):
    address = reverse("visits:log", args=[cast.child.code])
    with _broken(FAULTS[fault]):
        answer = client.post(address, sent)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    body = answer.content.decode()
    assert "系统正忙，已保留您填写的内容" in body
    assert "secret" not in body
    [form] = html.document_fromstring(body).forms
    assert (form.method, form.get("action")) == ("POST", address)
    kept: dict = {}
    for name, value in form.form_values():
        kept.setdefault(name, []).append(value.removeprefix("\n"))
    wanted = {name: value if isinstance(value, list) else [value] for name, value in sent.items()}
    del wanted["old_password"]
    assert kept == wanted
    assert client.post(address, kept).status_code == 302


@pytest.mark.django_db
def test_a_page_that_is_only_read_is_asked_for_again(cast, client):
    address = cast.child.get_absolute_url()
    with mock.patch("children.views.archive.page", side_effect=FAULTS["locked"]):
        answer = client.get(address, {"x": "1"})
    assert answer.status_code == 503
    assert f'href="{address}?x=1"' in answer.content.decode()


@pytest.mark.django_db
def test_also_where_the_person_cannot_even_be_recognised(cast, client):
    with mock.patch("caseworks.middleware.sessions.is_over", side_effect=FAULTS["gone"]):
        answer = client.post(reverse("visits:log", args=[cast.child.code]), {"note": NOTE})
    assert answer.status_code == 503
    assert "最近不爱说话" in answer.content.decode()
    assert answer["Cache-Control"].startswith("max-age=0")


@pytest.mark.django_db
def test_scripts_get_it_as_json(cast, client):
    with _broken(FAULTS["locked"]):
        answer = client.post(reverse("visits:log", args=[cast.child.code]), {}, headers={"Accept": "application/json"})
        assert answer.status_code == 200  # nothing to log: the form is shown again
    with mock.patch("caseworks.middleware.sessions.is_over", side_effect=FAULTS["gone"]):
        answer = client.post(reverse("visits:home"), headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()) == (503, {"error": "busy"})


@pytest.mark.django_db
@pytest.mark.parametrize(
    "mistake", [_fault(OperationalError, "no such column: x", sqlite=True), KeyError("x")], ids=["column", "key"]
)
def test_a_mistake_of_ours_is_not_called_busy(mistake, cast, client, sent):
    with _broken(mistake):
        assert client.post(reverse("visits:log", args=[cast.child.code]), sent).status_code == 500


@pytest.mark.django_db
@pytest.mark.parametrize("times", [1, 3])
def test_what_the_database_gave_up_for_another_is_tried_again(times, cast, client, sent):
    """A deadlock, or a record that somebody changed at the same moment."""
    deadlock = _fault(OperationalError, "deadlock detected", sqlite=False, code="40P01")
    faults = iter([deadlock, ChangedError(cast.child), deadlock][:times])
    from visits import actions

    log = actions.log_contact

    def now_and_then(**facts):
        if (fault := next(faults, None)) is not None:
            raise fault
        return log(**facts)

    with mock.patch("visits.actions.log_contact", now_and_then):
        assert client.post(reverse("visits:log", args=[cast.child.code]), sent).status_code == 302


@pytest.mark.django_db
def test_who_never_gets_a_turn_keeps_what_was_typed(cast, client, sent):
    with _broken(ChangedError(cast.child)) as log, mock.patch("caseworks.busy.time.sleep"):
        answer = client.post(reverse("visits:log", args=[cast.child.code]), sent)
    assert log.call_count == busy.ATTEMPTS + 1
    assert answer.status_code == 503
    assert "最近不爱说话" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_lock_that_lasts_too_long(cast, client, sent):
    """With a real second writer: SQLite gives up after its time, PostgreSQL after `lock_timeout`."""
    address = reverse("visits:log", args=[cast.child.code])
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL locks rows: a new contact waits for nobody")
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    other.execute("BEGIN IMMEDIATE")
    try:
        answer = client.post(address, sent)
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert answer.status_code == 503
    [form] = html.document_fromstring(answer.content.decode()).forms
    kept = {name: value.removeprefix("\n") for name, value in form.form_values()}
    assert client.post(address, kept).status_code == 302
