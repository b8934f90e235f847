"""The frame of an uploaded file: what is left of it without its rows, so that the rows that stay out can come back in the
workbook they came in. Like parsing.py it runs in a process of its own, because what a stranger sends may be broken on purpose.

A frame is made anew from what is known to be harmless, never copied: title rows and headings, merged headings, widths, the
look of each column, frozen panes, drop-down lists with the sheets they draw on. Formulas, macros, links, pictures, comments,
hidden rows, conditional formats and whatever else a workbook can hold stay behind, and so does every child.

What is written on standard output is JSON: {} if there is no frame, or

    {"kind": "csv", "encoding": …, "delimiter": …, "newline": …, "head": [rows up to the headings]}
    {"kind": "xlsx", "styles": xml, "theme": xml, "since_1904": bool, "lists": [sheets that drop-down lists draw on],
     "reason": style, "sheets": {name: {"before": xml, "head": [xml of a row], "last": number of the last heading row,
     "merged": xml, "after": xml, "filter": bool, "columns": [{"text", "number", "date", "text!", "number!", "date!"}]}}}

Styles are numbers of cell formats; those with "!" mark a cell that has a problem.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import re
import sys
import zipfile
from collections import Counter
from typing import Any

from lxml import etree

from caseworks.exchange import longsheets, parsing, sheetxml
from caseworks.exchange.longsheets import column_number, letters

SAMPLE = 120  # rows looked at: the headings and some children, for the look of their columns
MOST_BYTES_OF_LISTS = 300_000
MOST_BYTES = 4_000_000
LAST_ROW = 1_048_576

_VIEW = {"showGridLines", "showRowColHeaders", "showZeros", "zoomScale", "zoomScaleNormal", "workbookViewId"}
_PANE = {"xSplit", "ySplit", "activePane", "state"}
_OF_A_CELL = {"r", "s", "t"}
_PAGE = ("printOptions", "pageMargins", "pageSetup")
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_RANGE = re.compile(r"^(?:'((?:[^'\[\]]|'')+)'|([^'!\[\]\"(),]+))!\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?$")
_LITERAL_LIST = re.compile(r'^"[^"]*"$')
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")


def of_file(path: str, headings: dict[str, list[int]]) -> dict[str, Any]:
    """The frame of a file. `headings` gives for each sheet with a roster its first and last heading row and how many
    columns it has."""
    with open(path, "rb") as file:
        start = file.read(4)
        if start == b"PK\x03\x04":
            with zipfile.ZipFile(path) as book:
                if "xl/workbook.xml" not in book.namelist():
                    return {}
                return _Workbook(book).frame(headings)
        if start.startswith(b"\xd0\xcf\x11\xe0"):
            return {}
        return _of_text(start + file.read(), headings["CSV"][1])


def _of_text(content: bytes, last: int) -> dict[str, Any]:
    text, encoding = parsing.decode(content)
    delimiter = parsing.delimiter_of(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    head = [row for _number, row in zip(range(last), rows, strict=False)]
    return {
        "kind": "csv",
        "encoding": encoding,
        "delimiter": delimiter,
        "newline": "\r\n" if "\r\n" in text else "\n",
        "head": head,
    }


# --- A workbook ---------------------------------------------------------------------------------------------------------


class _Workbook:
    def __init__(self, book: zipfile.ZipFile) -> None:
        self.book = book
        self.about = sheetxml.parsed(book.read("xl/workbook.xml"))
        self.styles = sheetxml.Styles(book.read("xl/styles.xml"))
        entries = [each for each in self.about.iter() if isinstance(each.tag, str) and sheetxml.name(each) == "sheet"]
        self.parts = {entries[number].get("name"): part for number, part in parsing.sheet_parts(book).items()}
        self.hidden = {each.get("name") for each in entries if each.get("state", "visible") != "visible"}
        self.names = {
            each.get("name"): (each.text or "")
            for each in self.about.iter()
            if isinstance(each.tag, str) and sheetxml.name(each) == "definedName"
        }
        self.lists: dict[str, str] = {}  # sheets that drop-down lists draw on
        self.rosters: dict[str, list[int]] = {}

    def frame(self, headings: dict[str, list[int]]) -> dict[str, Any]:
        self.rosters = headings
        found = {name: sheetxml.parsed(longsheets.beginning(self.book, self.parts[name], SAMPLE)) for name in headings}
        texts = self._texts(found.values())
        sheets = {name: self._sheet(found[name], texts, *headings[name]) for name in headings}
        reason = self.styles.reason()
        names = set(self.book.namelist())
        return {
            "kind": "xlsx",
            "since_1904": parsing.counts_from_1904(self.book),
            "styles": sheetxml.xml(self.styles.root),
            "theme": sheetxml.theme(self.book.read("xl/theme/theme1.xml")) if "xl/theme/theme1.xml" in names else "",
            "reason": reason,
            "sheets": sheets,
            "lists": [{"name": name, "hidden": name in self.hidden, "xml": xml} for name, xml in self.lists.items()],
        }

    def _texts(self, sheets: Any) -> dict[int, Any]:
        """The shared texts that these sheets use, by their number."""
        wanted = {
            int(sheetxml.child(cell, "v").text)
            for sheet in sheets
            for row in sheetxml.children(sheetxml.child(sheet, "sheetData"), "row")
            for cell in sheetxml.children(row, "c")
            if cell.get("t") == "s" and sheetxml.child(cell, "v") is not None
        }
        found: dict[int, Any] = {}
        if not wanted or "xl/sharedStrings.xml" not in self.book.namelist():
            return found
        with self.book.open("xl/sharedStrings.xml") as file:
            texts = etree.iterparse(file, tag="{*}si", resolve_entities=False, no_network=True, load_dtd=False)
            for number, (_event, element) in enumerate(texts):
                if number in wanted:
                    found[number] = sheetxml.plain(element)
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
                if len(found) == len(wanted):
                    break
        return found

    def _sheet(self, sheet: Any, texts: dict[int, Any], first: int, last: int, columns: int) -> dict[str, Any]:
        head, seen = [], [Counter[tuple[str, int]]() for _column in range(columns)]
        for position, row in enumerate(sheetxml.children(sheetxml.child(sheet, "sheetData"), "row"), start=1):
            number = int(row.get("r", position))
            if number <= last:
                head.append([number, sheetxml.inner(self._row(row, texts, columns))])
            else:
                _note_styles(row, seen)
        views = sheetxml.child(sheet, "sheetViews")
        page = "".join(
            sheetxml.inner(_bare(sheetxml.child(sheet, tag))) for tag in _PAGE if sheetxml.child(sheet, tag) is not None
        )
        return {
            "before": sheetxml.inner(_tab(sheetxml.child(sheet, "sheetPr")))
            + sheetxml.inner(_view(views))
            + sheetxml.inner(_bare(sheetxml.child(sheet, "sheetFormatPr"))),
            "widths": _widths(sheetxml.child(sheet, "cols"), columns),
            "head": head,
            "first": first,
            "last": last,
            "merged": [
                each.get("ref")
                for each in sheetxml.children(sheetxml.child(sheet, "mergeCells"), "mergeCell")
                if _inside(each.get("ref", ""), last, columns)
            ],
            "lists": [sheetxml.inner(each) for each in self._validations(sheet, last)],
            "page": page,
            "filter": sheetxml.child(sheet, "autoFilter") is not None,
            "columns": [self.styles.of_column(each) for each in seen],
        }

    def _row(self, row: Any, texts: dict[int, Any], columns: int | None) -> Any:
        """A row with its texts inside it, without hidden state; columns beyond the roster are left out."""
        kept = {key: row.get(key) for key in ("r", "ht", "customHeight", "s", "customFormat") if row.get(key)}
        new = sheetxml.made("row", **kept)
        for cell in sheetxml.children(row, "c"):
            place = _CELL.fullmatch(cell.get("r", ""))
            if place is None or (columns is not None and column_number(place.group(1).encode()) >= columns):
                continue
            made = sheetxml.plain(cell)
            for key in set(made.attrib) - _OF_A_CELL:
                del made.attrib[key]
            value = sheetxml.child(made, "v")
            if cell.get("t") == "s" and value is not None:
                inside = copy.deepcopy(texts.get(int(value.text), sheetxml.made("si")))
                inside.tag = f"{{{sheetxml.MAIN}}}is"
                made.remove(value)
                made.append(inside)
                made.set("t", "inlineStr")
            new.append(made)
        return new

    # --- drop-down lists ---

    def _validations(self, sheet: Any, last: int) -> list[Any]:
        """What may be typed into a column, as far as it is a list of words, a range of another sheet, or a number."""
        found = []
        for each in sheet.iter():
            if not isinstance(each.tag, str) or sheetxml.name(each) != "dataValidation":
                continue
            formulas = [self._formula(each.get("type", ""), _formula_of(each, tag)) for tag in ("formula1", "formula2")]
            ranges = each.get("sqref") or _formula_of(each, "sqref")
            columns = {place.group(1) for place in _CELL.finditer(ranges) if int(place.group(2)) > last}
            if formulas[0] is None or formulas[1] is None or not formulas[0] or not columns:
                continue
            kept = {key: value for key, value in each.attrib.items() if not key.startswith("{") and key != "sqref"}
            kept["sqref"] = " ".join(_below(part, last) for part in ranges.split() if _CELL.match(part))
            new = sheetxml.made("dataValidation", **kept)
            for tag, formula in zip(("formula1", "formula2"), formulas, strict=True):
                if formula:
                    new.append(sheetxml.made(tag))
                    new[-1].text = formula
            found.append(new)
        return found

    def _formula(self, kind: str, formula: str) -> str | None:
        """A condition that may come along, as it is to be written; None if it may not."""
        if (
            not formula
            or (kind != "list" and _NUMBER.match(formula))
            or (kind == "list" and _LITERAL_LIST.match(formula))
        ):
            return formula
        formula = self.names.get(formula, formula)
        if (
            kind == "list"
            and (place := _RANGE.match(formula))
            and self._keep_list((place[1] or place[2]).replace("''", "'"))
        ):
            return formula
        return None

    def _keep_list(self, name: str) -> bool:
        if name in self.lists:
            return True
        part = self.parts.get(name)
        if part is None or name in self.rosters or self.book.getinfo(part).file_size > MOST_BYTES_OF_LISTS:
            return False
        sheet = sheetxml.parsed(self.book.read(part))
        texts = self._texts([sheet])
        rows = sheetxml.made(
            "sheetData",
            *(self._row(row, texts, None) for row in sheetxml.children(sheetxml.child(sheet, "sheetData"), "row")),
        )
        self.lists[name] = sheetxml.inner(_bare(sheetxml.child(sheet, "cols"))) + sheetxml.inner(rows)
        return True


def _note_styles(row: Any, seen: list[Counter[tuple[str, int]]]) -> None:
    for cell in sheetxml.children(row, "c"):
        place = _CELL.fullmatch(cell.get("r", ""))
        column = column_number(place.group(1).encode()) if place else len(seen)
        if column < len(seen):
            blank = sheetxml.child(cell, "v") is None and sheetxml.child(cell, "is") is None
            kind = "blank" if blank else "number" if cell.get("t", "n") == "n" else "text"
            seen[column][kind, int(cell.get("s", 0))] += 1


def _bare(element: Any) -> Any:
    return None if element is None else sheetxml.plain(element)


def _tab(element: Any) -> Any:
    """The colour of a sheet's tab, and whether a page is filled."""
    if element is None:
        return None
    return sheetxml.made(
        "sheetPr",
        *(sheetxml.plain(child) for tag in ("tabColor", "pageSetUpPr") for child in sheetxml.children(element, tag)),
    )


