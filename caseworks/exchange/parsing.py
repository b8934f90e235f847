"""Reads the cells of an uploaded file. Runs as a process of its own, with limits: what a stranger sends may be broken on
purpose, and must not take the registry's memory or time.

Nothing of the registry is imported here but longsheets.py, which is of the same kind. On its standard output it writes one JSON value per line:

    {"sheet": name, "hidden": bool, "merged": [[first row, first column, last row, last column], …], "since_1904": bool,
     "hidden_rows": [row number, …]}
    [row number, cell, cell, …]            the rows of that sheet that hold anything, blank cells at the end left out
    {"error": key, …}                      the file is refused; `reader.REFUSALS` has the words
    {"end": true}                          everything was read

A cell is a text, a number, true or false, null if blank, {"date": "2016-08-19"}, {"formula": its last result}, or
{"long": how many characters, "text": the first of them}. Rows count from 1, columns from 0.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from types import MappingProxyType
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from caseworks.exchange import longsheets
from caseworks.exchange.longsheets import column_number

MEMORY = 1024**3
CPU_SECONDS = 120
MOST_MEMBERS = 200
MOST_UNPACKED = 200 * 1024**2
MOST_UNPACKED_SHEETS = 800 * 1024**2  # sheets are read a piece at a time, so it is processor time they cost, not memory
MOST_RATIO = 100
MOST_COLUMNS = 200
MOST_FORMULAS = 100_000
LONG_TEXT = 5_000
FORMULA_BEGINS = tuple("=+-@\t\r＝＋－＠")
PIECE = 4 * 1024**2

_SHEET_ENTRY = re.compile(rb'<(?:\w+:)?sheet\b[^>]*?\br:id="([^"]+)"')
_RELATION = re.compile(rb"<Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(rb'\b(Id|Target)="([^"]*)"')
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b(?=[^>]*?\bhidden="(?:1|true)")[^>]*?\br="(\d{1,7})"')
_FORMULA_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*><f\b')
# control characters and marks that turn the direction of writing: nobody sees them, and PostgreSQL keeps no NUL
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ufffe\uffff]"
)
_AS_TEXT = re.compile('="([^"]*)"')  # how other systems write a number that Excel must not round
_CHINESE = re.compile("[\u4e00-\u9fff]")
_ODS_TOKEN = re.compile(rb"<(table:table|table:table-row|table:table-cell|table:covered-table-cell)(\s[^>]*)?>")
_REPEATED = re.compile(rb'number-(?:rows|columns)-repeated="(\d{1,7})"')

Formulas = dict[int, set[tuple[int, int]]]  # number of the sheet → (row, column) of its formula cells
LongParts = dict[int, tuple[str, list[list[int]]]]  # number of a long sheet → its member of the zip file, merged ranges


class RefusedFileError(Exception):
    """The file must not be opened, or cannot be: `key` says why."""

    def __init__(self, key: str, **facts: Any) -> None:
        super().__init__(key)
        self.key, self.facts = key, facts


# --- Before opening ---------------------------------------------------------------------------------------------------


def check_zip(book: zipfile.ZipFile) -> None:
    """Refuse a bomb, a book with programs in it and a book that draws on other files."""
    members = book.infolist()
    sheets = sum(member.file_size for member in members if member.filename.startswith("xl/worksheets/"))
    unpacked, packed = sum(member.file_size for member in members), sum(member.compress_size for member in members)
    too_large = unpacked - sheets > MOST_UNPACKED or sheets > MOST_UNPACKED_SHEETS
    if len(members) > MOST_MEMBERS or too_large or unpacked > MOST_RATIO * max(packed, 1):
        raise RefusedFileError("bomb")
    for member in members:
        name = member.filename.replace("\\", "/").lower()
        if name.startswith("/") or ".." in name.split("/"):
            raise RefusedFileError("broken")
        if name.endswith("vbaproject.bin") or name.startswith("basic/"):
            raise RefusedFileError("macros")
        if "/externallinks/" in name:
            raise RefusedFileError("links")


def sheet_parts(book: zipfile.ZipFile) -> dict[int, str]:
    """The number of each sheet → the member of the zip file that holds it."""
    names = set(book.namelist())
    relations = {}
    for entry in _RELATION.findall(book.read("xl/_rels/workbook.xml.rels")):
        pair = dict(_ATTRIBUTE.findall(entry))
        relations[pair.get(b"Id")] = pair.get(b"Target", b"").decode()
    found = {}
    for number, relation in enumerate(_SHEET_ENTRY.findall(book.read("xl/workbook.xml"))):
        target = relations.get(relation, "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in names:
            found[number] = part
    return found


def _looked_over(book: zipfile.ZipFile, part: str) -> tuple[set[tuple[int, int]], set[int]]:
    """What calamine does not tell of a sheet: its formula cells, and its rows that are hidden or filtered away."""
    cells: set[tuple[int, int]] = set()
    hidden: set[int] = set()
    before = b""
    with book.open(part) as file:
        while piece := file.read(PIECE):
            text = before + piece
            if b"<f" in text:
                cells.update((int(row), column_number(letters)) for letters, row in _FORMULA_CELL.findall(text))
            if b"hidden=" in text:
                hidden.update(map(int, _HIDDEN_ROW.findall(text)))
            if len(cells) > MOST_FORMULAS:
                raise RefusedFileError("bomb")
            # a tag cut in two by the end of the piece is seen whole in the next one
            before = text[-400:]
    return cells, hidden


def _formulas_of_ods(content: bytes) -> Formulas:
    found: Formulas = {}
    if b"table:formula=" not in content:
        return found
    sheet, row, column, rows = -1, 0, 0, 1
    for tag, attributes in _ODS_TOKEN.findall(content):
        repeated = _REPEATED.search(attributes)
        times = int(repeated.group(1)) if repeated else 1
        if tag == b"table:table":
            sheet, row, rows = sheet + 1, 0, 1
        elif tag == b"table:table-row":
            row, column, rows = row + rows, 0, times
        else:
            if b"table:formula=" in attributes:
                found.setdefault(sheet, set()).add((row, column))
            column += times
    return found


# --- Spreadsheets -----------------------------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        value = _INVISIBLE.sub("", value)
        return (value or None) if len(value) <= LONG_TEXT else {"long": len(value), "text": value[:40]}
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return {"date": value.date().isoformat()}
    return {"date": value.isoformat()} if isinstance(value, date) else str(value)


def _row(number: int, cells: list[Any], formulas: set[tuple[int, int]]) -> list[Any] | None:
    """The row as it is sent, or None if nothing stands in it."""
    row: list[Any] = [None if cell == "" else cell if type(cell) is str and cell.isprintable() and len(cell) <= LONG_TEXT
                      else _plain(cell) for cell in cells[:MOST_COLUMNS]]  # fmt: skip
    if formulas:
        row = [{"formula": cell} if (number, index) in formulas else cell for index, cell in enumerate(row)]
    while row and row[-1] is None:
        row.pop()
    return [number, *row] if row else None


def _opened(path: str) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(path)
    except PasswordError:
        raise RefusedFileError("password") from None
    except Exception:  # calamine names a dozen reasons; to the person it is one: the file is damaged
        raise RefusedFileError("broken") from None


def _rows(sheet: CalamineSheet, formulas: set[tuple[int, int]]) -> Iterator[Any]:
    """Row by row: all of them as Python's own values at once would take several times the room."""
    above, left = sheet.start or (0, 0)  # columns without any value on the left are left out by calamine, rows are not
    blank = [""] * left
    for index, cells in enumerate(islice(sheet.iter_rows(), above, None), start=above + 1):
        if row := _row(index, blank + cells, formulas):
            yield row


