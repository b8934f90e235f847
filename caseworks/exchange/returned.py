"""Rows that stay out, in the file they came in: its frame (frames.py) filled with them, each with the reason behind it."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import IO, Any

from django.utils.translation import gettext as _

from caseworks.exchange.layout import text
from caseworks.exchange.longsheets import letters
from caseworks.exchange.parsing import FORMULA_BEGINS
from caseworks.stamps import Stamp

REASON_WIDTH, NUMBER_WIDTH = 60, 8
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?$")


@dataclass(frozen=True, slots=True)
class Returned:
    """A row that goes back: its cells, why it stayed out, its old number, and the columns that have a problem."""

    cells: Sequence[Any]
    reason: str
    number: int
    marked: frozenset[int | None] = frozenset()


@dataclass(frozen=True, slots=True)
class ReturnedSheet:
    """A sheet that goes back: its name, the headings it came with, its rows."""

    name: str
    headings: list[str]
    rows: Iterable[Returned]

    @property
    def columns(self) -> int:
        """How many columns it came with."""
        return len(self.headings)


def reason_headings() -> list[str]:
    """The two headings that are added to a file: why, and the old number of the row."""
    return [_("Why it stayed out"), _("Old row")]


# --- CSV ----------------------------------------------------------------------------------------------------------------


def guarded(cell: str) -> str:
    """A text that no program takes for a formula; the import takes the apostrophe off again."""
    risky = cell[:1] in FORMULA_BEGINS or cell.lstrip()[:1] in FORMULA_BEGINS
    return f"'{cell}" if risky and not _PLAIN_NUMBER.match(cell) else cell


def csv_file(frame: dict[str, Any], sheet: ReturnedSheet) -> IO[bytes]:
    """The rows as CSV, in the encoding and with the separator of the file they came in."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    encoding = frame["encoding"]
    if encoding == "utf-16":  # its mark once, at the beginning
        file.write(b"\xff\xfe")
        encoding = "utf-16-le"
    elif encoding == "utf-8-sig":
        file.write(b"\xef\xbb\xbf")
        encoding = "utf-8"
    for cells in _lines(frame, sheet):
        line = frame["delimiter"].join(_quoted(guarded(cell), frame["delimiter"]) for cell in cells)
        file.write((line + frame["newline"]).encode(encoding, "replace"))
    file.seek(0)
    return file


def _quoted(cell: str, delimiter: str) -> str:
    if any(mark in cell for mark in (delimiter, '"', "\n", "\r")):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _lines(frame: dict[str, Any], sheet: ReturnedSheet) -> Iterator[list[str]]:
    *titles, headings = frame["head"]
    yield from titles
    yield [*filled(headings, sheet.columns), *reason_headings()]
    for row in sheet.rows:
        yield [*filled([text(cell) for cell in row.cells], sheet.columns), row.reason, str(row.number)]


def filled(cells: list[str], width: int) -> list[str]:
    """Cells of a row, as many as there are columns."""
    return [*cells, *[""] * (width - len(cells))][:width]


# --- Excel --------------------------------------------------------------------------------------------------------------


