"""Where in a sheet the roster is: the heading rows, and which rows below them are not children."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from caseworks.exchange import columns
from caseworks.exchange.longsheets import letters

ROWS_SEARCHED = 40
FEWEST_HEADINGS, FEWEST_WITHOUT_NAME = 2, 4
_TOTAL = re.compile(r"(合计|总计|小计|共计|总人数)|.{1,12}(合计|总计|小计)$")
_SIGNATURE = re.compile(
    r"(填表人|制表人|填报人|审核人|负责人|单位负责人|主管领导|分管领导|经办人|校长|制表单位|填报单位|填表单位|填报日期|填表日期|制表日期|制表时间|填报时间|填表时间|填表说明|注[:：]|备注[:：]|说明[:：]|\(?盖章)"
)

Row = tuple[int, list[Any]]  # its number in the sheet, from 1, and its cells


def text(cell: Any) -> str:
    """A cell as its words; the result of a formula, the beginning of a text that is too long."""
    if type(cell) is str:
        return cell
    if isinstance(cell, dict):
        cell = cell.get("text", cell.get("date", cell.get("formula")))
    if cell is None or isinstance(cell, bool):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


@dataclass(frozen=True)
class Header:
    """The heading rows of a sheet, and its headings, one per column ("" where there is none)."""

    first: int
    last: int
    headings: tuple[str, ...]


def _flattened(above: list[Any], below: list[Any]) -> list[str]:
    """Two heading rows as one: 父亲 over 姓名 reads 父亲/姓名; a heading that spans both rows stays as it is."""
    width = max(len(above), len(below))
    found, group = [], ""
    for index in range(width):
        top = text(above[index]).strip() if index < len(above) else ""
        bottom = text(below[index]).strip() if index < len(below) else ""
        group = top or (group if bottom else "")
        found.append(f"{group}/{bottom}" if group and bottom else group or bottom)
    return found


def find_header(rows: Sequence[Row]) -> Header | None:
    """The row, or the two rows, that read as headings; titles may stand above. None if the sheet is no roster."""
    best: tuple[int, Header] | None = None
    for place, (number, cells) in enumerate(rows):
        options = [(number, [text(cell).strip() for cell in cells])]
        if place + 1 < len(rows) and rows[place + 1][0] == number + 1:
            options.append((number + 1, _flattened(cells, rows[place + 1][1])))
        for last, headings in options:
            names = columns.distinct(re.sub(r"\s+", "", heading)[:60] for heading in headings)
            matched = columns.match(names)
            score = len({key for key in matched if key})
            enough = FEWEST_HEADINGS if "name" in matched else FEWEST_WITHOUT_NAME
            if score >= enough and (best is None or score > best[0]):
                best = (score, Header(number, last, tuple(names)))
    return best[1] if best else None


def why_no_child(cells: Sequence[Any], header: Header, keys: Sequence[str]) -> str:
    """Why a row below the headings is not a child: "blank", "total", "signature", "header", or "" if it is one."""
    first = next((word for cell in cells if cell is not None and (word := text(cell).strip())), "")
    name = keys.index("name") if "name" in keys else 0
    if _TOTAL.match(_bare(first)) or (name < len(cells) and _TOTAL.match(_bare(cells[name]))):
        return "total"
    if _SIGNATURE.match(first):
        return "signature"
    if not any(key and cell is not None and text(cell).strip() for cell, key in zip(cells, keys, strict=False)):
        return "blank"
    if name < len(cells) and _bare(cells[name]) == header.headings[name].rpartition("/")[2]:
        return "header"
    return ""


def may_be_headings(cells: Sequence[Any]) -> bool:
    """True if a row could be the headings of another roster: quickly, because every row is asked."""
    return any(type(cell) is str and "名" in cell and "姓" in cell and len(cell) < 20 for cell in cells)


def bare_row(cells: Sequence[Any]) -> tuple[str, ...]:
    """A row as it is compared with others, without spaces and without blank cells at the end."""
    row = [_bare(cell) for cell in cells]
    while row and not row[-1]:
        row.pop()
    return tuple(row)


def side_by_side(header: Header, keys: Sequence[str]) -> bool:
    """True if two rosters stand beside each other: name and ID number, or birth date, both come a second time. Only the
    first of them would be read."""
    again = {re.sub(r" \(\d+\)$", "", heading) for heading in header.headings if re.search(r" \(\d+\)$", heading)}
    twice = {key for heading, key in zip(header.headings, keys, strict=True) if key and heading in again}
    return "name" in twice and bool(twice & {"id_number", "born_on"})


def titles(merged: Sequence[Sequence[int]]) -> set[int]:
    """Rows with cells merged across three columns or more: titles, if nothing else stands in them."""
    return {first for first, left, last, right in merged if first == last and right - left >= 2}


def _bare(cell: Any) -> str:
    return "".join(text(cell).split())


def merged_rows(merged: Sequence[Sequence[int]], header: Header) -> dict[int, str]:
    """Rows below the headings that a merged range touches → the range as Excel writes it."""
    found: dict[int, str] = {}
    for first, left, last, right in merged:
        if last > header.last:
            for row in range(max(first, header.last + 1), last + 1):
                found.setdefault(row, f"{letters(left)}{first}:{letters(right)}{last}")
    return found
