"""Rows that stay out come back in the clerk's own file, and in nothing else of what that file could hold."""

import io
import re
import zipfile
from datetime import date

import openpyxl
import pytest
from django.utils import translation
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation

from caseworks import access
from caseworks.exchange import actions, returned, returns
from caseworks.exchange.models import RosterFrame
from caseworks.stamps import new_stamp
from tests import factories
from tests.exchange import books
from tests.exchange.books import BORN, FREE, TODAY, book, child_row, receive

RED = "FFFFC7CE"


@pytest.fixture(autouse=True)
def in_chinese():
    with translation.override("zh-hans"):
        yield


def _number():
    return factories.id_number(BORN, "1")


def come_back(batch, cast):
    """The file that goes back, as bytes, and its ending."""
    with access.scope(cast.clerk, today=TODAY):
        content, _type, ending = returns.rows_that_stay_out(batch, new_stamp())
    with content:
        return content.read(), ending


def _opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.fixture
def workbook(tmp_path):
    """A clerk's workbook with everything a clerk puts into one: of four rows two stay out."""
    made = openpyxl.Workbook()
    page = made.active
    page.title = "四年级"
    page.append(["石镇小学留守儿童花名册"])
    page.merge_cells("A1:F1")
    page["A1"].font = Font(name="黑体", size=18, bold=True)
    page.row_dimensions[1].height = 36
    page.append(["学生", None, None, None, "父亲", None])
    page.append(["姓名", "性别", "身份证号", "出生日期", "姓名", "电话"])
    page.merge_cells("A2:D2")
    page.merge_cells("E2:F2")
    for name, father in (("周甲", "周大"), (None, "周二"), ("周丙", "=1+1"), ("周丁", "+1-2")):
        number = 5.002e17 if name == "周丁" else _number()
        page.append([name, "男", number, BORN, father, 13911112222])
    for row in page.iter_rows(min_row=2, max_row=7):
        for cell in row:
            cell.border = Border(*[Side(style="thin")] * 4)
            cell.alignment = Alignment(horizontal="center")
    for cell in page[3]:
        cell.fill = PatternFill("solid", fgColor="FFDDEBF7")
    for number in range(4, 8):
        page.cell(number, 4).number_format = 'yyyy"年"m"月"d"日"'
        page.cell(number, 4).comment = Comment("身份证在奶奶家", "clerk")
    page.column_dimensions["C"].width = 24
    page.column_dimensions["E"].hidden = True
    page.freeze_panes = "B4"
    page.auto_filter.ref = "A3:F7"
    page.protection.sheet = True
    page["B4"].hyperlink = "http://example.org/"
    page.conditional_formatting.add(
        "A4:F9", FormulaRule(formula=['WEBSERVICE("http://example.org")'], font=Font(b=True))
    )
    for columns, kind, formula in (
        ("B4:B99", "list", "字典!$A$1:$A$2"), ("E4:E99", "list", '"周大,周二"'), ("F4:F99", "custom", 'CALL("x")'),
        ("F4:F99", "list", "[other.xlsx]Sheet1!$A$1:$A$2"), ("A4:A99", "list", 'INDIRECT("A1")'),
    ):  # fmt: skip
        condition = DataValidation(type=kind, formula1=formula)
        condition.add(columns)
        page.add_data_validation(condition)
    words = made.create_sheet("字典")
    words.append(["男"])
    words.append(['=HYPERLINK("http://example.org")'])
    words.sheet_state = "hidden"
    made.create_sheet("别人的表").append(["李四的电话", "13900000000"])
    file = tmp_path / "花名册.xlsx"
    made.save(file)
    return file


