"""What a report is made of: figures that know their records, paragraphs, tables that add up.

A report is built once; page, Word file, workbook, HTML and JSON only print it, so they cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from string import Formatter
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from caseworks.codelists import UNIT
from caseworks.reports import wording
from caseworks.reports.indicators import Indicator, Slice
from caseworks.reports.question import Question
from caseworks.reports.splits import BLANK, Split

EXACT, ABOUT, SHARE = "exact", "about", "share"


class FootingError(ValueError):
    """The rows of a table do not add up to its total: it must not be printed."""


@dataclass(frozen=True)
class Figure:
    """A number in a report, with the indicator and the slice whose records it counts.

    `value` is the exact number and `before` that of the year before, or None where it is not asked. `shown` says how it is printed: exactly, worded
    (“120多”), or as a share in percent, which is then in `share`. `noted` says whether the margin repeats it beside the
    year before; the cells of a split do not need it, a table has them.
    """

    indicator: Indicator
    slice: Slice
    value: int
    before: int | None
    shown: str = EXACT
    share: Decimal | None = None
    share_before: Decimal | None = None
    noted: bool = True

    @property
    def text(self) -> str:
        """The figure as the report prints it."""
        if self.shown == SHARE:
            return wording.with_percent_sign(self.share)
        return wording.about(self.value) if self.shown == ABOUT else wording.number(self.value)

    @property
    def number(self) -> int | Decimal | None:
        """The figure as a number, for a sheet: people, or percent."""
        return self.share if self.shown == SHARE else self.value

    @property
    def exact(self) -> str:
        """The exact figure, for the margin."""
        return self.text if self.shown == SHARE else wording.number(self.value)

    @property
    def exact_before(self) -> str:
        """The exact figure of the year before."""
        if self.shown == SHARE:
            return wording.with_percent_sign(self.share_before)
        return wording.NOTHING if self.before is None else wording.number(self.before)

    @property
    def unit(self) -> str:
        """The word of the unit: 人, 人次, 次 …"""
        return "%" if self.shown == SHARE else UNIT.label(self.indicator.unit)

    @property
    def name(self) -> str:
        """What is counted, with the words of the slice."""
        words = [_words(self.indicator.split(key), cells) for key, cells in self.slice.items()]
        name = str(self.indicator.name)
        if not words:
            return name
        return f"{name}（{'，'.join(words)}）" if wording.in_chinese() else f"{name} ({', '.join(words)})"

    @property
    def query(self) -> str:
        """The slice as a query string: `sex=1&age=6-13`."""
        return urlencode({key: ",".join(cells) for key, cells in self.slice.items()}, safe=",")


MOST_WORDS = 3


def _words(split: Split, cells: tuple[str, ...]) -> str:
    """The words of some cells of a split, shortened if they are many."""
    labels = split.labels(cells)
    if BLANK in cells and len(cells) == 1:
        return f"{split.name}{'：' if wording.in_chinese() else ': '}{labels[BLANK]}"
    if len(cells) > MOST_WORDS:
        return _("{first} and others, {count} in all").format(first=labels[cells[0]], count=len(cells))
    return wording.enumerated([labels[cell] for cell in cells])


Part = str | Figure
Parts = tuple[Part, ...]


def parts_of(template: str, **values: Part | Parts) -> Parts:
    """A sentence with figures in it: `parts_of(_("There are {schools} schools."), schools=figure)`."""
    parts: list[Part] = []
    for text, name, _spec, _conversion in Formatter().parse(template):
        if text:
            parts.append(text)
        if name is not None:
            value = values[name]
            parts.extend(value if isinstance(value, tuple) else (value,))
    return tuple(parts)


def joined(items: list[Parts]) -> Parts:
    """Several pieces as a list in a sentence."""
    separator = "、" if wording.in_chinese() else ", "
    return tuple(part for at, item in enumerate(items) for part in ((separator, *item) if at else item))


@dataclass(frozen=True)
class Paragraph:
    """Sentences with figures in them."""

    parts: Parts

    @classmethod
    def of(cls, *sentences: Parts) -> Paragraph:
        space: Parts = () if wording.in_chinese() else (" ",)
        return cls(tuple(part for at, sentence in enumerate(sentences) for part in (*(space if at else ()), *sentence)))

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    @property
    def figures(self) -> list[Figure]:
        return [part for part in self.parts if isinstance(part, Figure)]

    @property
    def noted(self) -> list[Figure]:
        """The figures that the margin repeats."""
        return [figure for figure in self.figures if figure.noted]


@dataclass(frozen=True)
class Section:
    heading: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Row:
    """A line of a table; `organization` is the code of the office it is about, if it is about one."""

    label: str
    cells: tuple[Figure | None, ...]
    organization: str = ""


@dataclass(frozen=True)
class Table:
    """A table: the heading of its first column, those of the others, its rows and the total.

    `main` is the column that is compared with the year before; `drawn` says whether it is worth a chart; `note` stands
    above it. Raises FootingError if a column of counts does not add up to its total (the cross-foots 勾稽关系 of the
    official forms), unless one record may be in several rows: `adds_up` is then false.
    """

    key: str
    title: str
    stub: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row
    main: int = 0
    drawn: bool = False
    note: str = ""
    adds_up: bool = True

    def __post_init__(self) -> None:
        if not self.adds_up:
            return
        for at, heading in enumerate(self.columns):
            cells = [row.cells[at] for row in (*self.rows, self.total)]
            counted = [cell for cell in cells if cell is not None and cell.shown != SHARE]
            for counts in ([cell.value for cell in counted], [cell.before or 0 for cell in counted]):
                if counts and sum(counts[:-1]) != counts[-1]:
                    raise FootingError(f"{self.key}, {heading}: {sum(counts[:-1])} ≠ {counts[-1]}")

    @property
    def lines(self) -> tuple[Row, ...]:
        """The rows and the total under them."""
        return (*self.rows, self.total)

    def before(self, row: Row) -> str:
        """The main figure of a line in the year before, exactly."""
        figure = row.cells[self.main]
        return wording.NOTHING if figure is None else figure.exact_before


@dataclass(frozen=True)
class Report:
    """A whole report, ready to print."""

    title: str
    question: Question
    made_on: date
    made_by: str
    basis: tuple[str, ...]
    sections: tuple[Section, ...]
    tables: tuple[Table, ...]
    annex: tuple[Figure, ...]
    compared: bool = field(default=True)

    def figures(self) -> Iterator[Figure]:
        """Every figure, in the order of printing; the ones of the annex last."""
        for section in self.sections:
            for paragraph in section.paragraphs:
                yield from paragraph.figures
        for table in self.tables:
            for row in table.lines:
                yield from (cell for cell in row.cells if cell is not None)
        yield from self.annex

    def as_data(self) -> dict[str, Any]:
        """The report for another program: exact numbers, keys and slices beside the words."""
        return {
            "title": self.title,
            "organization": self.question.organization.code,
            "first_on": self.question.first.isoformat(),
            "cut_off_on": self.question.last.isoformat(),
            "definition": self.question.definition.key,
            "basis": list(self.basis),
            "made_on": self.made_on.isoformat(),
            "made_by": self.made_by,
            "sections": [
                {"heading": section.heading, "paragraphs": [paragraph.text for paragraph in section.paragraphs]}
                for section in self.sections
            ],
            "tables": [
                {
                    "key": table.key,
                    "title": table.title,
                    **({"note": table.note} if table.note else {}),
                    "columns": [table.stub, *table.columns],
                    "rows": [
                        {"label": row.label, "cells": [_cell_data(cell) for cell in row.cells]} for row in table.lines
                    ],
                }
                for table in self.tables
            ],
            "figures": [
                {"name": figure.name, "words": str(figure.indicator.words), **_cell_data(figure)}
                for figure in self.annex
            ],
        }


def _cell_data(figure: Figure | None) -> Mapping[str, Any]:
    if figure is None:
        return {}
    data: dict[str, Any] = {
        "indicator": figure.indicator.key,
        "slice": {key: list(cells) for key, cells in figure.slice.items()},
        "unit": figure.indicator.unit,
        "value": figure.value,
        "before": figure.before,
    }
    if figure.shown == SHARE:
        data["percent"] = None if figure.share is None else float(figure.share)
    return data
