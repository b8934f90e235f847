"""Real processes, killed (SIGKILL) at random moments: never half a roster to be seen, always taken up again, one event."""

import os
import random
import signal
import time
from datetime import timedelta

import pytest
from django.db import connection, connections

from caseworks import access
from caseworks.exchange import actions, jobs, merging, plan, removing, undoing
from caseworks.exchange.models import ImportBatch, RosterPiece, StagedRow
from caseworks.models import AuditEvent
from children.models import Arrival, Child, Reach
from tests import factories
from tests.exchange.books import TODAY, roll_of
from tests.exchange.test_undo import contents

ROWS = 120
SECONDS = 120


@pytest.fixture(autouse=True)
def in_small_steps(monkeypatch):
    for module in (merging, removing, undoing, plan):
        monkeypatch.setattr(module, "CHUNK", 20)
    monkeypatch.setattr(jobs, "LEASE", timedelta(seconds=0.1))
    monkeypatch.setattr(jobs, "MOST_TRIES", 10_000)
    monkeypatch.setattr(jobs, "SECONDS_BETWEEN_STEPS", 0.002)


def _in_a_process_of_its_own(batch: ImportBatch) -> int:
    """Work on the batch in a child process; gives its number."""
    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        jobs.work_off(ImportBatch.objects.get(pk=batch.pk))
    finally:
        os._exit(0)


def _visible() -> int:
    with access.everyone("test"):
        return Child.objects.count()


def _sound() -> bool:
    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        return cursor.fetchone() == ("ok",)


def killed_until_done(batch: ImportBatch, state: str, dice: random.Random, look) -> int:
    """Kill whoever works on the batch, again and again, until it has come to a state; gives how many were killed."""
    killed, began = 0, time.monotonic()
    while time.monotonic() < began + SECONDS:
        process = _in_a_process_of_its_own(batch)
        time.sleep(dice.uniform(0.02, 0.2) * (1 + killed / 2))
        os.kill(process, signal.SIGKILL)
        killed += os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL
        look()
        batch.refresh_from_db()
        if batch.state == state and batch.tidy:
            return killed
        time.sleep(0.1)  # its lease runs out
    raise AssertionError(f"after {SECONDS} seconds and {killed} kills it is still {batch.state}")


@pytest.mark.django_db(transaction=True)
def test_whoever_is_killed_leaves_nothing_half_done(tmp_path, cast, monkeypatch):
    """Reading, importing and taking back, each killed several times."""
    seed = time.time_ns()
    print(f"seed {seed}")  # noqa: T201  (shown when it fails, to have the same moments again)
    dice = random.Random(seed)  # noqa: S311
    monkeypatch.setattr(jobs, "start", lambda: None)
    school = factories.organization("shimen-school", "school", parent=cast.town, name="石门镇中心小学")
    for name in ("石门村", "双凤村", "青溪村", "桂花村"):
        factories.organization(f"v-{name}", "village", parent=cast.town, name=name)
    factories.posting(cast.clerk, school, "school_staff")
    posting = cast.clerk.postings.get(organization=school)
    file = roll_of(tmp_path, ROWS)
    with access.scope(cast.clerk, posting=posting, today=TODAY):
        batch = actions.receive(
            by=cast.clerk, organization=school, roster_on=TODAY, path=file, file_name=file.name, wait=False
        )
    before, children = contents(), _visible()

    kills = killed_until_done(batch, "previewed", dice, lambda: None)
    assert (batch.counts["new"], StagedRow.objects.count(), RosterPiece.objects.count()) == (ROWS, ROWS, 0)
    assert contents() == before

    with access.scope(cast.clerk, posting=posting, today=TODAY):
        actions.confirm(batch=batch, by=cast.clerk, wait=False)
    seen = set()

    def none_or_all() -> None:
        seen.add(_visible() - children)
        assert seen <= {0, ROWS}
        assert _sound()

    kills += killed_until_done(batch, "imported", dice, none_or_all)
    assert _visible() == children + ROWS
    assert AuditEvent.objects.filter(action="import.confirmed").count() == 1
    assert (Arrival.objects.count(), Reach.objects.filter(until_on=access.NOT_YET).count()) == (0, 0)
    with access.everyone("test"):
        whole = Child.objects.filter(enrolments__school=school, residences__isnull=False, declarations__isnull=False)
        assert whole.filter(kinships__relation="51").filter(kinships__relation="52").distinct().count() == ROWS

    with access.scope(cast.clerk, posting=posting, today=TODAY):
        actions.undo(batch=batch, by=cast.clerk, wait=False)
    kills += killed_until_done(batch, "undone", dice, none_or_all)
    assert contents() == before
    assert AuditEvent.objects.filter(action="import.undone").count() == 1
    assert kills >= 3, "nothing was killed: the test shows nothing"
