"""docs/security.md names modules and tests that exist; docs/access.md says what the code does."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import call_command

from caseworks import access_table
from caseworks.environment import ROOT

SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
_NAMED = re.compile(r"`((?:caseworks|children|guardians|visits|tests|templates|static|bench)/[\w./-]+?)(?:::(\w+))?`")


def missing(text: str) -> list[str]:
    """The modules and tests a text names that do not exist."""
    found = []
    for path, test in _NAMED.findall(text):
        file = ROOT / path
        if not file.exists() or (test and f"def {test}(" not in file.read_text(encoding="utf-8")):
            found.append(f"{path}::{test}" if test else path)
    return found


def test_every_named_module_and_test_exists():
    assert len(_NAMED.findall(SECURITY)) > 100
    assert missing(SECURITY) == []


def test_a_name_that_is_gone_is_noticed():
    assert missing("`caseworks/nothing.py` `tests/test_canary.py::test_nothing` `caseworks/audit.py`") == [
        "caseworks/nothing.py", "tests/test_canary.py::test_nothing",
    ]  # fmt: skip


def test_every_item_is_answered():
    rows = re.findall(r"^\| (\d+) \| [^|]+ \| [^|]+ \| [^|]+ \| ([^|]+) \|$", SECURITY, re.MULTILINE)
    assert [int(number) for number, _answer in rows] == list(range(1, 66))
    assert all(len(answer) > 10 for _number, answer in rows)


def test_the_table_of_access_is_current():
    committed = (ROOT / "docs" / "access.md").read_text(encoding="utf-8")
    assert committed == access_table.as_markdown(), "Run `manage.py access_table --output docs/access.md`."


@pytest.mark.parametrize(("kind", "begins"), [("md", "# Who may open what"), ("html", "<!DOCTYPE html>")])
def test_the_command_writes_the_table(kind, begins):
    out = StringIO()
    call_command("access_table", format=kind, stdout=out)
    assert out.getvalue().startswith(begins)
    assert "children:detail" in out.getvalue()
