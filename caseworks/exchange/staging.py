"""From a file to staged rows, each with what will happen to it; and planning them again."""

from __future__ import annotations

import base64
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max

from caseworks import access
from caseworks.exchange import columns, lacking, plan, reader, returns, work, writer
from caseworks.exchange.facts import Reader
from caseworks.exchange.jobs import Lease, pause
from caseworks.exchange.models import ColumnChoice, ImportBatch, RosterFrame, RosterPiece, StagedRow, State
from caseworks.exchange.places import Places
from caseworks.exchange.plan import Planned, Planner, Source
from caseworks.models import AuditEvent

_RESULT = ["name", "verdict", "flawed", "problems", "changes", "decision", "child", "work", "late", "lacks"]
WRITTEN_AT_ONCE = 250
PIECE_BYTES = 600 * 1024
# Events below the last one that may still appear: those of transactions that were not finished when it was written.
UNSETTLED = 10_000
# What people do all day that changes nothing a roster is compared with.
HARMLESS_NOUNS = ("user", "file", "field", "contact", "contact_rule", "scope", "keys")
HARMLESS = ("child.viewed", "import.columns_chosen", "import.decided", "import.discarded")


# --- The file -----------------------------------------------------------------------------------------------------------


def keep_file(batch: ImportBatch, path: Path) -> None:
    """Keep an uploaded file, sealed, until it was read."""
    with path.open("rb") as file:
        number = 0
        while content := file.read(PIECE_BYTES):
            RosterPiece.objects.create(batch=batch, number=number, content=base64.b64encode(content).decode())
            number += 1


@contextmanager
def _kept_file(batch: ImportBatch) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile(prefix="roster-") as file:
        for piece in batch.pieces.order_by("number").iterator(chunk_size=1):
            file.write(base64.b64decode(piece.content))
        file.flush()
        yield Path(file.name)


def read_kept(lease: Lease) -> None:
    """Read the file that was kept. A file that is refused leaves the reason in the batch, and nothing else."""
    if not lease.batch.pieces.exists():
        lease.pass_to(State.REFUSED, trouble={"key": "interrupted"})
        return
    try:
        with _kept_file(lease.batch) as path:
            read(lease, path)
    except reader.RosterError as refusal:
        with transaction.atomic():
            lease.pass_to(State.REFUSED, trouble={"key": refusal.code, "facts": dict(refusal.params or {})})
            lease.batch.forget()


def read(lease: Lease, path: Path) -> None:
    """Stage the rows of a file, some at a time, each planned. Begun anew it begins at the first row.

    Raises reader.RosterError if the file as a whole is refused.
    """
    batch = lease.batch
    if batch.done:
        batch.rows.all().delete()
    seen = registry_now()
    roster = reader.Roster()
    remembered = dict(ColumnChoice.objects.filter(organization=batch.organization).values_list("heading", "field"))
    places = Places.around(batch.organization)
    planner = Planner(places, batch.roster_on, [])
    mapping: dict[str, str] = {}
    counts: Counter[str] = Counter()
    rows = reader.read(path, roster)
    position = 0
    while piece := list(islice(rows, plan.CHUNK)):
        for sheet in roster.sheets[len(planner.sheets) :]:
            keys = columns.match(sheet.header.headings, remembered)
            for heading, key in zip(sheet.header.headings, keys, strict=True):
                if heading:
                    mapping.setdefault(heading, key)
            sheet_reader = Reader(keys, places, batch.roster_on, since_1904=sheet.since_1904)
            planner.sheets.append((sheet.name, sheet_reader, sheet.merged))
        staged = [
            StagedRow(batch=batch, position=position + offset, sheet=row.sheet, number=row.number, cells=row.cells)
            for offset, row in enumerate(piece)
        ]
        position += len(staged)
        note(staged, planner.plan([source(row) for row in staged]), counts)
        for some in _ready_in_pieces(staged):
            with transaction.atomic():
                StagedRow.objects.bulk_create(some)
                lease.renew(done=some[-1].position + 1)
            if len(some) == WRITTEN_AT_ONCE:
                pause()
        del staged, piece, some
    sheets = [sheet.kept() for sheet in roster.sheets]
    frame = reader.frame_of(path, returns.frame_request(sheets))
    with transaction.atomic():
        lease.pass_to(
            State.PREVIEWED,
            mapping=mapping,
            layout={"sheets": sheets, "no_rosters": roster.no_rosters},
            counts=dict(counts),
            seen=seen,
        )
        batch.pieces.all().delete()
        RosterFrame.objects.filter(batch=batch).delete()
        if frame:
            RosterFrame.objects.create(batch=batch, content=frame)


# --- The plan -----------------------------------------------------------------------------------------------------------