def _spreadsheet(
    path: str,
    formulas: Formulas,
    *,
    since_1904: bool,
    long: LongParts | None = None,
    hidden_rows: Mapping[int, Collection[int]] = MappingProxyType({}),
) -> Iterator[Any]:
    book = _opened(path)
    for number, about in enumerate(book.sheets_metadata):
        said = {
            "sheet": about.name,
            "hidden": about.visible != SheetVisibleEnum.Visible,
            "since_1904": since_1904,
            "hidden_rows": sorted(hidden_rows.get(number, ())),
        }
        if long and number in long:
            yield said | {"merged": long[number][1]}
            with zipfile.ZipFile(path) as whole:
                for piece in longsheets.pieces(whole, long[number][0]):
                    yield from _rows(_opened(piece).get_sheet_by_index(number), formulas.get(number, set()))
            continue
        sheet = book.get_sheet_by_index(number)
        merged = [[a + 1, b, c + 1, d] for (a, b), (c, d) in sheet.merged_cell_ranges or ()]
        yield said | {"merged": merged}
        yield from _rows(sheet, formulas.get(number, set()))


def counts_from_1904(book: zipfile.ZipFile) -> bool:
    """True if the days of an Excel workbook are counted from 1904, as on a Mac of old."""
    return bool(re.search(rb'date1904="(1|true)"', book.read("xl/workbook.xml")))


