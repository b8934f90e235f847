"""A summary as a workbook, in the order and the words of the form: figures are numbers, notes stand below them."""

from __future__ import annotations

from datetime import date
from typing import IO

from caseworks.reports.annual import basis_of
from caseworks.reports.annual_xlsx import made_by_line
from caseworks.reports.summary.columns import NOTES, OFFICIAL
from caseworks.reports.summary.making import Summary
from caseworks.sheets import new_book
from caseworks.stamps import Stamp

A3 = 8
STUB = {"home": "区域", "school": "学校"}


def summary_book(made: Summary, *, made_on: date, stamp: Stamp) -> IO[bytes]:
    """The form, filled. Raises ValueError for one that does not foot: it leaves on no way."""
    if made.mismatches:
        raise ValueError("a summary that does not foot is not handed in")
    with new_book(stamp) as book:
        page = book.add_page(made.title)
        middle = {"align": "center", "valign": "vcenter", "text_wrap": True}
        heading = book.book.add_format({"bold": True, "border": 1, **middle})
        title = book.book.add_format({"bold": True, "font_size": 16, **middle})
        last = len(made.columns)
        page.set_column(0, 0, 18, book.text)
        page.set_column(1, last, 7, book.number)
        page.merge_range(0, 0, 0, last, made.title, title)
        page.write_string(1, 0, f"填报单位：{made.question.organization.name}")
        page.write_string(1, min(12, last), f"截止日期：{made.question.last.isoformat()}")
        page.write_string(2, 0, STUB[made.by], heading)
        at = 1
        for words, columns in made.groups:
            if len(columns) > 1:
                page.merge_range(2, at, 2, at + len(columns) - 1, words, heading)
            else:
                page.write_string(2, at, words, heading)
            at += len(columns)
        first = 5 if made.kind == OFFICIAL else 4
        for row, headings in ((3, [column.heading for column in made.columns]), (4, _numbers(made)))[: first - 3]:
            page.write_blank(row, 0, None, heading)
            for index, word in enumerate(headings, start=1):
                page.write_string(row, index, word, heading)
        page.freeze_panes(first, 1)
        page.repeat_rows(2, first - 1)
        page.set_landscape()
        page.set_paper(A3)
        page.fit_to_pages(1, 0)
        rows = ([line.label, *(figure.number for figure in line.cells)] for line in made.all_lines)
        below = page.write_rows(first, rows, text=book.text, number=book.number)
        notes = (
            *NOTES[made.kind],
            *basis_of(made.question, made.counted_at),
            made_by_line(made_on, stamp.person),
            stamp.line,
        )
        for offset, note in enumerate(notes, start=1):
            page.write_string(below + offset, 0, note)
    return book.file


def _numbers(made: Summary) -> list[str]:
    """The numbers of the columns, which only the 32 have."""
    return [str(number) for number in range(1, len(made.columns) + 1)] if made.kind == OFFICIAL else []
