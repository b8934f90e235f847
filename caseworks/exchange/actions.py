"""Bringing a roster in: read it, show what would happen, correct the columns, decide doubtful rows, confirm or discard;
and taking it back.

What takes longer than a request is done by jobs.py: with `wait`, an action does it itself before it returns; without, it
leaves it to a process in the background, and the batch says how far it has come.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from caseworks import access, audit
from caseworks.exchange import columns, jobs, plan, reader, staging, troubles
from caseworks.exchange.jobs import Lease
from caseworks.exchange.models import ColumnChoice, ImportBatch, State
from caseworks.models import Organization, User


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, by which a file sent twice is recognised."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _asked(by: User) -> dict[str, Any]:
    """On whose behalf work is done in the background: the person, the posting and the address of this moment."""
    acting = access.acting()
    posting = acting.posting if acting and acting.user == by else None
    return {"asked_by": by, "asked_in": posting, "asked_from": acting.address if acting else None}


# --- Coming in ----------------------------------------------------------------------------------------------------------


def receive(
    *, by: User, organization: Organization, roster_on: date, path: Path, file_name: str, wait: bool = True
) -> ImportBatch:
    """Read a roster and plan every row; nothing about any child is written.

    The same file for the same office and day, still waiting, is not taken a second time: its batch is planned anew
    and given back. Raises reader.RosterError if the file as a whole is refused (without `wait`: only for its size); then
    nothing is kept of it.
    """
    reader.check_size(path.stat().st_size)
    with transaction.atomic():
        batch, lease = _batch_for(by, organization, roster_on, digest_of(path), file_name)
        if lease is not None and not wait:
            staging.keep_file(batch, path)
            lease.release()
    if lease is None:
        if batch.state == State.PREVIEWED:
            _check_again(batch, by, wait=wait)
        return batch
    if not wait:
        jobs.start()
        return batch
    try:
        with jobs.many_objects(), jobs.beating(lease):
            staging.read(lease, path)
    except BaseException:
        batch.delete()
        raise
    lease.release()
    return batch


def _batch_for(
    by: User, organization: Organization, roster_on: date, digest: str, file_name: str
) -> tuple[ImportBatch, Lease | None]:
    """The batch of this file: a new one with the right to work on it, or the one that was there before: two presses at
    once make one."""
    Organization.objects.select_for_update().get(pk=organization.pk)
    same = ImportBatch.objects.filter(by=by, organization=organization, roster_on=roster_on, sha256=digest)
    waiting = same.filter(state__in=[State.UPLOADED, State.CHECKING, State.PREVIEWED, State.IMPORTING]).first()
    if waiting is not None:
        # one whose reading broke off is read now, from this file
        lost = waiting.state == State.UPLOADED and not waiting.pieces.exists()
        return waiting, jobs.claim(waiting) if lost else None
    batch = ImportBatch.objects.create(
        by=by, organization=organization, roster_on=roster_on, sha256=digest, file_name=file_name[-200:],
        **_asked(by), **jobs.new_lease(),
    )  # fmt: skip
    return batch, Lease(batch, batch.lease)  # type: ignore[arg-type]


def _check_again(batch: ImportBatch, by: User, *, wait: bool, **fields: Any) -> None:
    """Plan every row of a waiting batch again. Raises ValidationError if it waits no more."""
    _ask(batch, State.CHECKING, by, **fields)
    _go(batch, wait=wait)


def _ask(batch: ImportBatch, state: str, by: User, *, of: tuple[str, ...] = (State.PREVIEWED,), **fields: Any) -> None:
    """Ask for the work of a state, if the batch is still in one from which it may begin. Raises ValidationError."""
    asked = {"state": state, "done": 0, "tries": 0, "trouble": {}, **_asked(by), **fields}
    if not ImportBatch.objects.filter(pk=batch.pk, state__in=of).update(**asked):
        batch.refresh_from_db()
        raise ValidationError(troubles.not_now(batch))
    for name, value in asked.items():
        setattr(batch, name, value)


def _go(batch: ImportBatch, *, wait: bool) -> None:
    if wait:
        jobs.work_off(batch)
    else:
        jobs.start()


def missing_columns(batch: ImportBatch) -> list[tuple[str, list[str]]]:
    """Sheets that lack a column without which no child can be told from another, with the words of those columns."""
    found = []
    for sheet in batch.layout.get("sheets", ()):
        if lacking := columns.missing(batch.mapping.get(heading, "") for heading in sheet["headings"]):
            found.append((sheet["name"], lacking))
    return found


# --- Corrections --------------------------------------------------------------------------------------------------------


def _require_waiting(batch: ImportBatch) -> None:
    if not batch.is_waiting:
        raise ValidationError(troubles.not_now(batch))


def choose_columns(*, batch: ImportBatch, by: User, chosen: dict[str, str], wait: bool = True) -> None:
    """Say which heading is which field; kept for the office's next roster. Raises ValidationError for a field chosen
    twice in a sheet."""
    _require_waiting(batch)
    mapping = {**batch.mapping, **{heading: key for heading, key in chosen.items() if heading in batch.mapping}}
    for sheet in batch.layout["sheets"]:
        used = Counter(mapping[heading] for heading in sheet["headings"] if mapping.get(heading))
        if twice := [str(columns.FIELDS[key].label) for key, times in used.items() if times > 1]:
            raise ValidationError(
                _("Two columns of sheet %(sheet)s are the same field: %(fields)s. Choose one of them."),
                params={"sheet": sheet["name"], "fields": "、".join(twice)},
            )
    corrected = [heading for heading, key in mapping.items() if batch.mapping[heading] != key]
    if not corrected:
        return
    with transaction.atomic():
        for heading in corrected:
            ColumnChoice.objects.update_or_create(
                organization=batch.organization, heading=heading[:80], defaults={"field": mapping[heading]}
            )
        audit.record(
            "import.columns_chosen",
            batch,
            by=by,
            changes={heading: [batch.mapping[heading], mapping[heading]] for heading in corrected},
        )
        _ask(batch, State.CHECKING, by, mapping=mapping)
    _go(batch, wait=wait)


def decide(*, batch: ImportBatch, by: User, decisions: dict[int, str], wait: bool = True) -> None:
    """Say of possible duplicates (by position) whether they are the same child, another child, or not known ("")."""
    _require_waiting(batch)
    rows = list(batch.rows.filter(position__in=decisions))
    for row in rows:
        if decisions[row.position] in {"", plan.SAME, plan.OTHER}:
            row.decision = decisions[row.position]
    with transaction.atomic():
        staging.store(rows)
        audit.record("import.decided", batch, by=by, changes={"rows": ["", len(rows)]})
        _ask(batch, State.CHECKING, by)
    _go(batch, wait=wait)


# --- The end ------------------------------------------------------------------------------------------------------------


def confirm(*, batch: ImportBatch, by: User, wait: bool = True) -> ImportBatch:
    """Write the rows that go in. Pressing twice imports once.

    Raises ValidationError if what was shown is no longer what would happen; the batch then shows what would happen now.
    (Without `wait`, the batch itself says so when the work has come to it.)
    """
    batch.refresh_from_db()
    if batch.state in {State.IMPORTING, State.IMPORTED}:
        return batch
    _ask(batch, State.IMPORTING, by, written={})
    _go(batch, wait=wait)
    if batch.trouble:
        raise ValidationError(troubles.words(batch))
    return batch


def undo(*, batch: ImportBatch, by: User, wait: bool = True) -> ImportBatch:
    """Take an imported batch back: the archives it made go, the changed ones get their old values.

    All of it or nothing: raises ValidationError if somebody has changed or built on a row since (without `wait`, the batch
    says so); `troubles.rows` names the rows.
    """
    batch.refresh_from_db()
    if batch.state in {State.UNDOING, State.UNDONE} or (batch.state == State.REMOVING and batch.then == State.UNDONE):
        return batch
    if not batch.tidy:
        raise ValidationError(troubles.not_now(batch))
    _ask(batch, State.UNDOING, by, of=(State.IMPORTED,))
    _go(batch, wait=wait)
    if batch.trouble:
        raise ValidationError(troubles.words(batch))
    return batch


def discard(*, batch: ImportBatch, by: User, wait: bool = True) -> None:
    """Throw a roster away that is not imported yet, with every row of it; one that is just being imported is stopped."""
    waiting = (State.UPLOADED, State.CHECKING, State.PREVIEWED)
    with transaction.atomic():
        batch.refresh_from_db()
        if batch.state == State.IMPORTING:
            stopped = {"then": State.DISCARDED, "lease": None, "lease_until": None}
            _ask(batch, State.REMOVING, by, of=(State.IMPORTING,), **stopped)
        else:
            _ask(batch, State.DISCARDED, by, of=waiting)
            batch.forget()
        audit.record("import.discarded", batch, by=by, changes={"file": [batch.file_name, batch.sha256]})
    if batch.is_at_work:
        _go(batch, wait=wait)
