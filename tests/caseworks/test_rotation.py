"""The data key is replaced while people work, and what is sealed cannot be read in the database's own files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from caseworks import access, keyring, rotation
from caseworks.models import AuditEvent, KeyCheck
from children.models import Child
from guardians.models import Relative
from tests import factories


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """The address of a database of its own, of the kind the suite runs on, and how many may write to it at once."""
    url = os.environ["DATABASE_URL"]
    if url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path_factory.mktemp('at-work')}/at-work.sqlite3", 1
        return
    import psycopg2

    name = f"at_work_{uuid.uuid4().hex}"
    server = psycopg2.connect(url.replace("postgres://", "postgresql://"))
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield f"{url.rpartition('/')[0]}/{name}", 8
    with server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    server.close()


@pytest.fixture(scope="module")
def outcome(database, tmp_path_factory):
    """What happened in a registry at work (at_work.py)."""
    url, writers = database
    keys = tmp_path_factory.mktemp("keys") / "keys"
    keyring.create(keys)
    done = subprocess.run(
        [sys.executable, "-m", "tests.caseworks.at_work", url, str(writers)],
        env={**os.environ, "DATABASE_URL": url, "KEY_FILE": str(keys), "DJANGO_SETTINGS_MODULE": "caseworks.settings"},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_nobody_at_work_notices(outcome):
    assert outcome["errors"] == []
    assert outcome["wrong"] == []
    assert outcome["writes"] > 20
    assert outcome["lookups"] > 20


def test_every_value_has_the_new_key(outcome):
    assert set(outcome["keys"]) == {"2"}
    assert outcome["keys"]["2"] > 4000
    assert f"key 2: {outcome['keys']['2']} values" in outcome["output"]
    assert "key 1: 0 values" in outcome["output"]


def test_the_files_of_the_database_hold_nothing_that_is_sealed(outcome):
    assert outcome["before"]["readable"] == []
    assert outcome["readable"] == []


def test_the_search_would_have_found_it(outcome):
    assert outcome["before"]["control"] == ["对照值不加密", "张7", "王9"]


# --- the command itself ---


@pytest.fixture
def own_keys(tmp_path, settings, db):
    """A key file of this test's own, known to the database."""
    KeyCheck.objects.all().delete()
    settings.KEY_FILE = str(tmp_path / "keys")
    keyring.create(Path(settings.KEY_FILE))
    return Path(settings.KEY_FILE)


def _rotate(*options: str) -> str:
    output = StringIO()
    call_command("rotate_keys", *options, stdout=output)
    return output.getvalue()


def test_it_can_be_broken_off_and_started_again(own_keys, monkeypatch):
    factories.relative(*[factories.child(notes=f"第{n}") for n in range(7)], phone="139 0000 1111")
    monkeypatch.setattr(rotation, "CHUNK", 2)
    chunks = iter([None, None])

    def killed(_seconds: float) -> None:
        if next(chunks, "killed") == "killed":
            raise KeyboardInterrupt

    monkeypatch.setattr(rotation.time, "sleep", killed)
    with pytest.raises(KeyboardInterrupt):
        _rotate("--new-key")
    with access.everyone("test"):
        between = rotation.values_by_key()
        assert set(between) == {1, 2}
        assert {child.notes for child in Child.objects.all()} == {f"第{n}" for n in range(7)}
    monkeypatch.setattr(rotation.time, "sleep", lambda seconds: None)
    output = _rotate()
    with access.everyone("test"):
        assert rotation.values_by_key() == {2: between.total()}
        assert Relative.objects.with_phone("13900001111").get().phone == "13900001111"
    assert "children.Child: 1 rows sealed again" in output
    assert f"key 2: {between.total()} values" in output


def test_it_changes_nothing_else_and_leaves_an_event(own_keys):
    child = factories.child(notes="甲")
    with access.everyone("test"):
        before = Child.objects.filter(pk=child.pk).values().get()
        _rotate("--new-key")
        after = Child.objects.filter(pk=child.pk).values().get()
    assert {name for name in before if before[name] != after[name]} == {"id_number", "notes"}
    event = AuditEvent.objects.filter(action="keys.rotated").get()
    assert set(event.changes) == {"key 2"}


def test_without_a_new_key_there_is_nothing_to_do(own_keys):
    factories.child(notes="甲")
    assert "children.Child: 0 rows sealed again" in _rotate()


def test_a_row_read_before_and_saved_after_does_not_bring_the_old_key_back(own_keys):
    child = factories.child(notes="甲")
    with access.everyone("test"):
        read_before = Child.objects.get(pk=child.pk)
        _rotate("--new-key")
        read_before.name = "张三"
        read_before.save()
        assert set(rotation.values_by_key()) == {2}
        assert Child.objects.get(pk=child.pk).notes == "甲"


def test_a_value_that_keeps_being_written_is_reported(own_keys, monkeypatch):
    factories.child(notes="甲")
    monkeypatch.setattr(rotation, "seal_again", lambda model, names: 0)
    with pytest.raises(CommandError, match="2 values"):
        _rotate("--new-key")


def test_the_old_key_may_leave_the_file_only_when_nothing_needs_it(own_keys):
    factories.child(notes="甲")
    _rotate("--new-key")
    lines = [line for line in own_keys.read_text().splitlines() if not line.startswith("data 1 ")]
    own_keys.write_text("\n".join(lines))
    assert "children.Child: 0 rows" in _rotate()
    with access.everyone("test"):
        assert Child.objects.get().notes == "甲"


def test_every_sealed_field_is_one_of_a_model_with_the_right_queryset():
    found = {model._meta.label: names for model, names in rotation.sealed_models()}
    assert found["children.Child"] == ["id_number", "registered_at", "notes"]
    assert found["visits.Mentor"] == ["phone"]
    assert all(hasattr(model.objects.none(), "bulk_update") for model, _names in rotation.sealed_models())
    assert connection.vendor in {"sqlite", "postgresql"}
