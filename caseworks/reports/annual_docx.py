"""The annual report as a Word document that the office can go on editing, laid out by GB/T 9704-2012.

A4 with margins 37/35/28/26 mm, 22 lines of 28 characters, body 3号仿宋, title 2号小标宋, headings 黑体, page number “— 1 —”. Fonts
are named, not shipped: the office's own computers have them.
"""

from __future__ import annotations

import tempfile
from typing import IO, Any

from django.utils.translation import gettext as _
from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from caseworks.reports.annual_xlsx import made_by_line
from caseworks.reports.document import Report, Table
from caseworks.stamps import Stamp

TITLE, BODY, HEADING, SUBHEADING, PAGE_NUMBER = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
LATIN = "Times New Roman"
TYPE_AREA = 156  # millimetres between the margins
BODY_SIZE, TITLE_SIZE, TABLE_SIZE, PAGE_NUMBER_SIZE, STAMP_SIZE = 16, 22, 12, 14, 7.5
LINE, TABLE_LINE = 28.95, 20  # 225 mm for 22 lines
LINE_PITCH = 579  # the same, in twentieths of a point
TIGHTER = "-5"  # a quarter of a point: 28 characters of 16 points are a little wider than 156 mm


def report_document(report: Report, stamp: Stamp | None = None) -> IO[bytes]:
    """The document, with real headings (navigation pane, contents), repeated table headings and everything printed
    that the figures depend on: definition, cut-off, who made it and when."""
    document = blank_document(report.title, report.made_by)
    if stamp is not None:
        _stamp(document, stamp)
    document.add_paragraph(report.title, style="Title")
    for line in report.basis:
        document.add_paragraph(line)
    for section in report.sections:
        document.add_heading(section.heading, 1)
        for paragraph in section.paragraphs:
            document.add_paragraph(paragraph.text)
    _sign(document, report)
    if report.tables:
        document.add_heading(_("Tables"), 1).paragraph_format.page_break_before = True
    for table in report.tables:
        document.add_heading(table.title, 2)
        if table.note:
            document.add_paragraph(table.note).paragraph_format.keep_with_next = True
        add_table(document, *_content_of(table, report))
    document.add_heading(_("What the figures mean"), 1)
    headings = [_("Figure"), _("Value"), _("Unit"), _("Meaning")]
    rows = [[figure.name, figure.exact, figure.unit, str(figure.indicator.words)] for figure in report.annex]
    add_table(document, headings, rows, [36, 20, 18, 82])
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    document.save(file)
    file.seek(0)
    return file


def _content_of(table: Table, report: Report) -> tuple[list[str], list[list[str]], list[float]]:
    headings = [table.stub, *table.columns]
    rows = [[row.label, *("" if cell is None else cell.text for cell in row.cells)] for row in table.lines]
    if report.compared:
        headings.append(_("Year before"))
        for line, row in zip(rows, table.lines, strict=True):
            line.append(table.before(row))
    first = 46 if len(headings) > 4 else 60
    return headings, rows, [first, *[(TYPE_AREA - first) / (len(headings) - 1)] * (len(headings) - 1)]


def _sign(document: Any, report: Report) -> None:
    """The office and the day, on the right, as under every official text."""
    add_signature(document, report.question.organization.name, made_by_line(report.made_on, report.made_by))


def add_signature(document: Any, office: str, day: str) -> None:
    """The office and the day, on the right."""
    for text, before in ((office, LINE), (day, 0)):
        paragraph = document.add_paragraph(text)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.space_before = Pt(before)
        paragraph.paragraph_format.keep_together = True


# --- The page and its styles --------------------------------------------------------------------------------------------


def blank_document(title: str, author: str) -> Any:
    """An empty document with the page and the styles of an official text."""
    document = Document()
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, author, ""
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    page.footer_distance = Mm(28)
    grid = page._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        page._sectPr.append(grid)
    grid.set(qn("w:type"), "linesAndChars")
    grid.set(qn("w:linePitch"), str(LINE_PITCH))
    grid.attrib.pop(qn("w:charSpace"), None)
    styles = document.styles
    _font(styles["Normal"], BODY, BODY_SIZE)
    _spacing(styles["Normal"].paragraph_format)
    properties_of_normal = styles["Normal"]._element.get_or_add_pPr()
    for gap in ("w:autoSpaceDE", "w:autoSpaceDN"):  # no gap between Chinese and 2025: 28 characters stay 28
        _switch_off(properties_of_normal, gap)
    tighter = OxmlElement("w:spacing")
    tighter.set(qn("w:val"), TIGHTER)
    styles["Normal"]._element.rPr.insert_element_before(
        tighter, "w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:lang"
    )
    for name, font in (("Heading 1", HEADING), ("Heading 2", SUBHEADING)):
        heading = styles[name]
        _font(heading, font, BODY_SIZE)
        _drop(heading._element.rPr, "w:color")
        _spacing(heading.paragraph_format)
        heading.paragraph_format.keep_with_next = True
    _title_style(styles["Title"])
    document.settings.odd_and_even_pages_header_footer = True
    for footer, side in ((page.footer, WD_ALIGN_PARAGRAPH.RIGHT), (page.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)):
        footer.is_linked_to_previous = False
        _page_number(footer.paragraphs[0], side)
    return document


