"""What the preview and the result show: tabs, columns with a sample, and each row in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from caseworks import masks, privacy
from caseworks.exchange import columns, lacking, plan, problems, reader, returns
from caseworks.exchange.layout import letters, text
from caseworks.exchange.models import ImportBatch, StagedRow
from children import idnumbers
from children.models import Child
from guardians.gaps import CHECKS

VERDICTS = {
    plan.NEW: (_("new"), "green"),
    plan.CHANGED: (_("changed"), "blue"),
    plan.UNCHANGED: (_("unchanged"), "grey"),
    plan.UNDECIDED: (_("to be decided"), "amber"),
    problems.REFUSED: (_("refused"), "red"),
}
LACKING = "lacking"
TABS = (
    ("", _("all rows")),
    (plan.NEW, _("new")),
    (plan.CHANGED, _("changed")),
    (plan.UNCHANGED, _("unchanged")),
    ("problems", _("with problems")),
    (LACKING, _("leave something missing")),
    (plan.UNDECIDED, _("to be decided")),
)
SEALED = {"id_number", "phone", "address", "registered_at"}
# what a row is recognised by, each the first of its fields that the sheet has
_RECOGNISED = (
    ("id_number", ("id_number",)),
    ("born_on", ("born_on",)),
    ("school", ("school", "school_class")),
    ("grade", ("grade",)),
    ("class_name", ("class_name",)),
    ("address", ("address", "village")),
)


@dataclass(frozen=True)
class Heading:
    """A column of the sheet: letter, heading, the field it was matched with, a value from it, and its control's name."""

    letter: str
    name: str
    field: str
    sample: str
    control: str


@dataclass(frozen=True)
class Line:
    """A problem in words, with the place of its cell."""

    place: str
    words: str
    gravity: str


@dataclass(frozen=True)
class Shown:
    """A staged row as the page shows it."""

    row: StagedRow
    sheet: str
    word: Any
    colour: str
    recognised: dict[str, str]
    lines: list[Line]
    changes: list[tuple[Any, str, str]]
    child: Child | None

    @property
    def needs_decision(self) -> bool:
        return self.row.verdict == plan.UNDECIDED or bool(self.row.decision)


def tab_of(asked: str) -> str:
    """The tab the address asks for; anything unknown is the tab with all rows. `lacking-no_phone` is the part of the tab
    of what is missing that is about one check."""
    known = asked.partition("-")[2] in CHECKS if asked.startswith(f"{LACKING}-") else asked in dict(TABS)
    return asked if known else ""


def tabs(batch: ImportBatch) -> list[tuple[str, Any, int]]:
    """Key, word and number of rows of each tab."""
    counts = batch.counts
    total = sum(counts.get(verdict, 0) for verdict in VERDICTS)
    numbers = {"": total}
    shown = [(key, word, numbers.get(key, counts.get(key, 0))) for key, word in TABS]
    return [entry for entry in shown if entry[0] not in {plan.UNDECIDED, LACKING} or entry[2]]


def lacking_kinds(batch: ImportBatch, tab: str) -> list[tuple[str, Any, int]]:
    """Tab, words and number of rows of each check that rows of the batch raise, the most first; empty on other tabs."""
    if tab.partition("-")[0] != LACKING:
        return []
    number = batch.counts.get
    kinds = [(key, check.words, number(f"{LACKING} {key}", 0)) for key, check in CHECKS.items()]
    return [
        (f"{LACKING}-{key}", words, found) for key, words, found in sorted(kinds, key=lambda kind: -kind[2]) if found
    ]


def rows_of(batch: ImportBatch, tab: str) -> QuerySet[StagedRow]:
    """The rows of a tab, in the order of the file."""
    rows = batch.rows.order_by("position")
    if tab == "problems":
        return rows.filter(flawed=True)
    if tab.startswith(LACKING):
        check = tab.partition("-")[2]
        return rows.filter(lacks__contains=f" {check}@") if check else rows.exclude(lacks="")
    return rows.filter(verdict=tab) if tab else rows


def headings(batch: ImportBatch) -> list[Heading]:
    """Every heading of the file with a sample from the first rows."""
    found: dict[str, Heading] = {}
    controls = {heading: f"column-{index}" for index, heading in enumerate(sorted(batch.mapping))}
    samples = list(batch.rows.filter(verdict__in=[plan.NEW, plan.CHANGED, plan.UNCHANGED]).order_by("position")[:5])
    samples = samples or list(batch.rows.order_by("position")[:5])
    for number, sheet in enumerate(batch.layout.get("sheets", ())):
        for index, heading in enumerate(sheet["headings"]):
            if not heading or heading in found:
                continue
            cells = (row.cells[index] for row in samples if row.sheet == number and index < len(row.cells))
            sample = next((text(cell) for cell in cells if text(cell).strip()), "")
            field = batch.mapping[heading]
            found[heading] = Heading(letters(index), heading, field, _masked(field, sample)[:24], controls[heading])
    return list(found.values())


def passed_over(batch: ImportBatch) -> list[tuple[str, int, Any]]:
    """Sheet, row and reason of rows that were not taken for children."""
    return [
        (sheet["name"], number, reader.PASSED_OVER[reason])
        for sheet in batch.layout.get("sheets", ())
        for number, reason in sheet["passed_over"][:50]
    ]


def _recognised(batch: ImportBatch, row: StagedRow) -> dict[str, str]:
    by_field = {
        batch.mapping.get(heading, ""): text(cell)
        for heading, cell in zip(batch.headings(row.sheet), row.cells, strict=False)
    }
    found = {
        key: next((by_field[field] for field in fields if by_field.get(field)), "")[:40] for key, fields in _RECOGNISED
    }
    found["id_number"] = masks.id_number(idnumbers.clean(found["id_number"]))
    found["address"] = masks.address(found["address"])
    return found


def _masked(key: str, text: str) -> str:
    """A value as the preview shows it: what is sealed in an archive is masked here too."""
    field = key.rpartition(".")[2]
    if field == "id_number":
        text = idnumbers.clean(text)
    return privacy.mask(field, text) if field in SEALED else text


def _change_word(key: str) -> Any:
    return columns.FIELDS[key].label if key in columns.FIELDS else key


def described(batch: ImportBatch, rows: Iterable[StagedRow]) -> list[Shown]:
    """Rows with everything in words; archives are linked where whoever looks may open them."""
    rows = list(rows)
    children = Child.objects.in_bulk([row.child for row in rows if row.child])
    shown = []
    for row in rows:
        word, colour = VERDICTS[row.verdict]
        found = [
            Line(
                problems.place(batch.sheet_name(row.sheet), row.number, problem.column, batch.headings(row.sheet)),
                problem.words,
                problem.gravity,
            )
            for problem in returns.found(row)
        ]
        found += [
            Line(
                problems.place(batch.sheet_name(row.sheet), row.number, lack.column, batch.headings(row.sheet)),
                lack.words,
                LACKING,
            )
            for lack in lacking.of_text(row.lacks)
        ]
        changes = [(_change_word(key), *(_masked(key, side) for side in sides)) for key, *sides in row.changes]
        child = children.get(row.child)
        shown.append(
            Shown(row, batch.sheet_name(row.sheet), word, colour, _recognised(batch, row), found, changes, child)
        )
    return shown
