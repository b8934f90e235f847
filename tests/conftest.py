"""What every test may use: the cast, and the scope that a test must enter on purpose.

No test runs with a scope by accident: a factory enters EVERYONE for the moment it writes, and a test that reads
records about children says on whose behalf, with `as_user(...)` or `as_everyone`.
"""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from unittest import mock

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from caseworks import access, audit_triggers, keyring
from tests import factories


def pytest_configure(config: pytest.Config) -> None:
    if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
        # a file, as in real life: an in-memory database is one connection, so two people never meet in it
        directory = tempfile.TemporaryDirectory(prefix="caseworks-test-")
        config.add_cleanup(directory.cleanup)
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"{directory.name}/test.sqlite3"
    keys = Path(settings.KEY_FILE)
    if not keys.exists():
        keyring.create(keys)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def _the_audit_trail_may_be_emptied_between_tests():
    """Tests with real transactions end by emptying every table, which the triggers rightly refuse."""
    empty = TransactionTestCase._fixture_teardown

    def without_triggers(self) -> None:
        audit_triggers.drop(connection)
        empty(self)
        audit_triggers.create(connection)

    with mock.patch.object(TransactionTestCase, "_fixture_teardown", without_triggers):
        yield


@pytest.fixture
def today() -> date:
    """The day of the tests: a Monday in term."""
    return date(2026, 11, 23)


@pytest.fixture
def cast(db) -> factories.Cast:
    """The same people in every test: see factories.Cast."""
    return factories.make_cast()


@pytest.fixture
def as_everyone(db):
    """Every child in scope, for a test about rules rather than about who sees what."""
    with access.everyone("test"):
        yield


@pytest.fixture
def sign_in(client):
    """Sign a person in: `sign_in(cast.clerk).get(...)`."""

    def signed_in(user):
        client.force_login(user)
        return client

    return signed_in
