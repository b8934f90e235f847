"""Writing a spreadsheet: any number of rows in constant memory, and text that stays text.

Nothing that a person typed can become a formula, a link or a rounded number: an ID number is eighteen characters, not
5.0012E+17, and a name that begins with `=` is a name.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

import xlsxwriter


@dataclass(frozen=True)
class Column:
    """A column: its heading and its width in characters."""

    heading: str
    width: int = 12


def write_sheet(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, notes: Sequence[str] = ()
) -> IO[bytes]:
    """A workbook of one sheet: the heading row (frozen, filterable), the rows, and notes below them.

    Numbers are written as numbers, dates as 2026-11-20, None as an empty cell, everything else as text.
    """
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
    sheet = book.add_worksheet(title[:31])
    bold, text = (
        book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        book.add_format({"num_format": "@"}),
    )
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width, text)
        sheet.write_string(0, index, column.heading, bold)
    sheet.freeze_panes(1, 1)
    last = 0
    for last, row in enumerate(rows, start=1):
        for index, value in enumerate(row):
            write_cell(sheet, last, index, value)
    sheet.autofilter(0, 0, last, max(len(columns) - 1, 0))
    for offset, note in enumerate(notes, start=2):
        sheet.write_string(last + offset, 0, note)
    book.close()
    file.seek(0)
    return file


def write_cell(sheet: Any, row: int, column: int, value: Any, style: Any = None) -> None:
    """One cell; booleans are not numbers here, and a formula cannot be made."""
    if value is None or value == "":
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        sheet.write_string(row, column, value.isoformat() if isinstance(value, date) else str(value), style)
    else:
        sheet.write_number(row, column, value, style)
