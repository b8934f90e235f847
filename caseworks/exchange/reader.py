"""From an uploaded file to rows with their place: sheet, row, column. The file itself is read by another process."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from caseworks.environment import ROOT
from caseworks.exchange import columns, layout

MOST_BYTES = 60 * 1024**2
MOST_ROWS = 200_000
SECONDS = 1800  # whoever reads its output may be slow; its own work is limited to two minutes of processor (parsing.py)
# isolated (-I), but for this package
PROGRAM = "import sys; sys.path.append(sys.argv.pop(1)); from caseworks.exchange.{} import main; main(*sys.argv[1:])"

REFUSALS = {
    "empty": _("The file is empty."),
    "no_spreadsheet": _(
        "This is not a spreadsheet that can be read. Open it in Excel or WPS, save it as xlsx, and choose that. A zip or rar "
        "file has to be unpacked first."
    ),
    "quotes": _(
        "From line %(line)s on, a quotation mark is not closed. Save the file from Excel as xlsx, or take the mark out."
    ),
    "side_by_side": _(
        "On sheet “%(sheet)s” two rosters stand side by side (headings in row %(row)s). Put one below the other, or on a sheet "
        "of its own, and send the file again."
    ),
    "web_page": _("This is a web page with the name of a spreadsheet. Open it in Excel and save it as xlsx."),
    "password": _("The file is protected by a password. Save it without the password and choose it again."),
    "macros": _("The file contains macros, which are refused. Save it as a plain xlsx and choose it again."),
    "links": _("The file draws on other files. Copy the sheet as values into a new file and choose that."),
    "bomb": _(
        "The file is far larger inside than a roster can be, so it was not opened. Copy only the cells of the roster into a new "
        "file, as values, and choose that."
    ),
    "broken": _("The file is damaged and cannot be read. Open it in Excel, save it again and choose the new file."),
    "encoding": _(
        "The text cannot be read: line %(line)s is neither UTF-8 nor GB 18030. Save it from Excel as xlsx, or as CSV UTF-8."
    ),
    "too_big": _("The file has %(size)s MB; at most %(most)s MB are read. Take out pictures, or split the roster."),
    "too_many": _("The file has more than %(most)s rows. Split it into several files."),
    "no_roster": _(
        "No roster was found in the file: no sheet has a heading row with 姓名 and at least one more column. "
        "Sheets looked at: %(sheets)s."
    ),
    "no_rows": _("The sheet has headings but no child below them."),
}


class RosterError(ValidationError):
    """The whole file is refused; the message says why and what to do."""

    def __init__(self, key: str, **facts: Any) -> None:
        super().__init__(REFUSALS[key], code=key, params=facts)


@dataclass
class Sheet:
    """A sheet with a roster: its headings, the rows that were passed over, each with the reason, and how many of those that
    were read are hidden or filtered away in the file."""

    name: str
    header: layout.Header
    merged: dict[int, str]
    since_1904: bool
    passed_over: list[tuple[int, str]] = field(default_factory=list)
    hidden: int = 0

    def kept(self) -> dict[str, Any]:
        """As it is stored with the batch."""
        return {
            "name": self.name,
            "headings": list(self.header.headings),
            "first_heading_row": self.header.first,
            "heading_row": self.header.last,
            "merged": {str(number): cells for number, cells in self.merged.items()},
            "since_1904": self.since_1904,
            "passed_over": [list(entry) for entry in self.passed_over],
            "hidden": self.hidden,
        }


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that should be a child."""

    sheet: int
    number: int
    cells: list[Any]


@dataclass
class Roster:
    """What was found in a file so far: sheets with rosters, and the names of those without."""

    sheets: list[Sheet] = field(default_factory=list)
    no_rosters: list[str] = field(default_factory=list)


