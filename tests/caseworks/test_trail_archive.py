"""The oldest part of the audit trail leaves as a signed file, and the chain goes on without it."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from caseworks import audit, sealing, trail_archive
from caseworks.models import AuditArchive, AuditEvent, AuditSeal
from tests.caseworks.test_audit_trail import _behind_the_back, _settled

pytestmark = pytest.mark.django_db(transaction=True)


def _seal() -> AuditSeal:
    """The next seal; on PostgreSQL it waits for every older transaction of the server, also those of other tests."""
    for _attempt in range(400):
        if _settled():
            break
        threading.Event().wait(0.05)
    seal = sealing.seal_pending()
    assert seal is not None
    return seal


def _seal_from(days: int, *, events: int = 2) -> AuditSeal:
    """A seal over events, all made so many days ago: by a clock that was set back while they were written."""
    past = timezone.now() - timedelta(days=days)
    for number in range(events):
        audit.record("child.viewed", reason=f"{days} 天前 {number}")
    _behind_the_back("UPDATE caseworks_auditevent SET at = %s WHERE reason LIKE %s", past, f"{days} %")
    seal = _seal()
    _behind_the_back("UPDATE caseworks_auditseal SET sealed_at = %s WHERE number = %s", past, seal.number)
    return seal


def _reasons() -> set[str]:
    return {
        reason.partition(" ")[0] for reason in AuditEvent.objects.exclude(reason="").values_list("reason", flat=True)
    }


def _verdict() -> str:
    out = StringIO()
    call_command("verify_audit", stdout=out)
    return out.getvalue()


@pytest.fixture
def old_trail():
    """Two seals that are due, one half a year old, one of today."""
    return [_seal_from(days) for days in (1200, 1097, 181, 0)]


def _apply(tmp_path):
    out = StringIO()
    call_command("apply_retention", "--archive", str(tmp_path), stdout=out)
    return out.getvalue()


def test_three_years_are_archived_and_half_a_year_stays(old_trail, tmp_path):
    assert "4 events archived in audit-0000001-0000002.jsonl.gz" in _apply(tmp_path)
    assert not _reasons() & {"1200", "1097"}
    assert _reasons() >= {"181", "0"}
    assert list(AuditSeal.objects.values_list("number", flat=True)) == [3, 4]


def test_the_chain_and_the_file_still_verify(old_trail, tmp_path):
    head = bytes(old_trail[1].digest).hex()
    _apply(tmp_path)
    assert _verdict().startswith("2 seals over 4 events hold")
    call_command("verify_audit", head=head, stdout=StringIO())  # the head kept elsewhere before is known after
    out = StringIO()
    call_command("verify_audit_archive", *tmp_path.glob("*.gz"), stdout=out)
    assert "2 seals over 4 events hold" in out.getvalue()
    assert f"head {head}" in out.getvalue()


def test_sealing_goes_on_and_the_next_part_is_chained_to_the_first(old_trail, tmp_path):
    _apply(tmp_path)
    audit.record("file.left")
    assert _seal().number == 5
    for seal in (3, 4):
        _behind_the_back(
            "UPDATE caseworks_auditseal SET sealed_at = %s WHERE number = %s",
            timezone.now() - timedelta(days=1100),
            seal,
        )
    _behind_the_back("UPDATE caseworks_auditevent SET reason = reason")
    part = trail_archive.due_part(timezone.now() - timedelta(days=1096))
    assert [seal.number for seal in part.seals] == [3, 4]
    path = trail_archive.write(part, tmp_path)
    first = tmp_path / "audit-0000001-0000002.jsonl.gz"
    _seals, _events, head = trail_archive.verify(first)
    assert trail_archive.verify(path, head)[0] == 2
    with pytest.raises(trail_archive.BrokenArchiveError):
        trail_archive.verify(path)


def test_the_newest_seal_stays_however_old(tmp_path):
    _seal_from(1300)
    _apply(tmp_path)
    assert AuditSeal.objects.count() == 1
    assert list(tmp_path.iterdir()) == []


def test_its_own_removal_is_an_event(old_trail, tmp_path):
    _apply(tmp_path)
    event = AuditEvent.objects.get(action="trail.archived")
    row = AuditArchive.objects.get()
    assert (event.changes["events"], event.changes["sha256"]) == (4, row.sha256)


def test_a_broken_seal_is_not_filed_away(old_trail, tmp_path):
    _behind_the_back("UPDATE caseworks_auditevent SET posting = 'x' WHERE reason LIKE %s", "1200 %")
    with pytest.raises(CommandError, match="seal 1 does not hold"):
        _apply(tmp_path)
    assert AuditSeal.objects.count() == 4


def test_a_run_broken_off_after_the_file_is_taken_up_again(old_trail, tmp_path):
    part = trail_archive.due_part(timezone.now() - timedelta(days=1096))
    path = trail_archive.write(part, tmp_path)
    bytes_before = path.read_bytes()
    _apply(tmp_path)
    assert path.read_bytes() == bytes_before
    assert _verdict().startswith("2 seals")


@pytest.mark.parametrize("field", ["digest", "position", "events"])
def test_a_forged_note_of_a_move_is_found(field, old_trail, tmp_path):
    """Who holds the database could else remove the past and say it was archived."""
    _apply(tmp_path)
    value = {"digest": b"x" * 32, "position": 99, "events": 1}[field]
    AuditArchive.objects.update(**{field: value})
    with pytest.raises(CommandError, match="was changed"):
        _verdict()


def test_a_lost_note_of_a_move_is_found(old_trail, tmp_path):
    _apply(tmp_path)
    AuditArchive.objects.all().delete()
    with pytest.raises(CommandError, match="seal 1"):
        _verdict()


def _changed(lines):
    return [lines[0], lines[1].replace(b"1200", b"1201"), *lines[2:]]


def _signed_again(lines):
    """By somebody who has no key."""
    body = _changed(lines)[:-1]
    sha = hashlib.sha256(b"".join(line + b"\n" for line in body)).hexdigest()
    return [*body, json.dumps({"end": {"sha256": sha, "mac": "0" * 64}}).encode()]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_changed, "changed"),
        (_signed_again, "not signed"),
        (lambda lines: lines[:-1], "whole"),
        (lambda lines: [], "whole"),
    ],
)
def test_a_file_that_was_changed_does_not_verify(change, why, old_trail, tmp_path):
    _apply(tmp_path)
    [path] = tmp_path.iterdir()
    lines = gzip.decompress(path.read_bytes()).splitlines()
    other = tmp_path / "other.gz"
    other.write_bytes(gzip.compress(b"\n".join(change(lines))))
    with pytest.raises(CommandError, match=why):
        call_command("verify_audit_archive", str(other))


def test_what_is_no_archive_at_all_is_refused(tmp_path):
    (tmp_path / "a.gz").write_bytes(b"no")
    with pytest.raises(CommandError, match="not an archive"):
        call_command("verify_audit_archive", str(tmp_path / "a.gz"))
