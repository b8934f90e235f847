"""Writing a confirmed batch: the new archives first, some at a time and hidden from everyone; then, in one short
transaction, everything becomes visible at once together with the changes to archives that were there before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db import DatabaseError, IntegrityError, OperationalError, transaction
from django.utils import timezone

from caseworks import access, audit, listed
from caseworks.exchange import plan, staging, work
from caseworks.exchange.atonce import Changes
from caseworks.exchange.jobs import Lease, pause
from caseworks.exchange.models import ImportBatch, RosterFrame, State
from caseworks.exchange.work import Work
from caseworks.exchange.writer import MovedError, Writer, open_batch

CHUNK = 250
WENT_IN = (plan.NEW, plan.CHANGED, plan.UNCHANGED)


class NoTraceError(Exception):
    """The audit trail takes no event, so nothing may be changed."""


def bring_in(lease: Lease) -> None:
    """Write the batch, from where it was left. If the registry has moved on, everything is cleared away again, and the
    batch waits with a new plan."""
    batch = lease.batch
    if not batch.done and not staging.unchanged_since(batch.seen) and staging.plan_again(lease):
        lease.pass_to(State.PREVIEWED, trouble={"key": "moved"})
        return
    try:
        _write_hidden(lease)
        _merge(lease)
    except NoTraceError:
        batch.refresh_from_db()
        lease.pass_to(State.REMOVING, then=State.PREVIEWED, trouble={"key": "no_trace"})
    except (MovedError, IntegrityError):
        batch.refresh_from_db()
        lease.pass_to(State.REMOVING, then=State.CHECKING, trouble={"key": "moved"})


def _works(rows: Any, *, late: bool) -> Iterator[Work]:
    for row in rows:
        yield from (each for each in work.of_text(row.work) if each.late == late)


def _write_hidden(lease: Lease) -> None:
    batch = lease.batch
    new = batch.rows.filter(verdict=plan.NEW).for_work()
    for piece in staging.in_pieces(new.filter(position__gte=batch.done), CHUNK):
        writer = Writer(_works(piece, late=False), batch=batch.pk)
        written = Counter(batch.written) + writer.counts
        with transaction.atomic(), access.arriving():
            lease.renew(done=piece[-1].position + 1, tries=0, written=dict(written))
            writer.write()
        if len(piece) == CHUNK:
            pause()


def _merge(lease: Lease) -> None:
    batch = lease.batch
    changes = Changes.of(_works(batch.rows.filter(late=True).for_work().iterator(), late=True))
    changes.make_ready()
    written = Counter(batch.written) + changes.counts
    touched = _touched(batch)
    lease.renew()
    with transaction.atomic():
        open_batch(batch.pk)
        changes.write()
        lease.pass_to(
            State.IMPORTED, confirmed_at=timezone.now(), written=dict(written), tidy=False, trouble={}, seen={}
        )
        leave_trace("import.confirmed", batch, {**_manifest(batch), **listed.keep(batch.pk, touched)})


def leave_trace(action: str, batch: ImportBatch, changes: dict[str, Any]) -> None:
    """Write the one event of an import, or of taking one back. Raises NoTraceError if the audit trail refuses it."""
    try:
        audit.record(action, batch, by=batch.asked_by, changes=changes)
    except OperationalError:  # busy or away: the work is taken up again
        raise
    except DatabaseError as error:
        raise NoTraceError from error


def _manifest(batch: ImportBatch) -> dict[str, Any]:
    return {
        "organization": batch.organization.code,
        "file": [batch.file_name, batch.sha256],
        "roster_on": batch.roster_on.isoformat(),
        "counts": batch.counts,
        "written": batch.written,
    }


def _touched(batch: ImportBatch) -> listed.Listed:
    """The children whose archives the import makes or changes, for "who looked": its rows go sooner than the trail."""
    touched = listed.Listed()
    touched.add(batch.rows.filter(verdict__in=(plan.NEW, plan.CHANGED)).values_list("child", flat=True).iterator())
    return touched


def tidy(lease: Lease) -> None:
    """Empty what was read of the rows that went in: the archive has it now. If none stayed out, the frame goes too."""
    batch = lease.batch
    while batch.done < batch.rows_planned:
        upto = batch.done + plan.CHUNK
        with transaction.atomic():
            rows = batch.rows.filter(position__gte=batch.done, position__lt=upto)
            rows.filter(verdict__in=WENT_IN).update(cells=[])
            lease.renew(done=upto)
        if upto < batch.rows_planned:
            pause()
    with transaction.atomic():
        if not batch.staying_out:
            RosterFrame.objects.filter(batch=batch).delete()
        lease.pass_to(batch.state, tidy=True)