def book(frame: dict[str, Any], sheets: Iterable[ReturnedSheet], stamp: Stamp | None = None) -> IO[bytes]:
    """The rows as a workbook with the sheets, headings, widths and looks of the one they came in."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    names: list[tuple[str, bool]] = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:

        def add(name: str, content: Iterable[str], *, hidden: bool = False) -> None:
            names.append((name, hidden))
            with made.open(f"xl/worksheets/sheet{len(names)}.xml", "w") as part:
                for piece in content:
                    part.write(piece.encode())

        for sheet in sheets:
            add(sheet.name, _sheet(frame, sheet, stamp))
        for listed in frame["lists"]:
            add(listed["name"], [f"{_XML}<worksheet {_MAIN}>{listed['xml']}</worksheet>"], hidden=listed["hidden"])
        if stamp is not None:
            taken = {name for name, _hidden in names}
            title = _("About this file")
            add(title if title not in taken else f"{title[:28]} 2", _about(stamp))
        made.writestr("xl/styles.xml", _XML + frame["styles"])
        if frame["theme"]:
            made.writestr("xl/theme/theme1.xml", _XML + frame["theme"])
        _write_package(made, names, frame, stamp)
    file.seek(0)
    return file


def _sheet(frame: dict[str, Any], sheet: ReturnedSheet, stamp: Stamp | None) -> Iterator[str]:
    about, width = frame["sheets"][sheet.name], sheet.columns
    yield f"{_XML}<worksheet {_MAIN}>{about['before']}{_widths(about['widths'], width)}<sheetData>"
    for number, row in about["head"]:
        yield _with_headings(row, number, width, frame["reason"]) if number == about["first"] else row
    last = about["last"]
    for number, row in enumerate(sheet.rows, start=last + 1):
        yield _row(number, row, about["columns"], width, frame)
        last = number
    yield "</sheetData>"
    if about["filter"]:
        yield f'<autoFilter ref="A{about["last"]}:{letters(width + 1)}{last}"/>'
    if about["merged"]:
        merged = "".join(f'<mergeCell ref="{escape(each)}"/>' for each in about["merged"])
        yield f"<mergeCells>{merged}</mergeCells>"
    if about["lists"]:
        yield f"<dataValidations>{''.join(about['lists'])}</dataValidations>"
    yield about["page"]
    if stamp is not None:
        # & begins a command of Excel's, and a foot has 255 characters at most
        foot = f"&L&8{stamp.line.replace('&', '&&')[:200]}&R&8&P / &N"
        yield f"<headerFooter><oddFooter>{_escaped(foot)}</oddFooter></headerFooter>"
    yield "</worksheet>"


def _widths(widths: list[list[Any]], columns: int) -> str:
    added = [[columns + 1, columns + 1, REASON_WIDTH, 0], [columns + 2, columns + 2, NUMBER_WIDTH, 0]]
    entries = (
        f'<col min="{first}" max="{last}" width="{width}" customWidth="1"' + (f' style="{style}"/>' if style else "/>")
        for first, last, width, style in [*widths, *added]
    )
    return f"<cols>{''.join(entries)}</cols>"


def _with_headings(row: str, number: int, width: int, style: int) -> str:
    added = "".join(_cell(number, width + place, word, style) for place, word in enumerate(reason_headings()))
    return (
        row.removesuffix("/>") + f">{added}</row>"
        if row.endswith("/>")
        else row.removesuffix("</row>") + f"{added}</row>"
    )


def _row(number: int, row: Returned, styles: list[dict[str, int]], width: int, frame: dict[str, Any]) -> str:
    cells = [
        _value(number, column, row.cells[column] if column < len(row.cells) else None, styles[column],
               "!" if column in row.marked else "", since_1904=frame["since_1904"])
        for column in range(width)
    ]  # fmt: skip
    cells += [_cell(number, width, row.reason, frame["reason"]), _cell(number, width + 1, row.number, 0)]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _value(row: int, column: int, cell: Any, styles: dict[str, int], mark: str, *, since_1904: bool) -> str:
    """A cell as it was: a number as a number, a day as a day; the result of a formula, never the formula."""
    if isinstance(cell, dict) and "formula" in cell:
        cell = cell["formula"]
    if isinstance(cell, dict) and "date" in cell:
        return _cell(row, column, _serial(cell["date"], since_1904=since_1904), styles["date" + mark])
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _cell(row, column, cell, styles["number" + mark])
    return _cell(row, column, text(cell), styles["text" + mark])


def _serial(day: str, *, since_1904: bool) -> int | str:
    try:
        return (date.fromisoformat(day[:10]) - (date(1904, 1, 1) if since_1904 else date(1899, 12, 30))).days
    except ValueError:
        return day


def _cell(row: int, column: int, value: Any, style: int) -> str:
    place = f'<c r="{letters(column)}{row}" s="{style}"'
    if value == "":
        return f"{place}/>"
    if isinstance(value, int | float):
        return f"{place}><v>{value!r}</v></c>"
    return f'{place} t="inlineStr"><is><t xml:space="preserve">{_escaped(value)}</t></is></c>'


def _escaped(value: str) -> str:
    return escape(_NO_XML.sub("", value))


def _about(stamp: Stamp) -> Iterator[str]:
    """Who took the file out, on a sheet of its own."""
    warning = _("Information about children. Do not pass it on; delete it when it has served its purpose.")
    lines = [*stamp.lines, ("", ""), (warning, "")]
    yield f'{_XML}<worksheet {_MAIN}><cols><col min="1" max="1" width="16" customWidth="1"/>'
    yield '<col min="2" max="2" width="60" customWidth="1"/></cols><sheetData>'
    for number, (word, value) in enumerate(lines, start=1):
        yield f'<row r="{number}">{_cell(number, 0, word, 0)}{_cell(number, 1, value, 0)}</row>'
    yield "</sheetData></worksheet>"


def _write_package(
    made: zipfile.ZipFile, names: list[tuple[str, bool]], frame: dict[str, Any], stamp: Stamp | None
) -> None:
    """What holds the parts together, as ECMA-376 asks."""
    numbers = range(1, len(names) + 1)
    theme = bool(frame["theme"])
    parts = [("/xl/workbook.xml", f"{_TYPE}.sheet.main+xml"), ("/xl/styles.xml", f"{_TYPE}.styles+xml")]
    parts += [(f"/xl/worksheets/sheet{number}.xml", f"{_TYPE}.worksheet+xml") for number in numbers]
    parts.append(("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"))
    if theme:
        parts.append(("/xl/theme/theme1.xml", "application/vnd.openxmlformats-officedocument.theme+xml"))
    made.writestr(
        "[Content_Types].xml",
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in parts)
        + "</Types>",
    )
    core = f"{_PACKAGE}/relationships/metadata/core-properties"
    made.writestr(
        "_rels/.rels", _relations([(f"{_OFFICE}/officeDocument", "xl/workbook.xml"), (core, "docProps/core.xml")])
    )
    entries = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"'
        + (' state="hidden"/>' if hidden else "/>")
        for number, (name, hidden) in zip(numbers, names, strict=True)
    )
    made.writestr(
        "xl/workbook.xml",
        f'{_XML}<workbook {_MAIN} xmlns:r="{_OFFICE}"><workbookPr date1904="{int(frame["since_1904"])}"/>'
        f'<bookViews><workbookView activeTab="0"/></bookViews><sheets>{entries}</sheets></workbook>',
    )
    relations = [(f"{_OFFICE}/worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    relations.append((f"{_OFFICE}/styles", "styles.xml"))
    if theme:
        relations.append((f"{_OFFICE}/theme", "theme/theme1.xml"))
    made.writestr("xl/_rels/workbook.xml.rels", _relations(relations))
    who = (
        f"<dc:creator>{_escaped(stamp.person)}</dc:creator><dc:description>{_escaped(stamp.line)}</dc:description>"
        if stamp
        else ""
    )
    made.writestr(
        "docProps/core.xml",
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/">{who}</cp:coreProperties>',
    )


def _relations(targets: list[tuple[str, str]]) -> str:
    entries = (
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{"".join(entries)}</Relationships>'
