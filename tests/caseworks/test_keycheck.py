"""Without the keys of this database the registry stays closed, and says why in a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from caseworks import checks, keycheck, keyring
from caseworks.models import KeyCheck


@pytest.fixture
def keys(tmp_path, settings, db):
    """A key file of this test's own, in use."""
    KeyCheck.objects.all().delete()
    settings.KEY_FILE = str(tmp_path / "keys")
    path = Path(settings.KEY_FILE)
    keyring.create(path)
    keycheck.confirm()
    return path


def _said() -> str:
    errors = checks.the_keys_are_those_of_this_database(None)
    assert all(error.id == "keys.E001" for error in errors)
    return " ".join(error.msg for error in errors)


@pytest.mark.django_db
def test_a_new_database_remembers_its_keys():
    assert sorted(KeyCheck.objects.values_list("purpose", "identifier")) == [("audit", 1), ("data", 1), ("index", 1)]
    assert _said() == ""


def test_the_right_keys_are_let_in_and_confirmed_once(keys):
    keycheck.confirm()
    assert KeyCheck.objects.count() == 3
    assert _said() == ""


def test_other_keys_under_the_same_numbers_are_refused(keys):
    keys.unlink()
    keyring.create(keys)
    with pytest.raises(ImproperlyConfigured, match="'audit 1' in the key file is not the one of this database"):
        keycheck.confirm()
    assert "not the one of this database" in _said()


@pytest.mark.parametrize("purpose", keyring.PURPOSES)
def test_one_wrong_key_among_right_ones_is_named(keys, purpose, tmp_path):
    keyring.create(tmp_path / "others")
    others = {line.split()[0]: line for line in (tmp_path / "others").read_text().splitlines()}
    lines = [others[purpose] if line.startswith(purpose) else line for line in keys.read_text().splitlines()]
    keys.write_text("\n".join(lines))
    assert f"'{purpose} 1'" in _said()


def test_a_file_readable_by_others_and_a_missing_one_are_refused(keys):
    keys.chmod(0o644)
    assert "other people" in _said()
    keys.unlink()
    assert "cannot be read" in _said()


def test_a_key_that_values_still_need_must_stay(keys):
    keyring.add_data_key(keys)
    keycheck.confirm()
    keys.write_text("\n".join(line for line in keys.read_text().splitlines() if not line.startswith("data 1 ")))
    assert "lacks the key 'data 1'" in _said()


def test_index_and_audit_keys_cannot_be_replaced(keys):
    fresh = keys.with_name("fresh")
    keyring.create(fresh)
    [line] = [line for line in fresh.read_text().splitlines() if line.startswith("index")]
    keys.write_text(keys.read_text() + line.replace("index 1", "index 2") + "\n")
    assert "Only data keys can be replaced" in _said()


# --- as it is started ---


def _start(code: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "caseworks.settings", **environment},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_server_and_commands_do_not_start_with_keys_that_do_not_fit(tmp_path):
    url = f"sqlite:///{tmp_path}/office.sqlite3"
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    keyring.create(right)
    keyring.create(wrong)
    run = "from django.core.management import execute_from_command_line as run; import sys; run(['manage.py', *{}])"
    server = "import caseworks.wsgi"
    made = _start(run.format(["migrate", "--verbosity", "0"]), DATABASE_URL=url, KEY_FILE=str(right))
    assert made.returncode == 0, made.stderr
    assert _start(server, DATABASE_URL=url, KEY_FILE=str(right)).returncode == 0
    for code, keys, words in (
        (server, wrong, "not the one of this database"),
        (run.format(["seal_audit"]), wrong, "not the one of this database"),
        (server, tmp_path / "none", "cannot be read"),
    ):
        refused = _start(code, DATABASE_URL=url, KEY_FILE=str(keys))
        assert refused.returncode != 0
        assert words in refused.stderr


def test_the_file_is_made_although_the_checks_ask_for_it_and_never_replaced(tmp_path):
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path}/office.sqlite3", "KEY_FILE": str(tmp_path / "keys")}
    run = "from django.core.management import execute_from_command_line as run; run(['manage.py', 'new_keys', *{}])"
    made = _start(run.format([]), **environment)
    assert (made.returncode, (tmp_path / "keys").stat().st_mode & 0o777) == (0, 0o600), made.stderr
    before = (tmp_path / "keys").read_text()
    assert _start(run.format(["--if-missing"]), **environment).returncode == 0
    again = _start(run.format([]), **environment)
    assert again.returncode != 0
    assert "exists" in again.stderr
    assert (tmp_path / "keys").read_text() == before


@pytest.mark.parametrize("command", ["check", "migrate", "makemigrations"])
def test_a_command_without_settings_says_in_a_sentence_what_is_missing(command):
    environment = {key: value for key, value in os.environ.items() if key not in {"SECRET_KEY", "CASEWORKS_DEMO"}}
    refused = subprocess.run(
        [sys.executable, "manage.py", command], env={**environment, "SECRET_KEY": ""},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert refused.returncode == 1
    assert refused.stderr.startswith("manage.py: SECRET_KEY is not set.")
    assert "Traceback" not in refused.stderr
