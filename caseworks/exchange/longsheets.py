"""A long sheet of an Excel workbook, opened some of its rows at a time: read whole, 200,000 rows take 700 MB.

Like parsing.py it runs in the reading process and imports nothing of the registry. The sheet is cut between rows, told
by their tags alone, and each piece is put into a copy of the workbook in place of the whole.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

LONG = 40 * 1024**2  # bytes of a sheet's XML that are read at once; about 20,000 rows of the school roll
_SHEET_DATA = re.compile(rb"<((?:\w+:)?)sheetData\b[^>]*>")
_NUMBERED = re.compile(rb'\s*<(?:\w+:)?row\b[^>]*?\br="\d+"')
_ROW_ENDS = re.compile(rb"</(?:\w+:)?row>")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_EMPTY = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
_STEP = 4 * 1024**2
_LONGEST_TAG = 400


@dataclass(frozen=True)
class _Cut:
    """Where a sheet's rows are cut: what stands in front of them, and how they are closed."""

    head: bytes
    foot: bytes


def column_number(letters: bytes) -> int:
    """A → 0, Z → 25, AA → 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def letters(column: int) -> str:
    """The letters over a column, counted from 0: 0 → A, 26 → AA.

    >>> letters(0), letters(25), letters(26), letters(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def merged_cells(book: zipfile.ZipFile, part: str) -> list[list[int]]:
    """The merged ranges of a sheet: first row, first column, last row, last column."""
    found: dict[tuple[bytes, ...], None] = {}
    before = b""
    with book.open(part) as file:
        while piece := file.read(_STEP):
            text = before + piece
            found.update(dict.fromkeys(_MERGED.findall(text)))
            before = text[-_LONGEST_TAG:]  # a tag cut in two is seen whole in the next step
    return [[int(top), column_number(left), int(low), column_number(right)] for left, top, right, low in found]


def pieces(book: zipfile.ZipFile, part: str) -> Iterator[str]:
    """The path of a workbook with some rows of the sheet, again and again until all were there. The same path each time:
    what stands there is to be read before the next is asked for."""
    with tempfile.NamedTemporaryFile(prefix="sheet-", suffix=".xlsx") as file:
        rest = _without(book, part, file)
        end = file.tell()
        with book.open(part) as rows:
            for content in _cut(rows):
                file.truncate(end)
                file.seek(end)
                file.write(rest)
                file.flush()
                with zipfile.ZipFile(file, "a") as made:
                    made.writestr(part, content)
                file.flush()
                del content
                yield file.name


def _without(book: zipfile.ZipFile, part: str, file: IO[bytes]) -> bytes:
    """Write the workbook without its sheets into a file, which then stands at the directory that ends every zip file; the
    directory is given back."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for member in book.infolist():
            name = member.filename
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                if name != part:
                    made.writestr(name, _EMPTY)
            elif name.endswith((".xml", ".rels")):
                with book.open(member) as source, made.open(name, "w") as target:
                    while content := source.read(_STEP):
                        target.write(content)
        end = made.start_dir
    file.seek(end)
    directory = file.read()
    file.seek(end)
    return directory


def _cut(file: IO[bytes]) -> Iterator[bytes]:
    """The sheet as several sheets. Rows without a number of their own cannot be cut: they would be counted anew."""
    text = b""
    while (opening := _SHEET_DATA.search(text)) is None:
        more = file.read(_STEP)
        if not more:
            yield text
            return
        text += more
    prefix = opening.group(1)
    cut = _Cut(text[: opening.end()], b"</%ssheetData></%sworksheet>" % (prefix, prefix))
    waiting = bytearray(text[opening.end() :])
    while more := file.read(_STEP):
        waiting += more
        if len(waiting) < LONG:
            continue
        at = max((found.end() for found in _ROW_ENDS.finditer(waiting, len(waiting) - _STEP)), default=0)
        if at and _NUMBERED.match(waiting, at):
            yield cut.head + bytes(waiting[:at]) + cut.foot
            del waiting[:at]
    yield cut.head + bytes(waiting)


def beginning(book: zipfile.ZipFile, part: str, rows: int) -> bytes:
    """A sheet with its first rows only, and with all that stands before and after them: widths, merged ranges, lists."""
    with book.open(part) as file:
        text = bytearray()
        while (opening := _SHEET_DATA.search(text)) is None:
            if not (more := file.read(_STEP)):
                return bytes(text)
            text += more
        if opening.group(0).endswith(b"/>"):
            return bytes(text) + file.read()
        closing = b"</%ssheetData>" % opening.group(1)
        ends: list[int] = []
        while len(ends := [end.end() for end in _ROW_ENDS.finditer(text, opening.end())]) < rows:
            if closing in text or not (more := file.read(_STEP)):
                break
            text += more
        kept, rest = bytes(text), b""
        if len(ends) >= rows:
            kept, rest = kept[: ends[rows - 1]], kept[ends[rows - 1] :]
            while closing not in rest and (more := file.read(_STEP)):
                rest = rest[-len(closing) :] + more
            rest = rest[rest.find(closing) :]
        return kept + rest + file.read()
