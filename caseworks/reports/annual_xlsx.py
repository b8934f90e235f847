"""The annual report, and the list behind a figure, as workbooks: numbers are numbers, and each sheet says by which
definition, up to which day, by whom and when it was made."""

from __future__ import annotations

from datetime import date
from typing import IO

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from caseworks.reports import wording
from caseworks.reports.annual import basis_of
from caseworks.reports.document import SHARE, Figure, Report, Table
from caseworks.reports.question import Question
from caseworks.reports.records import listing_of
from caseworks.sheets import Column, Sheet, write_book, write_sheet
from caseworks.stamps import Stamp


def made_by_line(made_on: date, made_by: str) -> str:
    """Who made it, and when."""
    return _("Made on {day} by {person}.").format(day=wording.day(made_on), person=made_by)


def report_book(report: Report, stamp: Stamp | None = None) -> IO[bytes]:
    """A workbook: the text, every figure with its meaning, and a sheet for each table."""
    notes = (report.title, *report.basis, made_by_line(report.made_on, report.made_by))
    return write_book(
        [
            _text_sheet(report, notes),
            _figures_sheet(report, notes),
            *(_table_sheet(table, report, notes) for table in report.tables),
        ],
        stamp=stamp,
    )


def _text_sheet(report: Report, notes: tuple[str, ...]) -> Sheet:
    lines = [
        (line,)
        for section in report.sections
        for line in (section.heading, *(paragraph.text for paragraph in section.paragraphs))
    ]
    return Sheet(_("Text"), (Column(report.title, 110),), lines, notes[1:], filtered=False)


def _figures_sheet(report: Report, notes: tuple[str, ...]) -> Sheet:
    before = (Column(_("Year before"), 10),) if report.compared else ()
    columns = (Column(_("Figure"), 24), Column(_("Value"), 10), *before, Column(_("Unit"), 8), Column(_("Meaning"), 90))
    rows = [
        (
            figure.name,
            figure.number,
            *((figure.before,) if report.compared else ()),
            figure.unit,
            str(figure.indicator.words),
        )
        for figure in report.annex
    ]
    return Sheet(_("Figures"), columns, rows, notes, filtered=False)


def _table_sheet(table: Table, report: Report, notes: tuple[str, ...]) -> Sheet:
    shares = {
        at for row in table.lines for at, cell in enumerate(row.cells) if cell is not None and cell.shown == SHARE
    }
    headings = (f"{heading} (%)" if at in shares else heading for at, heading in enumerate(table.columns))
    columns = [Column(table.stub, 24), *(Column(heading, 14) for heading in headings)]
    if report.compared:
        columns.append(Column(_("Year before"), 10))
    rows = []
    for row in table.lines:
        main = row.cells[table.main]
        rows.append(
            (
                row.label,
                *(None if cell is None else cell.number for cell in row.cells),
                *((main and main.before,) if report.compared else ()),
            )
        )
    return Sheet(table.title, columns, rows, (*filter(None, [table.note]), *notes), filtered=False)


def records_book(
    figure: Figure,
    records: QuerySet,
    question: Question,
    *,
    made_on: date,
    made_by: str,
    stamp: Stamp | None = None,
) -> IO[bytes]:
    """The list behind a figure, as the page shows it."""
    listing = listing_of(records)
    return write_sheet(
        figure.name,
        [Column(str(heading), 16) for heading in listing.headings],
        ([cell.value for cell in line] for line in listing.all_lines(records, question)),
        notes=(
            f"{figure.name}: {figure.exact} {figure.unit}",
            str(figure.indicator.words),
            *basis_of(question),
            made_by_line(made_on, made_by),
        ),
        stamp=stamp,
    )
