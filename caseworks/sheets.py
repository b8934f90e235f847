"""Writing a spreadsheet: any number of rows in constant memory, and text that stays text.

Nothing that a person typed can become a formula, a link or a rounded number: an ID number is eighteen characters, not
5.0012E+17, and a name that begins with `=` is a name.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from caseworks import vault
from caseworks.stamps import Stamp

LONGEST_TEXT = 32_767  # what a cell of Excel holds


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
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    notes: Sequence[str] = (),
    stamp: Stamp | None = None,
) -> IO[bytes]:
    """A workbook of one sheet: the heading row (frozen, filterable), the rows, and notes below them.

    Numbers are written as numbers, dates as 2026-11-20, None as an empty cell, everything else as text.
    """
    return write_book([Sheet(title, columns, rows, notes)], stamp=stamp)


def write_book(sheets: Iterable[Sheet], *, stamp: Stamp | None = None) -> IO[bytes]:
    """A workbook of several sheets, each written as `write_sheet` says. A name that is too long, not allowed or taken
    is made good. With a stamp the workbook says on a sheet of its own, at the foot of every printed page and in its
    properties who took it out."""
    with new_book(stamp) as open_book:
        for sheet in sheets:
            open_book.add(sheet)
    return open_book.file


@contextmanager
def new_book(stamp: Stamp | None = None) -> Iterator[Book]:
    """A workbook that is being written: `with new_book(stamp) as book: …`, then `book.file`, at its beginning. What Excel's
    format needs before it can be closed lies in the vault meanwhile, never in a folder that others read."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    working = vault.folder("working")
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "tmpdir": str(working),
    }
    try:
        open_book = Book(xlsxwriter.Workbook(file, options), file, stamp)
        yield open_book
        open_book.close()
    except BaseException:
        file.close()
        raise
    file.seek(0)


_HEADS = tuple(f'<c r="{xl_col_to_name(index)}' for index in range(1024))
_END = "</t></is></c>"
_ESCAPED = re.compile("_x[0-9a-fA-F]{4}_")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


class Page(Worksheet):
    """A sheet that takes rows whole. xlsxwriter makes an object of each cell, looks up its format and lists its attributes:
    two thirds of the time of an export. Here a row is put together as one text and goes where xlsxwriter puts its own."""

    def write_rows(self, first: int, rows: Iterable[Sequence[Any]], *, text: Any, number: Any) -> int:
        """Write rows from row `first` (0 is the top) on, in the formats for texts and numbers; returns the row after the
        last. Raises ValueError where the sheet is full."""
        if self.table:
            self._write_single_row(first)
        of_text = f'" s="{text._get_xf_index()}" t="inlineStr"><is><t>'
        of_spaced = f'{of_text[:-1]} xml:space="preserve">'
        of_number = f'" s="{number._get_xf_index()}"><v>'
        put, at, widest = self.fh.write, first, 0
        for at, row in enumerate(rows, start=first + 1):
            plain = _plain("|".join([value for value in row if value.__class__ is str]))
            cells = [f'<row r="{at}">']
            for head, value in zip(_HEADS, row, strict=False):
                if value.__class__ is str and plain:
                    if value:
                        cells.append(f"{head}{at}{of_text}{value}{_END}")
                elif value is None or value == "":
                    continue
                elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
                    cells.append(f"{head}{at}{of_number}{value:.16G}</v></c>")
                else:
                    said = _said(value)
                    kind = of_spaced if said != said.strip() else of_text
                    cells.append(f"{head}{at}{kind}{_in_xml(said)}{_END}")
            cells.append("</row>")
            put("".join(cells))
            widest = max(widest, len(row))
        if at > first:
            self._taken(first, at - 1, widest)
        return at

    def _taken(self, first: int, last: int, columns: int) -> None:
        """Tell xlsxwriter which rows are written: they belong to the size of the sheet, and what follows is below them."""
        for row in (first, last):
            if self._check_dimensions(row, max(columns - 1, 0)) == -1:
                raise ValueError(f"a sheet has {self.xls_rowmax} rows and {self.xls_colmax} columns")
        self.previous_row = last


