"""Work on a batch that takes longer than a request: who does it, and how it is taken up again.

What is to be done stands in the batch itself, in its state. A process that works on it holds a lease and renews it in the
transaction of every step; a process that was killed lets its lease run out, and any other goes on from the last step.
No service is needed: the web server begins `manage.py work_off_imports` (caseworks/beside.py), and looks every few seconds
whether something was left lying.
"""

from __future__ import annotations

import gc
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import F, Q
from django.utils import timezone

from caseworks import access, beside
from caseworks.access import Permission
from caseworks.exchange.models import ImportBatch, State

LEASE = timedelta(seconds=60)
BEATS_PER_LEASE = 4
SECONDS_BETWEEN_LOOKS = 10
SECONDS_BETWEEN_STEPS = 0.03  # others who want to write come in here
MOST_TRIES = 20


class LostError(Exception):
    """The batch was taken out of this process's hands: thrown away, or taken up by another process."""


class Lease:
    """The right to work on a batch, until it runs out."""

    def __init__(self, batch: ImportBatch, token: uuid.UUID) -> None:
        self.batch, self.token = batch, token

    def renew(self, **fields: Any) -> None:
        """Say that the work goes on, and how far it is; in the transaction of the step. Raises LostError."""
        mine = ImportBatch.objects.filter(pk=self.batch.pk, lease=self.token, state=self.batch.state)
        if not mine.update(lease_until=timezone.now() + LEASE, **fields):
            raise LostError
        for name, value in fields.items():
            setattr(self.batch, name, value)

    def pass_to(self, state: str, **fields: Any) -> None:
        """The next state: what belongs to the last one begins anew."""
        self.renew(state=state, done=0, tries=0, **fields)

    def release(self) -> None:
        """Let the batch go."""
        ImportBatch.objects.filter(pk=self.batch.pk, lease=self.token).update(lease=None, lease_until=None)


def pause() -> None:
    """Let others write between two steps, and let go of rows of the last one that refer to each other (`many_objects`); only
    the newest are looked at."""
    gc.collect(0)
    time.sleep(SECONDS_BETWEEN_STEPS)


@contextmanager
def many_objects() -> Iterator[None]:
    """While hundreds of thousands of rows are made, none of them is garbage; looking for garbage among them again and
    again takes a third of the time. What is garbage after all goes between two steps (`pause`)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def new_lease() -> dict[str, Any]:
    """Fields of a batch that is worked on from the moment it is made."""
    return {"lease": uuid.uuid4(), "lease_until": timezone.now() + LEASE}


def left_lying() -> Any:
    """Batches with work left that nobody is at."""
    free = Q(lease=None) | Q(lease_until__lt=timezone.now())
    return ImportBatch.objects.with_work_left().filter(free, tries__lt=MOST_TRIES)


def claim(batch: ImportBatch) -> Lease | None:
    """The right to work on the batch; None if somebody else has it, or if nothing is left to do."""
    token = uuid.uuid4()
    taken = left_lying().filter(pk=batch.pk)
    if not taken.update(lease=token, lease_until=timezone.now() + LEASE, tries=F("tries") + 1):
        return None
    batch.refresh_from_db()
    return Lease(batch, token)


def _on_behalf_of(batch: ImportBatch) -> Any:
    """The scope of the person who asked for the work, in the posting in which they asked; None if they may not any more.

    Clearing away needs no right: it leaves nothing that was not there before.
    """
    if access.acting() is not None:
        return nullcontext()
    user, posting = batch.asked_by, batch.asked_in
    if user is None or posting is None:
        return None
    if batch.state != State.REMOVING and batch.tidy:
        held = user.is_active and posting in user.postings_on(timezone.localdate())
        if not held or not posting.allows(Permission.IMPORT_ROSTERS):
            return None
    return access.scope(user, posting=posting, address=batch.asked_from)


def _give_up(lease: Lease, why: str) -> None:
    """Leave the batch in a state from which a person can go on."""
    trouble = {"key": why}
    if lease.batch.state == State.IMPORTING:
        lease.pass_to(State.REMOVING, then=State.PREVIEWED, trouble=trouble)
    elif lease.batch.state == State.UNDOING:
        lease.pass_to(State.IMPORTED, trouble=trouble)
    elif lease.batch.state in {State.UPLOADED, State.CHECKING}:
        lease.pass_to(State.REFUSED, trouble=trouble)


def _step(batch: ImportBatch) -> Callable[[Lease], None] | None:
    from caseworks.exchange import merging, removing, staging, undoing

    steps: dict[str, Callable[[Lease], None]] = {
        State.UPLOADED: staging.read_kept,
        State.CHECKING: staging.check,
        State.IMPORTING: merging.bring_in,
        State.UNDOING: undoing.take_back,
        State.REMOVING: removing.clear_away,
    }
    return steps.get(batch.state) or (None if batch.tidy else merging.tidy)


def _beat(lease: Lease, stop: threading.Event) -> None:
    while not stop.wait(LEASE.total_seconds() / BEATS_PER_LEASE):
        with suppress(DatabaseError):  # busy: the next beat comes before the lease has run out
            mine = ImportBatch.objects.filter(pk=lease.batch.pk, lease=lease.token)
            mine.update(lease_until=timezone.now() + LEASE)
    connection.close()


@contextmanager
def beating(lease: Lease) -> Iterator[None]:
    """Keep a lease for as long as this process lives, however slow a step is: on a machine that is overloaded, processes
    would otherwise take the work out of each other's hands and none would finish it."""
    stop = threading.Event()
    threading.Thread(target=_beat, args=(lease, stop), name="imports-heart", daemon=True).start()
    try:
        yield
    finally:
        stop.set()


@many_objects()
def work_off(batch: ImportBatch) -> None:
    """Do all that is left to do with a batch, here and now; nothing if somebody else is at it."""
    lease = claim(batch)
    if lease is not None:
        with beating(lease):
            _work(lease)


def _work(lease: Lease) -> None:
    batch = lease.batch
    try:
        while step := _step(batch):
            acting = _on_behalf_of(batch)
            if acting is None or batch.tries >= MOST_TRIES:
                _give_up(lease, "no_right" if acting is None else "failed")
                continue
            with acting:
                step(lease)
    except LostError:
        batch.refresh_from_db()
    finally:
        lease.release()


def start() -> None:
    """Begin a process that does what is left lying."""
    beside.begin("work_off_imports")


def _look(stop: threading.Event) -> None:
    while not stop.wait(SECONDS_BETWEEN_LOOKS + random.random()):  # noqa: S311  (so that two processes seldom look at once)
        try:
            if left_lying().exists():
                start()
        except DatabaseError:  # the next look tries again
            connection.close()


def watch() -> threading.Event:
    """Look every few seconds whether work was left lying, until the returned event is set."""
    stop = threading.Event()
    threading.Thread(target=_look, args=(stop,), name="imports-watch", daemon=True).start()
    return stop