def check_size(size: int) -> None:
    """Refuse a file by the size it declares, before a byte of it is read. Raises RosterError."""
    if size > MOST_BYTES:
        raise RosterError("too_big", size=round(size / 1024**2), most=MOST_BYTES // 1024**2)
    if size == 0:
        raise RosterError("empty")


def _parts(path: Path) -> Iterator[Any]:
    """What the reading process writes, part by part. Raises RosterError if it refuses, dies or takes too long."""
    process = subprocess.Popen(  # noqa: S603  (our own program; the file's name is not part of a shell line)
        [sys.executable, "-I", "-c", PROGRAM.format("parsing"), str(ROOT), str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
    clock = threading.Timer(SECONDS, process.kill)
    clock.start()
    try:
        for line in process.stdout:  # type: ignore[union-attr]
            part = json.loads(line) if line.endswith("\n") else {}
            if isinstance(part, dict) and "error" in part:
                raise RosterError(part.pop("error"), **part)
            if isinstance(part, dict) and "end" in part:
                return
            yield part
        raise RosterError("bomb" if process.wait() < 0 else "broken")
    finally:
        clock.cancel()
        process.kill()
        process.stdout.close()  # type: ignore[union-attr]
        process.wait()


def frame_of(path: Path, headings: dict[str, list[int]]) -> dict[str, Any]:
    """The frame of a file (frames.py), in which its rows can come back; empty if it has none."""
    if not headings:
        return {}
    command = [sys.executable, "-I", "-c", PROGRAM.format("frames"), str(ROOT), str(path), json.dumps(headings)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)  # noqa: S603  (our own program)
        return json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        return {}


def _sheets(parts: Iterator[Any]) -> Iterator[tuple[dict[str, Any], Iterator[layout.Row]]]:
    """Each sheet with its rows; the rows must be used up before the next sheet is asked for."""
    waiting = next(parts, None)
    while waiting is not None:
        about: Any = waiting
        following: list[Any] = []

        def rows(following: list[Any] = following) -> Iterator[layout.Row]:
            for part in parts:
                if isinstance(part, dict):
                    following.append(part)
                    return
                yield part[0], part[1:]

        of_this_sheet = rows()
        yield about, of_this_sheet
        for _rest in of_this_sheet:
            pass
        waiting = following[0] if following else None


class _Ahead:
    """Rows, of which the next can be looked at before it is taken."""

    def __init__(self, rows: Iterable[layout.Row]) -> None:
        self.rows, self.next = iter(rows), list[layout.Row]()

    def __iter__(self) -> Iterator[layout.Row]:
        while self.peek():
            yield self.next.pop()

    def peek(self) -> list[layout.Row]:
        """The next row as a list; an empty one at the end."""
        if not self.next:
            self.next.extend(islice(self.rows, 1))
        return self.next


class _SheetReader:
    """Tells the children of a sheet from everything else in it. Several rosters may stand one below the other, each with
    headings of its own; the headings of one may come again on every page."""

    def __init__(self, about: dict[str, Any], roster: Roster) -> None:
        self.about, self.roster = about, roster
        self.titles, self.hidden = layout.titles(about["merged"]), frozenset(about["hidden_rows"])
        self.above: set[tuple[str, ...]] = set()  # headings and titles, which are repeated on every page
        self.begin: set[tuple[str, ...]] = set()  # the first words of those

    def read(self, rows: Iterable[layout.Row]) -> Iterator[SheetRow]:
        ahead = _Ahead(rows)
        opening = list(islice(ahead, layout.ROWS_SEARCHED))
        header = layout.find_header(opening)
        if header is None:
            self.roster.no_rosters.append(self.about["sheet"])
            return
        keys = self._begin(header, opening)
        ahead = _Ahead(chain((row for row in opening if row[0] > header.last), ahead))
        for number, cells in ahead:
            reason = self._why_no_child(number, cells, header, keys)
            if not reason and layout.may_be_headings(cells):
                other = layout.find_header([(number, cells), *ahead.peek()])
                if other is not None:
                    rest = [next(iter(ahead))] if other.last > number else []
                    keys, header = self._begin(other, [(number, cells), *rest]), other
                    continue
            if not reason:
                self.roster.sheets[-1].hidden += number in self.hidden
                yield SheetRow(len(self.roster.sheets) - 1, number, cells)
            elif reason != "blank":
                self.roster.sheets[-1].passed_over.append((number, reason))

    def _begin(self, header: layout.Header, rows: list[layout.Row]) -> list[str]:
        keys = columns.match(header.headings)
        if layout.side_by_side(header, keys):
            raise RosterError("side_by_side", sheet=self.about["sheet"], row=header.last)
        self.above |= {layout.bare_row(cells) for number, cells in rows if number <= header.last}
        self.begin = {tuple(cell for cell in row if cell)[:1] for row in self.above}
        merged = layout.merged_rows(self.about["merged"], header)
        self.roster.sheets.append(Sheet(self.about["sheet"], header, merged, self.about["since_1904"]))
        return keys

    def _why_no_child(self, number: int, cells: list[Any], header: layout.Header, keys: list[str]) -> str:
        begins = layout.bare_row([next(cell for cell in cells if cell is not None)])
        if begins in self.begin and layout.bare_row(cells) in self.above:
            return "header"
        if number in self.titles and sum(cell is not None for cell in cells) == 1:
            return "title"
        return layout.why_no_child(cells, header, keys)


def read(path: Path, roster: Roster) -> Iterator[SheetRow]:
    """The rows of every sheet that holds a roster, in order; `roster` fills as they come.

    Raises RosterError if the file cannot be read, holds no roster, too many rows, or none.
    """
    count = 0
    for about, rows in _sheets(_parts(path)):
        for row in _SheetReader(about, roster).read(rows):
            count += 1
            if count > MOST_ROWS:
                raise RosterError("too_many", most=MOST_ROWS)
            yield row
    if not roster.sheets:
        raise RosterError("no_roster", sheets="、".join(roster.no_rosters))
    if not count:
        raise RosterError("no_rows")


PASSED_OVER = {
    "total": _("total row"),
    "signature": _("signature or note"),
    "header": _("headings repeated"),
    "title": _("title row"),
}
