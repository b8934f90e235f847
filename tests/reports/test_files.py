"""Every file says what the page says: read back by other libraries than those that wrote it."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn

from caseworks import pdf
from caseworks.models import AuditEvent
from caseworks.reports.annual import annual_report
from caseworks.reports.annual_docx import report_document
from caseworks.reports.annual_xlsx import records_book, report_book
from caseworks.reports.document import Figure
from caseworks.reports.indicators import INDICATORS
from tests import factories
from tests.pdf import needs_pdf, text_of
from tests.reports.conftest import ask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


@pytest.fixture
def report(busy, as_everyone):
    return annual_report(ask(busy.county), made_on=date(2026, 1, 5), made_by="欧阳")


def cells_of(sheet) -> list[list]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_workbook_holds_every_table_as_numbers(report):
    book = openpyxl.load_workbook(report_book(report))
    assert len(book.sheetnames) == len(report.tables) + 2
    for name, table in zip(book.sheetnames[2:], report.tables, strict=True):
        rows = cells_of(book[name])
        for row, line in zip(rows[1:], table.lines, strict=False):
            assert row[0] == line.label
            numbers = [None if cell is None or cell.number is None else float(cell.number) for cell in line.cells]
            assert [value and float(value) for value in row[1 : 1 + len(numbers)]] == [
                number and float(number) for number in numbers
            ]
        assert all(
            isinstance(value, int | float)
            for row in rows[1 : 1 + len(table.lines)]
            for value in row[1:]
            if value is not None
        )
        below = "\n".join(str(value) for row in rows for value in row)
        assert "广义口径" in below
        assert "2025年12月31日" in below
        assert "欧阳" in below


def test_the_workbook_lists_every_figure_with_unit_and_meaning(report):
    rows = cells_of(openpyxl.load_workbook(report_book(report))["指标"])
    found = {row[0]: row[1:] for row in rows[1 : 1 + len(INDICATORS)]}
    for figure in report.annex:
        value, before, unit, meaning = found[figure.name]
        assert (value, before, unit) == (figure.value, figure.before, figure.unit)
        assert meaning == str(figure.indicator.words)
    assert found["留守儿童"][2] == "人"
    assert found["联系"][2] == "次"


def test_the_word_file_says_what_the_page_says(report):
    document = Document(report_document(report))
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    assert paragraphs[0] == report.title
    for section in report.sections:
        assert section.heading in paragraphs
        for paragraph in section.paragraphs:
            assert paragraph.text in paragraphs
    assert all(line in paragraphs for line in report.basis)
    assert len(document.tables) == len(report.tables) + 1
    for drawn, table in zip(document.tables, report.tables, strict=False):
        texts = [[cell.text for cell in row.cells] for row in drawn.rows]
        assert texts[0] == [table.stub, *table.columns, "上年"]
        for row, line in zip(texts[1:], table.lines, strict=True):
            assert row == [
                line.label,
                *("" if cell is None else cell.text for cell in line.cells),
                table.before(line),
            ]


def test_the_word_file_is_laid_out_as_an_official_document(report):
    document = Document(report_document(report))
    page = document.sections[0]
    millimetres = [round(side.mm) for side in (page.page_width, page.page_height)]
    margins = [round(side.mm) for side in (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)]
    assert millimetres == [210, 297]
    assert margins == [37, 35, 28, 26]
    assert page._sectPr.find(qn("w:docGrid")).get(qn("w:linePitch")) == "579"
    fonts = {
        name: document.styles[name]._element.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia"))
        for name in ("Title", "Normal", "Heading 1", "Heading 2")
    }
    assert fonts == {
        "Title": "方正小标宋简体",
        "Normal": "仿宋_GB2312",
        "Heading 1": "黑体",
        "Heading 2": "楷体_GB2312",
    }
    assert document.styles["Normal"].font.size.pt == 16
    assert document.styles["Title"].font.size.pt == 22
    headings = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"]
    assert headings[:5] == ["一、基本情况", "二、摸底建档", "三、结对帮扶", "四、联系走访", "五、存在的不足"]
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    footer = page.footer.paragraphs[0]
    assert footer.text.startswith("— ")
    assert " PAGE " in footer._p.xml


def test_the_list_behind_a_figure_is_the_list_of_the_page(busy, sign_in):
    client = sign_in(busy.officer)
    for key in INDICATORS:
        content = b"".join(client.get(f"/reports/annual/{key}/export.xlsx"))
        rows = cells_of(openpyxl.load_workbook(BytesIO(content)).worksheets[0])
        page = client.get(f"/reports/annual/{key}/")
        lines = page.context["lines"]
        assert rows[0] == [str(heading) for heading in page.context["headings"]]
        for row, line in zip(rows[1:], lines, strict=False):
            shown = [cell.value.isoformat() if isinstance(cell.value, date) else cell.value for _heading, cell in line]
            assert [value or None for value in shown] == [value or None for value in row]
        text = "\n".join(str(value) for row in rows for value in row)
        assert page.context["figure"].exact in text
        assert "2025年12月31日" in text


def test_a_name_cannot_become_a_formula(busy, as_everyone):
    whom = factories.child('=HYPERLINK("http://x","y")', school=busy.school, village=busy.village)
    factories.absence(factories.relative(whom))
    question = ask(busy.county)
    indicator = INDICATORS["left_behind"]
    figure = Figure(indicator, {}, indicator.value(question), 0)
    book = records_book(figure, indicator.records(question), question, made_on=date(2026, 1, 5), made_by="x")
    sheet = openpyxl.load_workbook(book).worksheets[0]
    cell = next(row[0] for row in sheet.iter_rows() if str(row[0].value).startswith("=HYPERLINK"))
    assert cell.data_type == "s"


@pytest.mark.parametrize("extension", ["docx", "xlsx", "html", "json"])
def test_the_command_writes_the_report_of_the_page(busy, sign_in, tmp_path, extension):
    out = tmp_path / f"report.{extension}"
    call_command("annual_report", organization="jiang", year=2025, format=extension, output=out, by="ouyang")
    page = sign_in(busy.officer).get("/reports/annual/").context["report"]
    if extension == "json":
        told = json.loads(out.read_text())
        expected = page.as_data()
        assert told["tables"] == json.loads(json.dumps(expected["tables"]))
        assert told["sections"] == expected["sections"]
    elif extension == "html":
        text = out.read_text()
        assert page.title in text
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
        assert "<a " not in text
    elif extension == "docx":
        texts = [paragraph.text for paragraph in Document(out).paragraphs]
        assert all(paragraph.text in texts for section in page.sections for paragraph in section.paragraphs)
    else:
        assert len(openpyxl.load_workbook(out).sheetnames) == len(page.tables) + 2
    event = AuditEvent.objects.get(action="file.left")
    assert (event.by, event.changes["name"]) == (busy.officer, out.name)


@needs_pdf
def test_the_report_can_be_a_pdf_file(busy, sign_in, tmp_path):
    client = sign_in(busy.officer)
    page = client.get("/reports/annual/")
    assert reverse("reports:export", args=["pdf"]) in page.content.decode()
    answer = client.get(reverse("reports:export", args=["pdf"]))
    text = text_of(b"".join(answer.streaming_content))
    assert answer["Content-Type"] == "application/pdf"
    assert AuditEvent.objects.get(action="file.left").changes["export"] in text
    assert all(section.heading in text for section in page.context["report"].sections)
    call_command("annual_report", organization="jiang", year=2025, format="pdf", output=tmp_path / "a.pdf", by="ouyang")
    assert page.context["report"].sections[0].heading in text_of((tmp_path / "a.pdf").read_bytes())


def test_without_pango_there_is_no_pdf(busy, sign_in, tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "available", lambda: False)
    client = sign_in(busy.officer)
    assert client.get(reverse("reports:export", args=["pdf"])).status_code == 404
    assert "export.pdf" not in client.get("/reports/annual/").content.decode()
    with pytest.raises(CommandError, match="deploy"):
        call_command("annual_report", organization="jiang", year=2025, format="pdf", output=tmp_path / "a.pdf")


def test_without_a_person_the_command_reports_everything_and_says_so(busy, tmp_path):
    out = tmp_path / "all.json"
    call_command("annual_report", organization="yun", year=2025, format="json", output=out)
    assert json.loads(out.read_text())["organization"] == "yun"
    assert AuditEvent.objects.filter(action="scope.everyone", reason="annual_report").count() == 1


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"organization": "nowhere"}, "no office nowhere"),
        ({"year": 1900}, "No report for 1900"),
        ({"by": "nobody"}, "Nobody signs in"),
        ({"by": "cun"}, "may not export"),
        ({"by": "sheng"}, "no office jiang"),
    ],
)
def test_the_command_refuses_with_a_reason(cast, tmp_path, options, reason):
    out = tmp_path / "no.json"
    with pytest.raises(CommandError, match=reason):
        call_command(
            "annual_report", **{"organization": "jiang", "year": 2025, "format": "json", "output": out, **options}
        )
    assert not out.exists()
