"""What scope, encryption and audit cost: the list of a county, an archive and an import, with each of them and without.

Without means that its functions do nothing in this process: the rest is the real page and the real import. Every
figure is processor time of this process, because a busy machine disturbs it least; the ratios belong to one run, in
which with and without take turns. On PostgreSQL the server's own work is not in it: there the wall is printed beside.

The target is 1.3 times at most for each. The sealer is measured in events a second.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import django

CHILDREN, ROWS, EVENTS, RUNS, TARGET = 20_000, 5_000, 50_000, 15, 1.3
PARTS = ("scope", "encryption", "audit")
_SESSION = "caseworks_session"  # stays sealed in every case: whoever asks must stay signed in


# --- Without ----------------------------------------------------------------------------------------------------------


def _without_scope(stack: ExitStack) -> None:
    from django.core.exceptions import FullResultSet

    from caseworks import scoped

    def everything(*_args: Any, **_options: Any) -> Any:
        raise FullResultSet

    stack.enter_context(mock.patch.object(scoped.InScope, "as_sql", everything))
    stack.enter_context(mock.patch.object(scoped, "require_reach", return_value=None))


def _without_encryption(stack: ExitStack) -> None:
    """Texts are stored as they are; what was sealed before reads as a number that has the length of one."""
    from caseworks import encryption

    seal, unseal = encryption.seal, encryption.unseal

    def closed(text: str, place: str) -> bytes:
        return seal(text, place) if place.startswith(_SESSION) else text.encode()

    def opened(sealed: bytes, place: str) -> str:
        if place.startswith(_SESSION):
            return unseal(sealed, place)
        try:
            return sealed.decode()
        except UnicodeDecodeError:
            return "500116201501011234"

    def plain(value: str, _purpose: str) -> bytes | None:
        return value.encode()[-16:] if value else None

    stack.enter_context(mock.patch.object(encryption, "seal", closed))
    stack.enter_context(mock.patch.object(encryption, "unseal", opened))
    stack.enter_context(mock.patch.object(encryption, "blind", plain))


def _without_audit(stack: ExitStack) -> None:
    from caseworks import audit

    stack.enter_context(mock.patch.object(audit, "record", return_value=None))


@contextmanager
def without(part: str) -> Iterator[None]:
    """Inside, that part does nothing; no part: everything is as it is."""
    with ExitStack() as stack:
        if part:
            {"scope": _without_scope, "encryption": _without_encryption, "audit": _without_audit}[part](stack)
        yield


# --- Pages ------------------------------------------------------------------------------------------------------------


def _by_turns(work: Callable[[], Any], parts: tuple[str, ...], runs: int) -> dict[str, tuple[float, float]]:
    """Median milliseconds (processor, wall) of the work with everything (the empty name) and without each part."""
    taken: dict[str, list[tuple[float, float]]] = {part: [] for part in ("", *parts)}
    work()
    for _run in range(runs):
        for part, times in taken.items():
            with without(part):
                used, begun = time.process_time(), time.perf_counter()
                work()
                times.append(((time.process_time() - used) * 1000, (time.perf_counter() - begun) * 1000))
    return {
        part: (statistics.median(each[0] for each in times), statistics.median(each[1] for each in times))
        for part, times in taken.items()
    }


def _report(what: str, taken: dict[str, tuple[float, float]], unit: str = "ms") -> int:
    """Print a line for each part; how many miss the target."""
    whole, missed = taken[""], 0
    print(f"  {what}: {whole[0]:.1f} {unit} of processor, {whole[1]:.1f} {unit} of wall")
    for part, (processor, wall) in taken.items():
        if part:
            missed += whole[0] / processor > TARGET
            print(
                f"    without {part:12}{processor:9.1f}{wall:9.1f}   with it {whole[0] / processor:5.2f} x processor, "
                f"{whole[1] / wall:5.2f} x wall",
                flush=True,
            )
    return missed


def pages(children: int, runs: int) -> int:
    """The list and an archive, for the administrator over all of the data: every row is asked for its scope."""
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse

    from caseworks import access
    from caseworks.models import Organization, Posting, User
    from children.models import Child

    call_command("migrate", verbosity=0)
    call_command("load_scale", children=children, stdout=open(os.devnull, "w"))  # noqa: SIM115
    user = User.objects.create_user("bench", name="测试")
    Posting.objects.create(
        user=user, organization=Organization.objects.get(code="scale"), role="administrator", from_on=date(2020, 1, 1)
    )
    client, address = Client(), reverse("children:list")
    client.force_login(user)
    with access.scope(user):
        child = Child.objects.order_by("pk").first()
    missed = 0
    for what, path in (
        ("list of everybody", address),
        ("list, a name", f"{address}?q=zhang"),
        ("an archive", child.get_absolute_url()),
    ):

        def ask(path: str = path) -> None:
            assert client.get(path).status_code == 200

        missed += _report(what, _by_turns(ask, PARTS, runs))
    return missed


# --- Import -----------------------------------------------------------------------------------------------------------


def imports(rows: int) -> int:
    """A school roll from upload to confirmation, each time in a process and a database of its own."""
    from bench.roster_import import make_roster

    taken = {}
    with tempfile.TemporaryDirectory() as folder:
        roll = Path(folder) / "roll.xlsx"
        make_roster(roll, rows)
        for part in ("", *PARTS):
            done = subprocess.run(
                [sys.executable, "-m", "bench.overheads", "--import-without", part, "--file", str(roll), "--rows", str(rows)],
                env=os.environ.copy(), stdout=subprocess.PIPE, text=True, check=True,
            )  # fmt: skip
            taken[part] = tuple(json.loads(done.stdout.splitlines()[-1]))
    return _report(f"import of {rows:,} rows", taken, "s")


def _one_import(part: str, roll: Path, rows: int) -> None:
    from bench import roster_import

    roster_import.ROWS_ASKED = rows
    clock = roster_import.Clock()
    with without(part):
        roster_import.whole_import(roll, clock)
    steps = ("first upload to preview", "first confirm")
    seconds = [sum(clock.seconds[f"{step}{unit}"] for step in steps) for unit in (" (processor)", "")]
    roster_import._leave()
    print(json.dumps(seconds))


# --- The sealer -------------------------------------------------------------------------------------------------------


def sealer(events: int) -> None:
    """How many events a second are sealed, and how many are verified."""
    from caseworks import sealing
    from caseworks.models import AuditEvent

    AuditEvent.objects.bulk_create(
        [
            AuditEvent(action="child.viewed", kind="children.Child", reason="核对信息", path="/1/2/")
            for _ in range(events)
        ],
        batch_size=2_000,
    )
    for what, work in (("sealed", sealing.seal_pending), ("verified", sealing.verify)):
        used, begun = time.process_time(), time.perf_counter()
        work()
        print(
            f"  {what}: {events / (time.process_time() - used):,.0f} events for a second of processor, "
            f"{events / (time.perf_counter() - begun):,.0f} for one of wall"
        )
    assert sealing.verify().broken is None


def main(children: int = CHILDREN, rows: int = ROWS, events: int = EVENTS, runs: int = RUNS) -> None:
    """Fill the database of DATABASE_URL, measure pages, imports and the sealer, and say what misses the target."""
    django.setup()
    from django.conf import settings

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    print(f"What scope, encryption and audit cost, at {children:,} children", flush=True)
    missed = pages(children, runs) + imports(rows)
    sealer(events)
    print(f"  target {TARGET} x of processor: {'kept by all' if not missed else f'missed by {missed}'}")


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--children", type=int, default=CHILDREN)
    options.add_argument("--rows", type=int, default=ROWS)
    options.add_argument("--events", type=int, default=EVENTS)
    options.add_argument("--runs", type=int, default=RUNS)
    options.add_argument("--import-without", dest="part", choices=("", *PARTS))
    options.add_argument("--file", type=Path)
    asked = options.parse_args()
    if asked.part is not None:
        django.setup()
        _one_import(asked.part, asked.file, asked.rows)
    else:
        main(asked.children, asked.rows, asked.events, asked.runs)