def _zipped(path: str) -> Iterator[Any]:
    try:
        with zipfile.ZipFile(path) as book:
            check_zip(book)
            names = set(book.namelist())
            long: LongParts = {}
            hidden: dict[int, set[int]] = {}
            if "xl/workbook.xml" in names:
                parts = sheet_parts(book)
                seen = {number: _looked_over(book, part) for number, part in parts.items()}
                formulas = {number: cells for number, (cells, _hidden) in seen.items()}
                hidden = {number: rows for number, (_cells, rows) in seen.items()}
                long = {
                    number: (part, longsheets.merged_cells(book, part))
                    for number, part in parts.items()
                    if book.getinfo(part).file_size > longsheets.LONG
                }
                since_1904 = counts_from_1904(book)
            elif "content.xml" in names and b"spreadsheet" in book.read("mimetype"):
                formulas, since_1904 = _formulas_of_ods(book.read("content.xml")), False
            else:
                raise RefusedFileError("no_spreadsheet")
    except (zipfile.BadZipFile, KeyError, NotImplementedError, EOFError, OSError, ValueError, RuntimeError):
        raise RefusedFileError("broken") from None
    yield from _spreadsheet(path, formulas, since_1904=since_1904, long=long, hidden_rows=hidden)


# --- Text -------------------------------------------------------------------------------------------------------------


def decode(content: bytes) -> tuple[str, str]:
    """The text of a CSV file and its encoding: by its mark if it has one, else strictly UTF-8, else strictly GB 18030;
    never by guessing.

    Raises RefusedFileError with the first line that cannot be read.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            try:
                return content.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise RefusedFileError("encoding", line=content[: error.start].count(b"\n") + 1) from None
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        not_utf8 = content[: error.start].count(b"\n") + 1
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError as error:
        raise RefusedFileError("encoding", line=max(not_utf8, content[: error.start].count(b"\n") + 1)) from None
    # a line of GB 18030 that also reads as Chinese in UTF-8 is a line of UTF-8 pasted into the file
    for number, line in enumerate(content.split(b"\n"), start=1):
        with contextlib.suppress(UnicodeDecodeError):
            if not line.isascii() and len(_CHINESE.findall(line.decode("utf-8"))) >= 2:
                raise RefusedFileError("encoding", line=number)
    return text, "gb18030"


def delimiter_of(text: str) -> str:
    """What stands between the columns: whatever the first lines have most of; a title may stand above."""
    lines = "\n".join(text.lstrip().split("\n", 20)[:20])
    return max(",\t;", key=lines.count)


def _unguarded(cell: str) -> str:
    """A text without the apostrophe that keeps Excel from taking it for a formula (`returned.guarded`), or without the ="…"
    that keeps it from rounding a number."""
    if as_text := _AS_TEXT.fullmatch(cell.strip()):
        return as_text.group(1)
    return cell[1:] if cell[0] == "'" and cell[1:].lstrip()[:1] in FORMULA_BEGINS else cell


def _text(content: bytes) -> Iterator[Any]:
    text, _encoding = decode(content)
    if "\x00" in text:
        raise RefusedFileError("no_spreadsheet")
    if text.lstrip()[:1] == "<" or text.startswith("MIME-Version:"):
        raise RefusedFileError("web_page")
    yield {"sheet": "CSV", "hidden": False, "merged": [], "since_1904": False, "hidden_rows": []}
    csv.field_size_limit(MOST_UNPACKED)
    rows, began = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True), 1
    try:
        for number, cells in enumerate(rows, start=1):
            began = rows.line_num + 1
            if row := _row(number, [_unguarded(cell) if cell.strip() else "" for cell in cells], set()):
                yield row
    except csv.Error:  # a quotation mark that is not closed would swallow the rows behind it
        raise RefusedFileError("quotes", line=began) from None


# --- The process ------------------------------------------------------------------------------------------------------


def read(path: str) -> Iterator[Any]:
    """Everything in the file, in the form described above. Raises RefusedFileError."""
    with open(path, "rb") as file:
        start = file.read(8)
        if not start:
            raise RefusedFileError("empty")
        if start.startswith(b"PK"):
            yield from _zipped(path)
        elif start.startswith(b"\xd0\xcf\x11\xe0"):
            content = start + file.read()
            if "EncryptedPackage".encode("utf-16-le") in content:
                raise RefusedFileError("password")
            if "_VBA_PROJECT".encode("utf-16-le") in content:
                raise RefusedFileError("macros")
            yield from _spreadsheet(path, {}, since_1904=False)
        else:
            content = start + file.read()
            if content.startswith((b"%PDF-", b"{\\rtf")) or (
                b"\x00" in content[:2000] and not content.startswith((b"\xff\xfe", b"\xfe\xff"))
            ):
                raise RefusedFileError("no_spreadsheet")
            yield from _text(content)


def limit() -> None:
    """Limit what this process may use, and write in UTF-8."""
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_SECONDS)):
        with contextlib.suppress(ValueError, OSError):  # a system without this limit still has the parent's clock
            resource.setrlimit(what, (most, most))


def main(path: str) -> None:
    """Limit this process, then write what is in the file."""
    limit()
    write = sys.stdout.write
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    try:
        for part in read(path):
            write(encode(part) + "\n")
        write('{"end":true}\n')
    except RefusedFileError as refusal:
        write(encode({"error": refusal.key, **refusal.facts}) + "\n")
    except MemoryError:
        write('{"error":"bomb"}\n')
