"""Bringing a roster in: read it, show what would happen, correct the columns, decide doubtful rows, confirm or discard.

Planning is done without a transaction and the writing in one short one: on SQLite nobody else can write meanwhile.
"""

from __future__ import annotations

import gc
import hashlib
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks import audit
from caseworks.exchange import columns, plan, reader
from caseworks.exchange.facts import Reader
from caseworks.exchange.models import ColumnChoice, ImportBatch, StagedRow, State
from caseworks.exchange.places import Places
from caseworks.exchange.plan import Planned, Planner, Source
from caseworks.exchange.work import Work
from caseworks.exchange.writer import MovedError, Writer
from caseworks.models import Organization, User

STALE = timedelta(minutes=5)
_RESULT = ["name", "verdict", "flawed", "problems", "changes", "decision", "child"]


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, by which a file sent twice is recognised."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _many_objects() -> Iterator[None]:
    """While hundreds of thousands of rows are made, none of them is garbage; looking for garbage among them again and
    again takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


# --- Coming in ----------------------------------------------------------------------------------------------------------


@_many_objects()
def receive(*, by: User, organization: Organization, roster_on: date, path: Path, file_name: str) -> ImportBatch:
    """Read a roster and plan every row; nothing about any child is written.

    The same file for the same office and day, still waiting, is not taken a second time: its batch is planned anew
    and given back. Raises reader.RosterError if the file as a whole is refused; then nothing is kept of it.
    """
    reader.check_size(path.stat().st_size)
    batch, waiting = _batch_for(by, organization, roster_on, digest_of(path), file_name)
    if waiting:
        if batch.state == State.PREVIEWED:
            _plan_again(batch)
        return batch
    try:
        _stage(batch, path)
    except BaseException:
        batch.delete()
        raise
    return batch


def _batch_for(
    by: User, organization: Organization, roster_on: date, digest: str, file_name: str
) -> tuple[ImportBatch, bool]:
    """The batch of this file, and whether it was there before: two presses at once make one."""
    with transaction.atomic():
        Organization.objects.select_for_update().get(pk=organization.pk)
        same = ImportBatch.objects.filter(by=by, organization=organization, roster_on=roster_on, sha256=digest)
        same.filter(state=State.UPLOADED, uploaded_at__lt=timezone.now() - STALE).delete()
        waiting = same.filter(state__in=[State.UPLOADED, State.PREVIEWED]).first()
        if waiting is not None:
            return waiting, True
        batch = ImportBatch.objects.create(
            by=by, organization=organization, roster_on=roster_on, sha256=digest, file_name=file_name[-200:]
        )
        return batch, False


def _stage(batch: ImportBatch, path: Path) -> None:
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
        _note(staged, planner.plan([_source(row) for row in staged]), counts)
        StagedRow.objects.bulk_create(staged)
    batch.mapping = mapping
    batch.layout = {
        "sheets": [
            {
                "name": sheet.name,
                "headings": list(sheet.header.headings),
                "heading_row": sheet.header.last,
                "merged": {str(number): cells for number, cells in sheet.merged.items()},
                "since_1904": sheet.since_1904,
                "passed_over": [list(entry) for entry in sheet.passed_over],
            }
            for sheet in roster.sheets
        ],
        "no_rosters": roster.no_rosters,
    }
    batch.counts = dict(counts)
    batch.state = State.PREVIEWED
    batch.save()


# --- Planning -----------------------------------------------------------------------------------------------------------


def _source(row: StagedRow) -> Source:
    return Source(row.pk, row.sheet, row.number, row.cells, row.decision)


def _note(rows: Iterable[StagedRow], planned: Iterable[Planned], counts: Counter[str]) -> bool:
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


def _staged(batch: ImportBatch) -> Iterator[list[StagedRow]]:
    """The rows of a batch in order, some at a time."""
    last = -1
    while piece := list(batch.rows.filter(position__gt=last).order_by("position")[: plan.CHUNK]):
        yield piece
        last = piece[-1].position


def _plan_again(batch: ImportBatch) -> None:
    planner, counts = planner_of(batch), Counter[str]()
    for piece in _staged(batch):
        _note(piece, planner.plan([_source(row) for row in piece]), counts)
        _store(piece)
    batch.counts = dict(counts)
    batch.save(update_fields=["counts", "mapping"])


def _store(rows: list[StagedRow]) -> None:
    StagedRow.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=_RESULT)


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
        raise ValidationError(_("This roster has already been imported or thrown away."))


def choose_columns(*, batch: ImportBatch, by: User, chosen: dict[str, str]) -> None:
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
    batch.mapping = mapping
    _plan_again(batch)


def decide(*, batch: ImportBatch, by: User, decisions: dict[int, str]) -> None:
    """Say of possible duplicates (by position) whether they are the same child, another child, or not known ("")."""
    _require_waiting(batch)
    rows = list(batch.rows.filter(position__in=decisions))
    for row in rows:
        if decisions[row.position] in {"", plan.SAME, plan.OTHER}:
            row.decision = decisions[row.position]
    with transaction.atomic():
        _store(rows)
        audit.record("import.decided", batch, by=by, changes={"rows": ["", len(rows)]})
    _plan_again(batch)


# --- The end ------------------------------------------------------------------------------------------------------------


@_many_objects()
def confirm(*, batch: ImportBatch, by: User) -> ImportBatch:
    """Write the rows that go in. Pressing twice imports once.

    Raises ValidationError if what was shown is no longer what would happen; the batch then shows what would happen now.
    """
    batch.refresh_from_db()
    if batch.state == State.IMPORTED:
        return batch
    _require_waiting(batch)
    planner, counts, differs = planner_of(batch), Counter[str](), False
    works: deque[Work] = deque()
    piece: list[StagedRow] = []
    outcome: list[Planned] = []
    for piece in _staged(batch):
        outcome = planner.plan([_source(row) for row in piece])
        differs = _note(piece, outcome, counts) or differs
        works += (row.work for row in outcome if row.work and row.verdict in {plan.NEW, plan.CHANGED})
    if not differs:
        del planner, piece, outcome
        writer = Writer(works)
        try:
            return _write(batch, by, writer)
        except (MovedError, IntegrityError):
            pass
    _plan_again(batch)
    raise ValidationError(
        _(
            "The registry has changed since this list was made. It has been made again: please look once more and confirm."
        )
    )


@transaction.atomic
def _write(batch: ImportBatch, by: User, writer: Writer) -> ImportBatch:
    now = timezone.now()
    if not ImportBatch.objects.filter(pk=batch.pk, state=State.PREVIEWED).update(
        state=State.IMPORTED, confirmed_at=now
    ):
        batch.refresh_from_db()
        return batch
    written = writer.write()
    batch.rows.filter(verdict__in=[plan.NEW, plan.CHANGED, plan.UNCHANGED]).update(cells=[])
    batch.state, batch.confirmed_at = State.IMPORTED, now
    audit.record(
        "import.confirmed",
        batch,
        by=by,
        changes={
            "organization": batch.organization.code,
            "file": [batch.file_name, batch.sha256],
            "roster_on": batch.roster_on.isoformat(),
            "counts": batch.counts,
            "written": dict(written),
        },
    )
    return batch


@transaction.atomic
def discard(*, batch: ImportBatch, by: User) -> None:
    """Throw a waiting roster away, with every row of it."""
    if not ImportBatch.objects.filter(pk=batch.pk, state__in=[State.UPLOADED, State.PREVIEWED]).update(
        state=State.DISCARDED
    ):
        raise ValidationError(_("This roster has already been imported or thrown away."))
    batch.rows.all().delete()
    batch.state = State.DISCARDED
    audit.record("import.discarded", batch, by=by, changes={"file": [batch.file_name, batch.sha256]})