def _view(element: Any) -> Any:
    view = sheetxml.child(element, "sheetView") if element is not None else None
    if view is None:
        return None
    panes = [_pane(pane) for pane in sheetxml.children(view, "pane") if pane.get("state") == "frozen"]
    kept = {key: value for key, value in view.attrib.items() if key in _VIEW}
    return sheetxml.made("sheetViews", sheetxml.made("sheetView", *panes, **{"workbookViewId": "0", **kept}))


def _pane(pane: Any) -> Any:
    """Frozen titles and names, scrolled to the beginning."""
    right, down = (int(float(pane.get(key, 0))) for key in ("xSplit", "ySplit"))
    kept = {key: value for key, value in pane.attrib.items() if key in _PANE}
    return sheetxml.made("pane", topLeftCell=f"{letters(right)}{down + 1}", **kept)


def _widths(element: Any, columns: int) -> list[list[Any]]:
    """First and last column from 1, width, and the format of a group of columns. Hidden ones come back shown."""
    found: list[list[Any]] = []
    for each in sheetxml.children(element, "col"):
        first, last = int(each.get("min", 1)), min(int(each.get("max", 1)), columns)
        if first <= last and each.get("width"):
            found.append([first, last, float(each.get("width")), int(each.get("style", 0))])
    return found


def _inside(reference: str, last: int, columns: int) -> bool:
    corners = _CELL.findall(reference)
    return bool(corners) and all(int(row) <= last and column_number(name.encode()) < columns for name, row in corners)


def _below(reference: str, last: int) -> str:
    """A range of columns, from below the headings to the end."""
    names = [place.group(1) for place in _CELL.finditer(reference)]
    return f"{names[0]}{last + 1}:{names[-1]}{LAST_ROW}"


def _formula_of(element: Any, tag: str) -> str:
    """The text of a part of a condition: Excel writes it as such, or one level deeper in its extension."""
    part = sheetxml.child(element, tag)
    return "" if part is None else "".join(part.itertext()).strip()


# --- The process --------------------------------------------------------------------------------------------------------


def main(path: str, headings: str) -> None:
    """Limit this process, then write the frame of the file; {} if it has none, for whatever reason."""
    parsing.limit()
    try:
        frame = json.dumps(of_file(path, json.loads(headings)), ensure_ascii=False)
    except Exception:  # the frame is a kindness: without it the rows come back in a plain workbook
        frame = "{}"
    sys.stdout.write(frame if len(frame) <= MOST_BYTES else "{}")
