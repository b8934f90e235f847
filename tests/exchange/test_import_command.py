"""import_children: the same steps, on behalf of a person."""

import openpyxl
import pytest
import time_machine
from django.core.management import CommandError, call_command

from caseworks import access
from caseworks.exchange.models import ImportBatch
from children.models import Child
from tests.exchange.books import book, child_row


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-11-23 10:00:00+08:00", tick=False):
        yield


def _run(capsys, *arguments):
    """The last line of the output, and the exit status."""
    try:
        call_command("import_children", *map(str, arguments))
        status = 0
    except SystemExit as leaving:
        status = leaving.code
    return capsys.readouterr().out.strip().splitlines()[-1], status


def _count():
    with access.everyone("test"):
        return Child.objects.filter(name="周小满").count()


def test_a_roster_comes_in_and_again_changes_nothing(tmp_path, cast, capsys):
    file = book(tmp_path, [child_row()])
    to = ("--organization", cast.school.code, "--by", cast.clerk.username)
    assert _run(capsys, file, *to) == ("created=1 updated=0 unchanged=0 refused=0", 0)
    assert _run(capsys, file, *to) == ("created=0 updated=0 unchanged=1 refused=0", 0)
    assert _count() == 1


def test_a_refused_row_is_reported_returned_and_counted(tmp_path, cast, capsys):
    file, errors = book(tmp_path, [child_row(), child_row(姓名=None)]), tmp_path / "errors.xlsx"
    answer = _run(capsys, file, "--organization", cast.school.code, "--by", cast.clerk.username, "--errors", errors)
    assert answer == ("created=1 updated=0 unchanged=0 refused=1", 1)
    [_headings, row] = openpyxl.load_workbook(errors).active.iter_rows(values_only=True)
    assert "A" in row[-2]


def test_a_dry_run_says_the_same_and_changes_nothing(tmp_path, cast, capsys):
    file = book(tmp_path, [child_row()])
    answer = _run(capsys, file, "--organization", cast.school.code, "--by", cast.clerk.username, "--dry-run")
    assert answer == ("created=1 updated=0 unchanged=0 refused=0", 0)
    assert _count() == 0
    assert ImportBatch.objects.get().state == "discarded"


@pytest.mark.parametrize(
    ("organization", "by"),
    [
        ("shi-school", "sheng"), ("shi-school", "tong"), ("shi-school", "cun"), ("shi-school", "ling"), ("shi", "xue"),
        ("nowhere", "xue"), ("shi-school", "nobody"),
    ],
)  # fmt: skip
def test_who_may_not_is_refused(organization, by, tmp_path, cast):
    with pytest.raises(CommandError):
        call_command("import_children", str(book(tmp_path, [child_row()])), "--organization", organization, "--by", by)
    assert not ImportBatch.objects.exists()


def test_a_file_that_cannot_be_read_is_an_error(tmp_path, cast):
    bad = tmp_path / "a.xlsx"
    bad.write_bytes(b"%PDF")
    with pytest.raises(CommandError):
        call_command("import_children", str(bad), "--organization", "shi-school", "--by", "xue")
    with pytest.raises(CommandError):
        call_command("import_children", str(tmp_path / "none.xlsx"), "--organization", "shi-school", "--by", "xue")
