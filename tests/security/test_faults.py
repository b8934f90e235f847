"""What happens when a part is missing: it is refused, in words, nothing is half done, and the next request works again."""

from __future__ import annotations

import logging

import pytest
from django.core.cache.backends.base import BaseCache
from django.db import OperationalError, close_old_connections, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from caseworks import access, audit
from caseworks.signin import otp
from tests.security.changes import changes, filled, tables
from visits.models import Contact

LOG = "visits:log"


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL, logger="django.request")


def signed_in(person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


def says_so(response) -> bool:
    """True for an error page in Chinese that holds nothing about anybody."""
    text = response.content.decode()
    return response.status_code >= 500 and "<h1>" in text and "Traceback" not in text and "请" in text


@pytest.fixture
def visit(cast):
    """Sends a filled-in visit: the person's browser, and the fields of the form."""
    client = signed_in(cast.clerk)
    with access.scope(cast.clerk):
        fields = filled(client.get(reverse(LOG, args=[cast.child.code])))
    return client, reverse(LOG, args=[cast.child.code]), fields


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_is_said_and_changes_nothing(cast, visit):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite can be told to have no more room")
    client, address, fields = visit
    kept = Contact._meta.db_table
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            answers = []
            while len(answers) < 60 and (not answers or answers[-1].status_code < 500):
                answers.append(client.post(address, {**fields, "note": "长" * 1_900}))
            written = cursor.execute(f"SELECT count(*) FROM {kept}").fetchone()[0]  # noqa: S608
            assert says_so(answers[-1])
            assert written == len([answer for answer in answers if answer.status_code == 302])
            assert client.get(reverse("children:list")).status_code == 200
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert client.post(address, fields).status_code == 302


@pytest.mark.django_db
def test_keys_that_vanish_stop_the_work_and_write_nothing_plain(visit, settings, tmp_path):
    client, address, fields = visit
    before = tables()
    kept, settings.KEY_FILE = settings.KEY_FILE, str(tmp_path / "gone")
    answers = [client.post(address, fields), client.get(reverse("children:list"))]
    settings.KEY_FILE = kept
    assert all(says_so(answer) for answer in answers)
    assert list(changes(before, tables())) == []
    assert client.post(address, fields).status_code == 302


@pytest.mark.django_db
def test_without_a_second_factor_nobody_who_needs_one_gets_further(cast, settings, monkeypatch):
    settings.DEMO = False
    cast.officer.second_factor_since = timezone.now()
    cast.officer.save()
    client = signed_in(cast.officer)

    def broken(*_args, **_options):
        raise OperationalError("the table is gone")

    monkeypatch.setattr(otp, "check", broken)
    client.post(reverse("caseworks:second_factor_check"), {"code": "123456"})
    for name in ("children:list", "reports:annual", "admin:index"):
        answer = client.get(reverse(name))
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("caseworks:second_factor_check"))


class Broken(BaseCache):
    """A cache whose server is away."""

    def __init__(self, *_args, **_options) -> None:
        super().__init__({})

    def _away(self, *_args, **_options):
        raise ConnectionError

    get = set = add = delete = touch = clear = _away


@pytest.mark.django_db
def test_without_the_cache_everything_goes_on(visit, settings):
    settings.CACHES = {"default": {"BACKEND": "tests.security.test_faults.Broken"}}
    client, address, fields = visit
    assert client.post(address, fields).status_code == 302
    assert client.get(reverse("children:list")).status_code == 200


def _cut_off() -> None:
    """End this connection from another one, as a restart of the server does."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    finally:
        other.close()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_was_away_costs_no_later_request(visit):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is a file, and never away")
    client, address, fields = visit
    _cut_off()
    close_old_connections()  # what the server does before each request
    assert client.get(reverse("children:list")).status_code == 200
    assert client.post(address, fields).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_in_the_middle_leaves_nothing_half_done(visit, monkeypatch):
    client, address, fields = visit
    before, record = tables(), audit.record

    def cut(*args, **options):
        if connection.vendor == "postgresql":
            _cut_off()
            return record(*args, **options)
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(audit, "record", cut)
    assert says_so(client.post(address, fields))
    monkeypatch.undo()
    close_old_connections()
    assert list(changes(before, tables())) == []
    assert client.post(address, fields).status_code == 302
