"""Seals over the audit trail: a chain in which a changed, removed or slipped-in event breaks its seal.

Sealing runs beside the work, once a minute, not inside it: a chain kept by every change would let only one person write
at a time. Events younger than the last seal are protected by the triggers alone, and a trail cut off together with its
last seals is noticed only against a head kept elsewhere; so heads are kept (caseworks/trail_heads.py).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from caseworks import keyring, trail_heads
from caseworks.models import AuditArchive, AuditEvent, AuditSeal

SECONDS_BETWEEN_SEALS = 60
_log = logging.getLogger(__name__)
_FIELDS = ("id", "at", "by_id", "posting", "path", "action", "kind", "object_id", "reason", "changes", "address")


def _horizon() -> int:
    """How far the trail is settled: no event can still appear below this position."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1")
        else:  # one writer at a time: what can be seen is all there is
            cursor.execute("SELECT COALESCE(MAX(id), 0) FROM caseworks_auditevent")
        return cursor.fetchone()[0]


def keys_between(after: int, upto: int) -> list[int]:
    """Keys of the events above one position, up to another."""
    position = "xid" if connection.vendor == "postgresql" else "id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM caseworks_auditevent WHERE {position} > %s AND {position} <= %s",  # noqa: S608
            [after, upto],
        )
        return [row[0] for row in cursor.fetchall()]


def lines_between(after: int, upto: int) -> list[bytes]:
    """Events above one position, up to another, as they are sealed: in the one order that does not depend on the
    database."""
    keys, lines = keys_between(after, upto), []
    for start in range(0, len(keys), 500):
        lines += [_canonical(event) for event in AuditEvent.objects.in_bulk(keys[start : start + 500]).values()]
    return sorted(lines)


def _canonical(event: AuditEvent) -> bytes:
    values = [getattr(event, name) for name in _FIELDS]
    return json.dumps([_plain(value) for value in values], ensure_ascii=False, sort_keys=True).encode()


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if value is None or isinstance(value, dict | int) else str(value)


def digest_of(lines: list[bytes], previous: bytes, number: int, position: int) -> bytes:
    """The digest of a seal over events as `lines_between` gives them."""
    sha = hashlib.sha256(previous + f"{number}:{position}:{len(lines)}".encode())
    for line in lines:
        sha.update(hashlib.sha256(line).digest())
    return sha.digest()


class BrokenError(Exception):
    """A seal does not hold; its number is the only argument."""


def mac_of_archive(part: AuditArchive) -> bytes:
    """What proves that this registry moved that part of the trail into that file."""
    words = (part.first, part.number, part.position, part.events, bytes(part.digest).hex(), part.file_name, part.sha256)
    return mac(f"archive:{':'.join(map(str, words))}".encode())


def mac(digest: bytes) -> bytes:
    """What proves that this registry, with its audit key, made something with that digest."""
    return hmac.new(keyring.current().newest("audit")[1], digest, hashlib.sha256).digest()


def seal_pending() -> AuditSeal | None:
    """Seal what has been settled since the last seal; None if there is nothing, or if another process was faster."""
    last = AuditSeal.objects.order_by("-number").first()
    number, after, previous = (last.number + 1, last.position, bytes(last.digest)) if last else (1, -1, b"")
    position = _horizon()
    if position <= after:
        return None
    lines = lines_between(after, position)
    if not lines:
        return None
    digest = digest_of(lines, previous, number, position)
    try:
        with transaction.atomic():
            return AuditSeal.objects.create(
                number=number, position=position, events=len(lines), digest=digest, mac=mac(digest)
            )
    except IntegrityError:
        return None


@dataclass(frozen=True)
class Verdict:
    """The outcome of a check: how many seals and events were read, and the first seal that does not hold, if any."""

    seals: int
    events: int
    broken: int | None
    why: str


def verify(head: str = "") -> Verdict:
    """Compute every seal anew. `head` is the digest (hex) of the last seal as it was kept elsewhere, if it was."""
    previous, after, events, expected = b"", -1, 0, 1
    heads = set()
    # what was moved into files is checked there (caseworks/trail_archive.py); the chain goes on where they end
    for part in AuditArchive.objects.order_by("number"):
        if part.first != expected or not hmac.compare_digest(mac_of_archive(part), bytes(part.mac)):
            return Verdict(expected - 1, events, expected, "the note of its move into a file is missing or was changed")
        previous, after, expected = bytes(part.digest), part.position, part.number + 1
        heads.add(previous.hex())
    archived = expected - 1
    for seal in AuditSeal.objects.order_by("number").iterator():
        if seal.number != expected:
            return Verdict(expected - 1, events, expected, "the seal is missing")
        lines = lines_between(after, seal.position)
        digest, count = digest_of(lines, previous, seal.number, seal.position), len(lines)
        if count != seal.events:
            return Verdict(expected, events, seal.number, f"it covers {seal.events} events, {count} are there")
        if digest != bytes(seal.digest):
            return Verdict(expected, events, seal.number, "an event, or the seal itself, was changed")
        if not hmac.compare_digest(mac(digest), bytes(seal.mac)):
            return Verdict(expected, events, seal.number, "it was not made with this registry's audit key")
        previous, after, events, expected = digest, seal.position, events + count, expected + 1
        heads.add(digest.hex())
    if head and head not in heads:
        return Verdict(expected - 1, events, expected, "the head that was kept elsewhere is not in this chain")
    return Verdict(expected - 1 - archived, events, None, "")


def _every_minute(stop: threading.Event) -> None:
    while not stop.wait(SECONDS_BETWEEN_SEALS):
        try:
            seal_pending()
            if settings.AUDIT_HEADS_FILE:
                trail_heads.keep_daily(Path(settings.AUDIT_HEADS_FILE))
        except Exception:  # a thread that ended would seal nothing any more, and nobody would notice
            _log.exception("The audit trail could not be sealed; the next minute tries again.")
        finally:
            connection.close()  # a restart of the database meanwhile costs nothing


def start() -> threading.Event:
    """Seal in the background of this web process until the returned event is set; processes do not disturb each other."""
    stop = threading.Event()
    threading.Thread(target=_every_minute, args=(stop,), name="audit-sealer", daemon=True).start()
    return stop