def source(row: StagedRow) -> Source:
    """A staged row as the planner takes it."""
    return Source(row.pk, row.sheet, row.number, row.cells, row.decision)


def note(rows: Iterable[StagedRow], planned: Iterable[Planned], counts: Counter[str]) -> bool:
    """Write the plan into the staged rows, count it, and say whether any row promises something else than before."""
    differs = False
    for row, outcome in zip(rows, planned, strict=True):
        verdict, child, changes = outcome.signature
        differs = (
            differs or (row.verdict, row.changes) != (verdict, changes) or (verdict != plan.NEW and row.child != child)
        )
        row.verdict, row.changes, row.name = verdict, changes, outcome.name[:72]
        row.child = outcome.child
        row.problems = [problem.kept() for problem in outcome.problems]
        row.flawed = bool(outcome.problems)
        row.lacks = lacking.to_text(outcome.lacks)
        lacking.count(row.lacks, counts)
        row.work = work.to_text(outcome.works)
        row.late = any(each.late for each in outcome.works if each)
        counts[verdict] += 1
        counts["problems"] += row.flawed
        counts["warnings"] += plan.needs_reading(outcome)
    return differs


def planner_of(batch: ImportBatch) -> Planner:
    """A planner for the rows of a staged batch, with the columns as they are chosen now."""
    places = Places.around(batch.organization)
    sheets = []
    for sheet in batch.layout["sheets"]:
        keys = [batch.mapping.get(heading, "") for heading in sheet["headings"]]
        merged = {int(number): cells for number, cells in sheet["merged"].items()}
        sheets.append((sheet["name"], Reader(keys, places, batch.roster_on, since_1904=sheet["since_1904"]), merged))
    return Planner(places, batch.roster_on, sheets)


def in_pieces(rows: Any, size: int = plan.CHUNK) -> Iterator[list[StagedRow]]:
    """Staged rows in the order of the file, some at a time."""
    last = -1
    while piece := list(rows.filter(position__gt=last).order_by("position")[:size]):
        yield piece
        last = piece[-1].position


def _ready_in_pieces(rows: list[StagedRow]) -> Iterator[list[StagedRow]]:
    """Rows sealed and a few at a time: while they are written nobody else can write on SQLite, and this process, which lets
    everything else on the machine go first, is slow at it."""
    for some in writer.pieces(rows, WRITTEN_AT_ONCE):
        yield [writer.ready(row) for row in some]


def store(rows: list[StagedRow]) -> None:
    """Save what planning or a person's decision changed in some rows."""
    StagedRow.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=_RESULT)


def plan_again(lease: Lease) -> bool:
    """Plan every row anew and keep the outcome; true if any row promises something else than was shown."""
    seen, planner, counts, differs = registry_now(), planner_of(lease.batch), Counter[str](), False
    for piece in in_pieces(lease.batch.rows):
        differs = note(piece, planner.plan([source(row) for row in piece]), counts) or differs
        for some in _ready_in_pieces(piece):
            with transaction.atomic():
                store(some)
                lease.renew()
            if len(some) == WRITTEN_AT_ONCE:
                pause()
    lease.renew(counts=dict(counts), seen=seen)
    return differs


def check(lease: Lease) -> None:
    """Plan again and wait for the person."""
    plan_again(lease)
    lease.pass_to(State.PREVIEWED)


# --- Does the plan still hold? ------------------------------------------------------------------------------------------


def registry_now() -> dict[str, Any]:
    """How far the audit trail has come, on which day and for whom: every change of the registry leaves an event there."""
    last = AuditEvent.objects.aggregate(last=Max("id"))["last"] or 0
    acting = access.acting()
    return {
        "last": last,
        "around": AuditEvent.objects.filter(id__gt=last - UNSETTLED, id__lte=last).count(),
        "day": acting.scope.today.isoformat() if acting else "",
        "posting": str(acting.posting.pk) if acting and acting.posting else "",
    }


def unchanged_since(seen: dict[str, Any], *, contacts_matter: bool = False) -> bool:
    """True if nothing happened since then that a plan depends on, as far as the audit trail tells."""
    if not seen:
        return False
    now = registry_now()
    if (now["day"], now["posting"]) != (seen["day"], seen["posting"]):
        return False
    earlier = AuditEvent.objects.filter(id__gt=seen["last"] - UNSETTLED, id__lte=seen["last"]).count()
    since = AuditEvent.objects.filter(id__gt=seen["last"]).exclude(action__in=HARMLESS)
    for noun in HARMLESS_NOUNS:
        if not (contacts_matter and noun == "contact"):
            since = since.exclude(action__startswith=f"{noun}.")
    return earlier == seen["around"] and not since.exists()
