"""How complete the archives behind a report are: the very checks of the archive, in every form the report has."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from docx import Document

from caseworks.reports.annual import annual_report
from caseworks.reports.annual_docx import report_document
from caseworks.reports.annual_html import report_page
from caseworks.reports.annual_xlsx import report_book
from caseworks.reports.completeness import BEARING, LACKING, lacking
from guardians.gaps import CHECKS, gaps_of
from tests import factories
from tests.reports.conftest import ask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


def table_of(organization, **options):
    report = annual_report(ask(organization, **options), made_on=date(2026, 1, 5), made_by="欧阳")
    return report, next(table for table in report.tables if table.key == "completeness")


@pytest.mark.parametrize("definition", ["wide", "civil", "school"])
def test_it_counts_what_the_pages_of_the_archives_say(busy, as_everyone, definition):
    question = ask(busy.county, definition=definition)
    said = Counter(gap.check.key for gaps in gaps_of(question.left_behind(), question.last).values() for gap in gaps)
    _report, table = table_of(busy.county, definition=definition)
    assert [row.cells[0].value for row in table.rows] == [said[key] for key in BEARING]
    assert sum(bool(said[key]) for key in BEARING) >= 5


def test_a_child_that_is_not_counted_is_not_missed(cast, as_everyone):
    """A child at home, of whom nothing is collected, is no line of a report on left-behind children."""
    before = lacking(ask(cast.county))
    factories.child("在家", school=None, village=None, health="", registration="", id_number="")
    assert lacking(ask(cast.county)) == before


def test_its_shares_are_of_the_children_counted(busy, as_everyone):
    report, table = table_of(busy.county)
    whole = next(figure for figure in report.annex if figure.indicator.key == "left_behind")
    assert table.total.cells[0].value == whole.value
    for row in table.rows:
        number, share = row.cells
        assert abs(float(share.share) - number.value * 100 / whole.value) <= 0.05, row.label
        assert (number.before, number.exact_before) == (None, "—")


def test_all_its_checks_are_one_query(busy, as_everyone):
    with CaptureQueriesContext(connection) as queries:
        lacking(ask(busy.county))
    assert len(queries) == 1


def test_every_form_of_the_report_has_it(busy, as_everyone):
    report, table = table_of(busy.county)
    lines = [[row.label, *(cell.text for cell in row.cells)] for row in table.lines]
    title = table.title
    assert "资料完整情况" in title

    document = Document(report_document(report))
    assert table.note in [paragraph.text for paragraph in document.paragraphs]
    drawn = document.tables[report.tables.index(table)]
    assert [[cell.text for cell in row.cells][:3] for row in drawn.rows][1:] == lines

    sheet = openpyxl.load_workbook(report_book(report))[title[:31]]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[:2] for row in rows[1 : len(lines) + 1]] == [[row.label, row.cells[0].value] for row in table.lines]
    assert table.note in [value for row in rows for value in row]

    page = report_page(report).read().decode()
    [section] = [part for part in page.split("<section") if title in part]
    assert table.note in section
    for words in (word for line in lines for word in line):
        assert words in section

    [data] = [each for each in json.loads(json.dumps(report.as_data()))["tables"] if each["key"] == "completeness"]
    assert (data["note"], [row["cells"][0]["value"] for row in data["rows"]]) == (
        table.note,
        [row.cells[0].value for row in table.lines],
    )


def test_each_number_opens_its_children_and_no_others(busy, sign_in):
    client = sign_in(busy.officer)
    report = client.get("/reports/annual/").content.decode()
    found = re.findall(r'<a class="report-figure" href="(/reports/annual/lacks_[^"]+)">(\d+)</a>', report)
    assert [address.split("/")[3] for address, _text in found] == list(LACKING)
    for address, text in found:
        page = client.get(address.replace("&amp;", "&"))
        assert page.context["rows"].paginator.count == int(text), address
    shown = client.get("/reports/annual/lacks_no_health/").content.decode()
    assert str(CHECKS["no_health"].words) in shown
    assert "孩子0" in shown
    assert "孩子1<" not in shown