def _title_style(style: Any) -> None:
    _font(style, TITLE, TITLE_SIZE)
    _spacing(style.paragraph_format, indent=0, line=33, align=WD_ALIGN_PARAGRAPH.CENTER)
    style.paragraph_format.space_after = Pt(LINE)
    _switch_off(style._element.get_or_add_pPr(), "w:snapToGrid")  # else two lines are spread over four of the grid
    _drop(style._element.pPr, "w:pBdr")
    _drop(style._element.rPr, "w:color", "w:spacing")


def _switch_off(properties: Any, name: str) -> None:
    """Say no to a property of paragraphs, at the place the schema gives it."""
    switch = OxmlElement(name)
    switch.set(qn("w:val"), "0")
    order = ("w:autoSpaceDE", "w:autoSpaceDN", "w:snapToGrid")
    after = ("w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl")
    properties.insert_element_before(switch, *order[order.index(name) + 1 :], *after)


def _drop(element: Any, *names: str) -> None:
    for name in names:
        for found in element.findall(qn(name)):
            element.remove(found)


def _font(target: Any, chinese: str, size: float, *, latin: str = LATIN) -> None:
    """Set the font of a run or a style; a theme font left behind would win over the name."""
    target.font.size, target.font.bold, target.font.name = Pt(size), False, latin
    properties = target._element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    fonts.set(qn("w:eastAsia"), chinese)
    fonts.set(qn("w:hAnsi"), latin)
    fonts.set(qn("w:cs"), latin)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:hint"), "eastAsia")  # quotation marks and dashes take the Chinese font
    language = properties.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        properties.append(language)
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")


def _spacing(
    target: Any,
    *,
    indent: int = 2,
    size: float = BODY_SIZE,
    line: float = LINE,
    align: Any = WD_ALIGN_PARAGRAPH.JUSTIFY,
) -> None:
    """Fixed lines, no space between paragraphs, the first line indented by so many characters."""
    target.line_spacing_rule, target.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
    target.space_before = target.space_after = Pt(0)
    target.alignment, target.widow_control = align, False
    properties = target._element.get_or_add_pPr()
    indentation = properties.find(qn("w:ind"))
    if indentation is None:
        target.first_line_indent = Pt(0)
        indentation = properties.find(qn("w:ind"))
    indentation.set(qn("w:firstLineChars"), str(indent * 100))
    indentation.set(qn("w:firstLine"), str(int(indent * size * 20)))


def _page_number(paragraph: Any, side: Any) -> None:
    _spacing(paragraph.paragraph_format, indent=0, line=TABLE_LINE, align=side)
    for text in ("— ", None, " —"):
        run = paragraph.add_run(text or "")
        _font(run, PAGE_NUMBER, PAGE_NUMBER_SIZE, latin="SimSun")
        if text is None:
            for kind in ("begin", "instruction", "separate", "shown", "end"):
                run._r.append(_field_part(kind))


def _stamp(document: Any, stamp: Stamp) -> None:
    """Who took the document out, small, below the page number of every page."""
    page = document.sections[0]
    for footer in (page.footer, page.even_page_footer):
        paragraph = footer.add_paragraph()
        _spacing(paragraph.paragraph_format, indent=0, line=12, align=WD_ALIGN_PARAGRAPH.CENTER)
        _font(paragraph.add_run(stamp.line), PAGE_NUMBER, STAMP_SIZE)
    document.core_properties.author = stamp.person
    document.core_properties.comments = stamp.line[:255]


def _field_part(kind: str) -> Any:
    if kind == "instruction":
        part = OxmlElement("w:instrText")
        part.set(qn("xml:space"), "preserve")
        part.text = " PAGE "
    elif kind == "shown":
        part = OxmlElement("w:t")
        part.text = "1"
    else:
        part = OxmlElement("w:fldChar")
        part.set(qn("w:fldCharType"), kind)
    return part


def add_table(document: Any, headings: list[str], rows: list[list[str]], widths: list[float]) -> None:
    """A grid whose heading is repeated on every page and whose rows are never cut by a page break."""
    table = document.add_table(len(rows) + 1, len(headings))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for at, (row, texts) in enumerate(zip(table.rows, [headings, *rows], strict=True)):
        properties = row._tr.get_or_add_trPr()
        whole = OxmlElement("w:cantSplit")
        properties.append(whole)
        if at == 0:
            repeated = OxmlElement("w:tblHeader")
            repeated.set(qn("w:val"), "true")
            properties.append(repeated)
        for cell, text, width in zip(row.cells, texts, widths, strict=True):
            cell.width, cell.vertical_alignment = Mm(width), WD_CELL_VERTICAL_ALIGNMENT.CENTER
            paragraph = cell.paragraphs[0]
            align = WD_ALIGN_PARAGRAPH.CENTER if len(text) < 20 else WD_ALIGN_PARAGRAPH.LEFT
            _spacing(paragraph.paragraph_format, indent=0, line=TABLE_LINE, align=align)
            _switch_off(paragraph._p.get_or_add_pPr(), "w:snapToGrid")
            _font(paragraph.add_run(text), HEADING if at == 0 else BODY, TABLE_SIZE)
