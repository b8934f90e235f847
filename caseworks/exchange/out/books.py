"""Writing a roster in its layout: title, one or two heading rows, the children, the total, who signs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import IO, Any

from caseworks.exchange.out.layouts import Cells, Layout, born, kind_of_number
from caseworks.exchange.out.lines import Line
from caseworks.sheets import Book, Page, new_book, write_cell
from caseworks.stamps import Stamp

# Of those whom no resident ID number tells apart, the import needs to know more than some of the forms ask.
EXTRA = (Cells("出生日期", born, 10), Cells("身份证件类型", kind_of_number, 12))
SIGNATURES = "填表人：                    审核人：                    单位负责人（盖章）："


def layout_book(
    layout: Layout, lines: Iterable[Line], *, office: str, on: date, stamp: Stamp, extra: bool = False
) -> IO[bytes]:
    """The workbook of a roster. With `extra` it gets, after the columns of the form, birth date and kind of document where
    the form lacks them: for children whom no resident ID number tells apart, whom the forms forget."""
    columns = list(layout.columns)
    if extra:
        known = {column.heading for column in columns}
        columns += [column for column in EXTRA if column.heading not in known]
    with new_book(stamp) as book:
        page = book.add_page(layout.sheet)
        row = _headings(book, page, layout, columns, office=office, on=on)
        values = [column.value for column in columns]
        rows = ([value(line) for value in values] for line in lines)
        if layout.numbered:
            rows = ([number, *cells] for number, cells in enumerate(rows, start=1))
        below = page.write_rows(row, rows, text=book.text, number=book.number)
        if layout.total:
            write_cell(page, below, 0, "合计", book.bold)
            write_cell(page, below, 1, f"{below - row}人", book.bold)
            write_cell(page, below + 1, 0, SIGNATURES)
    return book.file


def _headings(book: Book, page: Page, layout: Layout, columns: Sequence[Cells], *, office: str, on: date) -> int:
    """Title and heading rows; the answer is the row where the children begin."""
    middle = {"align": "center", "valign": "vcenter", "text_wrap": True}
    heading = book.book.add_format({"bold": True, "border": 1, **middle})
    title = book.book.add_format({"bold": True, "font_size": 16, **middle})
    first = 1 if layout.numbered else 0
    last = first + len(columns) - 1
    row = 0
    for index, column in enumerate(columns, start=first):
        page.set_column(index, index, column.width, book.text)
    if first:
        page.set_column(0, 0, 6)
    if layout.title:
        page.merge_range(0, 0, 0, last, layout.title, title)
        write_cell(page, 1, 0, f"填报单位:{office}")
        write_cell(page, 1, min(8, last), f"填报日期:{on.year}年{on.month}月{on.day}日")
        row = 2
    if layout.two_levels:
        _two_levels(page, row, columns, heading, first=first)
        row += 1
    else:
        for index, column in enumerate(columns, start=first):
            page.write_string(row, index, column.heading, heading)
    page.freeze_panes(row + 1, first + 1)
    page.repeat_rows(0, row)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_paper(8)  # A3
    return row + 1


def _two_levels(page: Page, row: int, columns: Sequence[Cells], heading: Any, *, first: int) -> None:
    """Groups over their columns; the other headings over both rows. A workbook that is written in constant memory takes its
    rows one after another, so the joints are noted once both rows are written."""
    over_both = [0] if first else []
    if first:
        page.write_string(row, 0, "序号", heading)
    at = first
    for group, members in groupby(columns, key=lambda column: column.group):
        together = list(members)
        if not group:
            for column in together:
                page.write_string(row, at, column.heading, heading)
                over_both.append(at)
                at += 1
            continue
        if len(together) == 1:
            page.write_string(row, at, group, heading)
        else:
            page.merge_range(row, at, row, at + len(together) - 1, group, heading)
        at += len(together)
    for index, column in enumerate(columns, start=first):
        if column.group:
            page.write_string(row + 1, index, column.heading, heading)
    for index in over_both:
        page.write_blank(row + 1, index, None, heading)
        page.merge.append([row, index, row + 1, index])  # merge_range would write the upper cell again, which is gone