def _plain(text: str) -> bool:
    """True if a text stands in XML as it is: nothing to escape or to cut, no space that would be lost."""
    if len(text) > LONGEST_TEXT // 2:
        return False
    return text.isprintable() and not ("&" in text or "<" in text or ">" in text or " " in text or "_x" in text)


def _said(value: Any) -> str:
    """A value as a cell says it."""
    return value.isoformat() if isinstance(value, date) else str(value)


def _in_xml(text: str) -> str:
    """A text as Excel reads it back: control characters have names of their own there, and texts that look like one of
    these names another."""
    if len(text) > LONGEST_TEXT // 2:  # counted in halves of UTF-16
        text = text.encode("utf-16-le")[: LONGEST_TEXT * 2].decode("utf-16-le", "ignore")
    text = _ESCAPED.sub(lambda found: f"_x005F{found.group()}", text)
    text = _CONTROL.sub(lambda found: f"_x{ord(found.group()):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Book:
    """A workbook with its formats; sheets come one after another."""

    def __init__(self, book: Any, file: IO[bytes], stamp: Stamp | None) -> None:
        self.book, self.file, self.stamp = book, file, stamp
        self.bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"num_format": "@"})
        self.number = book.add_format()
        self._taken: set[str] = set()

    def add_page(self, title: str) -> Page:
        """An empty sheet, with the stamp at the foot of its printed pages."""
        page: Page = self.book.add_worksheet(_sheet_name(title, self._taken), worksheet_class=Page)
        if self.stamp is not None:
            # & begins a command of Excel's, and a foot has 255 characters at most
            page.set_footer(f"&L&8{self.stamp.line.replace('&', '&&')[:200]}&R&8&P / &N")
        return page

    def add(self, sheet: Sheet) -> None:
        """A sheet with headings and rows."""
        _write_one(self.add_page(sheet.title), sheet, self.bold, self.text, self.number)

    def close(self) -> None:
        if self.stamp is not None:
            page = self.add_page(_("About this file"))
            page.set_column(0, 0, 16, self.text)
            page.set_column(1, 1, 60, self.text)
            for row, (word, value) in enumerate(self.stamp.lines):
                page.write_string(row, 0, word, self.bold)
                page.write_string(row, 1, value, self.text)
            warning = _("Information about children. Do not pass it on; delete it when it has served its purpose.")
            page.write_string(len(self.stamp.lines) + 1, 0, warning)
            self.book.set_properties({"author": self.stamp.person, "comments": self.stamp.line})
        self.book.close()


_NOT_IN_A_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name Excel accepts: 31 characters, none of []:*?/\\, no apostrophe at an end, different from the others."""
    base = title.translate(_NOT_IN_A_NAME).strip(" '")[:31] or "Sheet"
    name, number = base, 2
    while name.lower() in taken:
        name, number = f"{base[:27]} {number}", number + 1
    taken.add(name.lower())
    return name


def _write_one(page: Page, sheet: Sheet, bold: Any, text: Any, number: Any) -> None:
    for index, column in enumerate(sheet.columns):
        page.set_column(index, index, column.width, text)
        page.write_string(0, index, column.heading, bold)
    page.freeze_panes(1, 1)
    # the columns are text, so that what is typed later stays text; a number is not
    last = page.write_rows(1, sheet.rows, text=text, number=number) - 1
    if sheet.filtered:
        page.autofilter(0, 0, last, max(len(sheet.columns) - 1, 0))
    for offset, note in enumerate(sheet.notes, start=2):
        page.write_string(last + offset, 0, note)


def write_cell(sheet: Any, row: int, column: int, value: Any, style: Any = None) -> None:
    """One cell; booleans are not numbers here, and a formula cannot be made."""
    if value is None or value == "":
        return
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        sheet.write_string(row, column, _said(value), style)
    else:
        sheet.write_number(row, column, value, style)
