"""Writing a spreadsheet: any number of rows in constant memory, and text that stays text.

Nothing that a person typed can become a formula, a link or a rounded number: an ID number is eighteen characters, not
5.0012E+17, and a name that begins with `=` is a name.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import IO, Any

import xlsxwriter


@dataclass(frozen=True)
class Column:
    """A column: its heading and its width in characters."""

    heading: str
    width: int = 12


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook: its name, its columns, its rows, notes below them; `filtered` offers the filter arrows."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    notes: Sequence[str] = ()
    filtered: bool = True


def write_sheet(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, notes: Sequence[str] = ()
) -> IO[bytes]:
    """A workbook of one sheet: the heading row (frozen, filterable), the rows, and notes below them.

    Numbers are written as numbers, dates as 2026-11-20, None as an empty cell, everything else as text.
    """
    return write_book([Sheet(title, columns, rows, notes)])


def write_book(sheets: Iterable[Sheet]) -> IO[bytes]:
    """A workbook of several sheets, each written as `write_sheet` says. A name that is too long, not allowed or taken
    is made good."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    text = book.add_format({"num_format": "@"})
    number = book.add_format()
    taken: set[str] = set()
    for sheet in sheets:
        _write_one(book.add_worksheet(_sheet_name(sheet.title, taken)), sheet, bold, text, number)
    book.close()
    file.seek(0)
    return file


_NOT_IN_A_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name Excel accepts: 31 characters, none of []:*?/\\, no apostrophe at an end, different from the others."""
    base = title.translate(_NOT_IN_A_NAME).strip(" '")[:31] or "Sheet"
    name, number = base, 2
    while name.lower() in taken:
        name, number = f"{base[:27]} {number}", number + 1
    taken.add(name.lower())
    return name


def _write_one(page: Any, sheet: Sheet, bold: Any, text: Any, number: Any) -> None:
    for index, column in enumerate(sheet.columns):
        page.set_column(index, index, column.width, text)
        page.write_string(0, index, column.heading, bold)
    page.freeze_panes(1, 1)
    last = 0
    for last, row in enumerate(sheet.rows, start=1):
        for index, value in enumerate(row):
            # the columns are text, so that what is typed later stays text; a number is not
            write_cell(page, last, index, value, number if isinstance(value, int | float | Decimal) else text)
    if sheet.filtered:
        page.autofilter(0, 0, last, max(len(sheet.columns) - 1, 0))
    for offset, note in enumerate(sheet.notes, start=2):
        page.write_string(last + offset, 0, note)


def write_cell(sheet: Any, row: int, column: int, value: Any, style: Any = None) -> None:
    """One cell; booleans are not numbers here, and a formula cannot be made."""
    if value is None or value == "":
        return
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        sheet.write_string(row, column, value.isoformat() if isinstance(value, date) else str(value), style)
    else:
        sheet.write_number(row, column, value, style)
