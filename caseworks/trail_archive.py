"""The audit trail after three years: moved, seal by seal, into signed files outside the database.

A file is gzip-compressed JSON lines: one `{"seal": …}` for each seal, followed by its events exactly as they were
sealed, and at the end `{"end": …}` with the SHA-256 of everything before it and an HMAC of that by the audit key. Whoever
has the key can verify a file without the database (`manage.py verify_audit_archive FILE`); the seals that stay in the
database go on from the digest of the last one that left (`AuditArchive`).

The file is complete and on the disk before anything is removed; a run that is broken off between the two writes the
same file again.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.db import transaction

from caseworks import audit, sealing
from caseworks.models import AuditArchive, AuditEvent, AuditSeal, ListedChildren

MOST_EVENTS = 20_000  # in one file, and so in one transaction, unless a single seal has more


@dataclass(frozen=True)
class Part:
    """Seals whose events have all been kept long enough, ready to leave together."""

    seals: list[AuditSeal]
    after: int  # the position at which the part before ended
    previous: bytes  # the digest of the last seal before

    @property
    def last(self) -> AuditSeal:
        return self.seals[-1]

    @property
    def events(self) -> int:
        return sum(seal.events for seal in self.seals)

    @property
    def file_name(self) -> str:
        return f"audit-{self.seals[0].number:07d}-{self.last.number:07d}.jsonl.gz"


def due_part(before: datetime) -> Part | None:
    """The oldest seals that were made before a moment, as many as go into one file; None if there are none.

    The newest seal of all always stays: the next one is chained to it. A seal is made after its events, so what it
    covers is older still.
    """
    newest = AuditSeal.objects.order_by("-number").first()
    if newest is None:
        return None
    last = AuditArchive.objects.order_by("-number").first()
    rows = AuditSeal.objects.filter(sealed_at__lt=before, number__lt=newest.number).order_by("number")
    seals: list[AuditSeal] = []
    for seal in rows.iterator(chunk_size=500):
        if seals and sum(each.events for each in seals) + seal.events > MOST_EVENTS:
            break
        seals.append(seal)
    if not seals:
        return None
    return Part(seals, last.position if last else -1, bytes(last.digest) if last else b"")


def waiting(before: datetime) -> tuple[int, int]:
    """How many seals, and events under them, would leave if everything were moved that was sealed before a moment."""
    newest = AuditSeal.objects.order_by("-number").values_list("number", flat=True).first() or 0
    counts = list(AuditSeal.objects.filter(sealed_at__lt=before, number__lt=newest).values_list("events", flat=True))
    return len(counts), sum(counts)


class _Signed:
    """Writes lines and remembers the digest of all of them."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.sha = file, hashlib.sha256()

    def line(self, text: bytes) -> None:
        self.sha.update(text + b"\n")
        self.file.write(text + b"\n")

    def end(self) -> None:
        digest = self.sha.digest()
        mac = sealing.mac(b"file:" + digest).hex()
        self.file.write(json.dumps({"end": {"sha256": digest.hex(), "mac": mac}}).encode() + b"\n")


def write(part: Part, directory: Path) -> Path:
    """Write the part's file, complete and on the disk. Raises sealing.BrokenError if a seal does not hold: what was
    tampered with must be looked into, and not filed away."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / part.file_name
    unfinished = path.with_suffix(".part")
    after, previous = part.after, part.previous
    with unfinished.open("wb") as raw:
        # no time stamp inside: the same part always gives the same bytes
        with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed:
            signed = _Signed(packed)  # type: ignore[arg-type]
            for seal in part.seals:
                lines = sealing.lines_between(after, seal.position)
                if sealing.digest_of(lines, previous, seal.number, seal.position) != bytes(seal.digest):
                    raise sealing.BrokenError(seal.number)
                signed.line(json.dumps({"seal": _facts(seal)}).encode())
                for line in lines:
                    signed.line(line)
                after, previous = seal.position, bytes(seal.digest)
            signed.end()
        raw.flush()
        os.fsync(raw.fileno())
    unfinished.chmod(0o400)
    unfinished.replace(path)
    return path


def _facts(seal: AuditSeal) -> dict[str, Any]:
    return {
        "number": seal.number,
        "position": seal.position,
        "events": seal.events,
        "digest": bytes(seal.digest).hex(),
        "mac": bytes(seal.mac).hex(),
        "sealed_at": seal.sealed_at.isoformat(),
    }


def move(part: Part, directory: Path) -> AuditArchive:
    """Write the part's file, then remove what it holds; the note of it, and its event, are written in the same moment."""
    path = write(part, directory)
    row = AuditArchive(
        number=part.last.number,
        first=part.seals[0].number,
        position=part.last.position,
        events=part.events,
        digest=bytes(part.last.digest),
        file_name=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )
    row.mac = sealing.mac_of_archive(row)
    with transaction.atomic():
        row.save(force_insert=True)
        keys = sealing.keys_between(part.after, part.last.position)
        for start in range(0, len(keys), 500):
            AuditEvent.objects.filter(pk__in=keys[start : start + 500]).delete()
        AuditSeal.objects.filter(number__lte=part.last.number).delete()
        # of a file that left when it was last to be fetched, the event may still be there: a day longer, and another
        ListedChildren.objects.filter(at__lt=part.last.sealed_at - timedelta(days=2)).delete()
        audit.record("trail.archived", changes={"file": row.file_name, "events": row.events, "sha256": row.sha256})
    return row


class BrokenArchiveError(Exception):
    """A file is not as this registry wrote it; the message says what is wrong."""


def verify(path: Path, previous: bytes = b"") -> tuple[int, int, bytes]:
    """Compute every seal of a file anew, beginning after the digest of the last seal before it (empty for the first
    file): how many seals and events hold, and the last digest. Raises BrokenArchiveError."""
    try:
        with gzip.open(path) as file:
            lines = file.read().splitlines()
        end = json.loads(lines.pop())["end"]
        whole = hashlib.sha256(b"".join(line + b"\n" for line in lines)).digest()
        if whole.hex() != end["sha256"]:
            raise BrokenArchiveError("what it holds was changed")
        if not hmac.compare_digest(sealing.mac(b"file:" + whole).hex(), end["mac"]):
            raise BrokenArchiveError("it was not signed with this registry's audit key")
        seals = events = 0
        while lines:
            seal = json.loads(lines.pop(0))["seal"]
            found, lines = lines[: seal["events"]], lines[seal["events"] :]
            digest = sealing.digest_of(found, previous, seal["number"], seal["position"])
            if digest.hex() != seal["digest"]:
                raise BrokenArchiveError(f"seal {seal['number']} does not hold")
            if not hmac.compare_digest(sealing.mac(digest).hex(), seal["mac"]):
                raise BrokenArchiveError(f"seal {seal['number']} was not made with this registry's audit key")
            previous, seals, events = digest, seals + 1, events + len(found)
    except (OSError, EOFError, ValueError, KeyError, IndexError, TypeError) as error:
        raise BrokenArchiveError("it is not an archive of the audit trail, or not a whole one") from error
    return seals, events, previous