def test_a_workbook_comes_back_as_the_clerk_made_it(workbook, cast):
    batch = receive(workbook, cast.clerk, cast.school)
    assert books.verdicts(batch) == ["new", "refused", "new", "refused"]
    content, ending = come_back(batch, cast)
    made = _opened(content)
    page = made["四年级"]
    assert (ending, made.sheetnames) == (".xlsx", ["四年级", "字典", "导出说明"])
    assert [[cell.value for cell in row] for row in page.iter_rows(max_col=4)] == [
        ["石镇小学留守儿童花名册", None, None, None],
        ["学生", None, None, None],
        ["姓名", "性别", "身份证号", "出生日期"],
        [None, "男", page["C4"].value, page["D4"].value],
        ["周丁", "男", 5.002e17, page["D5"].value],
    ]
    assert page["D4"].value.date() == BORN
    assert (page["E5"].value, page["E5"].data_type) == ("+1-2", "s")
    assert [page[f"G{row}"].value for row in (1, 2, 3)] == [None, "未导入的原因", None]
    assert ("没有姓名" in page["G4"].value, page["H4"].value, page["H5"].value) == (True, 5, 7)
    assert "数字格式" in page["G5"].value
    # the look
    assert (page["A1"].font.name, page["A1"].font.size, page.row_dimensions[1].height) == ("黑体", 18, 36)
    assert {str(merged) for merged in page.merged_cells.ranges} == {"A1:F1", "A2:D2", "E2:F2"}
    assert (page.column_dimensions["C"].width, page.freeze_panes, page.auto_filter.ref) == (24, "B4", "A3:H5")
    assert (page["A3"].fill.fgColor.rgb, page["B4"].border.left.style) == ("FFDDEBF7", "thin")
    assert (page["D4"].number_format, page["C4"].number_format) == ('yyyy"年"m"月"d"日"', "@")
    assert [cell.coordinate for row in page["A4:F5"] for cell in row if cell.fill.fgColor.rgb == RED] == [
        "A4",
        "C5",
        "E5",
        "F5",
    ]
    assert {(str(each.sqref), each.formula1) for each in page.data_validations.dataValidation} == {
        ("B4:B1048576", "字典!$A$1:$A$2"), ("E4:E1048576", '"周大,周二"'),
    }  # fmt: skip


def test_nothing_that_could_do_harm_or_was_not_asked_for_comes_back(workbook, cast):
    content, _ending = come_back(receive(workbook, cast.clerk, cast.school), cast)
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        texts = {name: made.read(name).decode() for name in made.namelist()}
    assert set(texts) == {
        "[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels",
        "xl/styles.xml", "xl/theme/theme1.xml", *(f"xl/worksheets/sheet{number}.xml" for number in (1, 2, 3)),
    }  # fmt: skip
    everything = "".join(texts.values())
    for gone in (
        "<f>",
        "WEBSERVICE",
        "HYPERLINK",
        "INDIRECT",
        "CALL",
        "example.org",
        "奶奶",
        "李四",
        "周甲",
        "周丙",
        "sheetProtection",
    ):
        assert gone not in everything
    assert 'hidden="1"' not in texts["xl/worksheets/sheet1.xml"]


def test_the_frame_that_is_kept_says_nothing_about_a_child(workbook, cast):
    batch = receive(workbook, cast.clerk, cast.school)
    kept = str(RosterFrame.objects.get(batch=batch).content)
    assert "花名册" in kept
    assert not re.search("周|13911112222|李四", kept.replace("周大,周二", ""))


def test_what_came_back_and_is_sent_again_is_read_and_not_added_to(workbook, tmp_path, cast):
    content, _ending = come_back(receive(workbook, cast.clerk, cast.school), cast)
    made = _opened(content)
    made["四年级"]["A4"], made["四年级"]["C5"] = "周乙", "42050020150101"
    again = tmp_path / "again.xlsx"
    made.save(again)
    batch = receive(again, cast.clerk, cast.school)
    assert (books.verdicts(batch), batch.rows.first().name) == (["new", "refused"], "周乙")
    page = _opened(come_back(batch, cast)[0])["四年级"]
    assert [cell.value for cell in page[2]][5:] == [None, "未导入的原因", "原行号"]
    assert page.max_row == 4


@pytest.mark.parametrize("end", ["thrown away", "all in"])
def test_the_frame_goes_when_nothing_can_come_back_any_more(end, workbook, tmp_path, cast):
    batch = receive(workbook if end == "thrown away" else book(tmp_path, [child_row()]), cast.clerk, cast.school)
    assert RosterFrame.objects.exists()
    with access.scope(cast.clerk, today=TODAY):
        (actions.discard if end == "thrown away" else actions.confirm)(batch=batch, by=cast.clerk)
    assert not RosterFrame.objects.exists()


CSV = '石镇小学留守儿童\r\n姓名,性别,身份证号,住址,备注\r\n周甲,男,\'{},龙井村,\r\n,男,{},龙井村,"=1+1,坏"\r\n,女,,＠x,-5\r\n'


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_csv_comes_back_as_csv_in_its_own_encoding(encoding, delimiter, tmp_path, cast):
    text = CSV.format(_number(), _number()).replace(",", delimiter)
    file = tmp_path / "名册.csv"
    file.write_bytes(text.encode(encoding))
    batch = receive(file, cast.clerk, cast.school)
    content, ending = come_back(batch, cast)
    mark = {"utf-8-sig": b"\xef\xbb\xbf", "utf-16": b"\xff\xfe"}.get(encoding, b"")
    assert (ending, content[: len(mark)]) == (".csv", mark)
    lines = content.decode(encoding).split("\r\n")
    assert lines[:2] == [
        "石镇小学留守儿童",
        delimiter.join(["姓名", "性别", "身份证号", "住址", "备注", "未导入的原因", "原行号"]),
    ]
    assert lines[2].split(delimiter)[4:6] if delimiter == "\t" else "'=1+1,坏" in lines[2]
    assert "'＠x" in content.decode(encoding)
    assert f"{delimiter}-5{delimiter}" in content.decode(encoding)
    again = tmp_path / "again.csv"
    again.write_bytes(content)
    second = receive(again, cast.clerk, cast.school)
    assert [row.cells[3:5] for row in second.rows.order_by("position")] == [
        row.cells[3:5] for row in batch.rows.order_by("position") if row.verdict == "refused"
    ]
    assert come_back(second, cast)[0].decode(encoding).count("未导入的原因") == 1


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1", "'=1"),
        ("  +8", "'  +8"),
        ("-2+3", "'-2+3"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("＝1", "'＝1"),
        ("-5", "-5"),
        ("周", "周"),
        ("", ""),
    ],
)
def test_a_text_no_program_takes_for_a_formula(cell, written):
    assert returned.guarded(cell) == written


def test_a_workbook_whose_parts_cannot_be_made_out_comes_back_plain(tmp_path, cast, sign_in):
    def without_styles(name, content):
        return None if name == "xl/styles.xml" else content

    file = books.rewritten(
        book(tmp_path, [child_row(), child_row(姓名=None, 身份证号=_number())]), tmp_path / "x.xlsx", without_styles
    )
    batch = receive(file, cast.clerk, cast.school)
    [headings, row] = _opened(come_back(batch, cast)[0]).active.iter_rows(values_only=True)
    assert headings == (*FREE, "未导入的原因", "原行号")
    assert "没有姓名" in row[-2]
    assert "普通的 xlsx" in sign_in(cast.clerk).get(batch.get_absolute_url()).content.decode()


def test_a_sheet_per_class_comes_back_under_its_name(tmp_path, cast):
    made = openpyxl.Workbook()
    for name, child in (("一班", "周一"), ("二班", None), ("三班", None)):
        page = made.create_sheet(name)
        page.append(["姓名", "身份证号"])
        page.append([child, _number()])
    file = tmp_path / "classes.xlsx"
    made.save(file)
    assert _opened(come_back(receive(file, cast.clerk, cast.school), cast)[0]).sheetnames == [
        "二班",
        "三班",
        "导出说明",
    ]


def test_a_day_keeps_its_base_of_1904(tmp_path, cast):
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    file = book(tmp_path, [child_row(姓名=None)])
    made = openpyxl.load_workbook(file)
    made.epoch = CALENDAR_MAC_1904
    made.active["D2"] = date(2016, 3, 4)
    made.save(file)
    back = _opened(come_back(receive(file, cast.clerk, cast.school), cast)[0])
    assert (back.epoch, back.active["D2"].value.date()) == (CALENDAR_MAC_1904, BORN)
