"""What clerks in a hurry send: each is read as it was meant, or refused in words that help, and nothing is lost silently."""

import zipfile

import openpyxl
import pytest
from django.utils import translation

from caseworks.exchange import longsheets, parsing, reader
from tests import factories
from tests.exchange import books
from tests.exchange.books import BORN, receive

HEADINGS = ["姓名", "性别", "身份证号", "出生日期", "住址"]


@pytest.fixture(autouse=True)
def in_chinese():
    with translation.override("zh-hans"):
        yield


def _child(name):
    return [name, "男", factories.id_number(BORN, "1"), "20160304", "龙井村3组"]


def _book(path, *rows, merged=()):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for cells in merged:
        made.active.merge_cells(cells)
    file = path / "book.xlsx"
    made.save(file)
    return file


def _csv(path, text, encoding="utf-8"):
    file = path / "file.csv"
    file.write_bytes(text.encode(encoding))
    return file


def _found(file):
    """The names in a file, each with its sheet, and the rows that were passed over."""
    roster = reader.Roster()
    names = [(row.sheet, row.number, row.cells[0]) for row in reader.read(file, roster)]
    return names, [list(entry) for sheet in roster.sheets for entry in sheet.passed_over]


def test_the_headings_may_stand_in_row_nine_below_notes(tmp_path):
    notes = [[f"说明{number}：请如实填写"] for number in range(7)]
    assert _found(_book(tmp_path, *notes, [], HEADINGS, _child("周一"))) == ([(0, 10, "周一")], [])


def test_title_headings_and_subtotal_may_come_again_on_every_page(tmp_path):
    page = [["石镇小学花名册"], HEADINGS, _child("周一"), ["本页小计", 1]]
    names, passed = _found(_book(tmp_path, *page * 3))
    assert [number for _sheet, number, _name in names] == [3, 7, 11]
    assert passed == [
        [4, "total"],
        [5, "header"],
        [6, "header"],
        [8, "total"],
        [9, "header"],
        [10, "header"],
        [12, "total"],
    ]


def test_two_heading_rows_may_come_again_on_every_page(tmp_path):
    page = [
        ["学生", None, None, "父亲", None],
        ["姓名", "性别", "身份证号", "姓名", "电话"],
        [*_child("周一")[:3], "周大", "13911112222"],
    ]
    merged = [cells for first in (1, 4) for cells in (f"A{first}:C{first}", f"D{first}:E{first}")]
    names, passed = _found(_book(tmp_path, *page * 2, merged=merged))
    assert ([number for _sheet, number, _name in names], passed) == ([3, 6], [[4, "header"], [5, "header"]])


def test_a_second_table_below_is_read_by_its_own_headings(tmp_path, cast):
    """Read by the headings of the first, sex and address would change places."""
    second = [
        ["二、困境儿童"],
        ["序号", "姓名", "住址", "身份证号", "性别"],
        [1, "周二", "白沙村", factories.id_number(BORN, "2"), "女"],
    ]
    file = _book(tmp_path, HEADINGS, _child("周一"), ["合计", 1], [], *second, merged=["A5:E5"])
    batch = receive(file, cast.officer, cast.town)
    assert (books.verdicts(batch), books.said(batch)) == (["new", "new"], [])
    assert [row.name for row in batch.rows.order_by("position")] == ["周一", "周二"]
    assert batch.layout["sheets"][0]["passed_over"] == [[3, "total"], [5, "title"]]
    assert batch.layout["sheets"][1]["headings"] == ["序号", "姓名", "住址", "身份证号", "性别"]


def test_two_tables_side_by_side_are_refused_not_half_read(tmp_path, cast):
    file = _book(tmp_path, [*HEADINGS, None, *HEADINGS], [*_child("周一"), None, *_child("周二")])
    with pytest.raises(reader.RosterError, match="左右并排"):
        receive(file, cast.clerk, cast.school)


@pytest.mark.parametrize(
    "row", [["1班 小计"], ["1班", "小计", "1人"], [None, "合  计"], ["全校总计", 3], ["总人数：2"]]
)
def test_totals_in_the_middle_are_no_children(row, tmp_path):
    file = _book(tmp_path, ["班级", *HEADINGS], ["1班", *_child("周一")], row, ["2班", *_child("周二")])
    names, passed = _found(file)
    assert ([number for _sheet, number, _name in names], passed) == ([2, 4], [[3, "total"]])


def test_headings_may_hold_line_breaks(tmp_path, cast):
    file = _book(tmp_path, ["姓\n名", "性 别", "身份\n证号", "出生\r\n日期", "家庭住址\n（详细到组）"], _child("周一"))
    assert (books.verdicts(receive(file, cast.clerk, cast.school))) == ["new"]


def test_thousands_of_empty_rows_with_borders_are_nothing(tmp_path):
    from openpyxl.styles import Border, Side

    file = _book(tmp_path, HEADINGS, _child("周一"))
    made = openpyxl.load_workbook(file)
    for number in range(3, 3000):
        made.active.cell(number, 1).border = Border(left=Side(style="thin"))
    made.active["XFD3"] = " "
    made.save(file)
    assert _found(file) == ([(0, 2, "周一")], [])


def test_a_chart_on_a_sheet_of_its_own_is_passed_over(tmp_path):
    from openpyxl.chart import BarChart, Reference

    file = _book(tmp_path, HEADINGS, _child("周一"))
    made = openpyxl.load_workbook(file)
    chart = BarChart()
    chart.add_data(Reference(made.active, min_col=3, min_row=1, max_row=2))
    made.create_chartsheet("图", 0).add_chart(chart)
    made.save(file)
    assert _found(file) == ([(0, 2, "周一")], [])


def test_what_nobody_sees_is_taken_out_of_a_name(tmp_path, cast):
    file = _csv(tmp_path, "姓名,性别,出生日期,住址\n周\x07一\u202e,男,20160304,龙井村\x1b\n")
    assert receive(file, cast.clerk, cast.school).rows.get().cells == ["周一", "男", "20160304", "龙井村"]


def test_a_number_in_the_disguise_of_a_formula_is_a_number(tmp_path):
    """="5001…" is how other systems keep Excel from rounding an ID number in a CSV."""
    number = factories.id_number(BORN, "1")
    [row] = reader.read(_csv(tmp_path, f'姓名,性别,身份证号\n周一,男,="{number}"\n'), reader.Roster())
    assert row.cells[2] == number


@pytest.mark.parametrize(("mark", "delimiter"), [("sep=;\n", ";"), ("石镇小学花名册\n\n", "\t"), ("石镇,名册\n", ";")])
def test_the_delimiter_is_found_below_a_title(mark, delimiter, tmp_path):
    lines = [HEADINGS, _child("周一"), _child("周二")]
    file = _csv(tmp_path, mark + "\n".join(delimiter.join(line) for line in lines))
    assert [name for _sheet, _number, name in _found(file)[0]] == ["周一", "周二"]


REFUSED = {
    "an open quotation mark": ('姓名,性别,身份证号\n"周一,男,x\n周二,男,y\n', "从第 2 行起有一个引号没有配对"),
    "a web archive": ("MIME-Version: 1.0\nX-Document-Type: Workbook\n", "网页"),
    "rich text": ("{\\rtf1\\ansi 姓名}", "另存为 xlsx"),
    "XML of Excel 2003": ('<?xml version="1.0"?><Workbook/>', "网页"),
    "a web page after blank lines": ("\n\n<meta charset=gbk><table><tr><td>姓名", "网页"),
    "full-width commas": ("姓名，性别，身份证号\n周一，男，x\n", "没有找到名册"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_text_that_is_no_csv_is_refused_with_a_sentence(case, tmp_path):
    text, words = REFUSED[case]
    with pytest.raises(reader.RosterError, match=words):
        _found(_csv(tmp_path, text))


@pytest.mark.parametrize("member", ["xl/workbook.bin", "Index/Document.iwa", "花名册.xlsx"])
def test_other_packages_say_what_to_do(member, tmp_path):
    file = tmp_path / "a.xlsx"
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(member, "x" * 500)
    with pytest.raises(reader.RosterError, match="另存为 xlsx"):
        _found(file)


def test_an_encrypted_package_is_told_from_a_broken_one(tmp_path):
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(reader.RosterError, match="密码"):
        _found(file)


@pytest.mark.parametrize("prefixed", [False, True], ids=["plain", "with a prefix"])
def test_a_long_sheet_is_read_in_pieces_and_says_the_same(prefixed, tmp_path, monkeypatch):
    """Shared texts, merged cells, formulas, a second sheet, gaps between rows: cut anywhere, nothing changes."""
    rows = [[f"周{number}", "男", factories.id_number(BORN, "1"), BORN, "龙井村"] for number in range(60)]
    file = _book(tmp_path, ["花名册"], HEADINGS, *rows, merged=["A1:E1", "A40:A41"])
    made = openpyxl.load_workbook(file)
    made.active["E30"], made.active["B900"] = "=1+1", "女"
    made.create_sheet("二").append(["姓名", "性别"])
    made.save(file)
    if prefixed:

        def change(name, content):
            if name != "xl/worksheets/sheet1.xml":
                return content
            import re

            return re.sub(rb"<(/?)(\w)", rb"<\1x:\2", content).replace(b"xmlns=", b"xmlns:x=")

        file = books.rewritten(file, tmp_path / "prefixed.xlsx", change)
    whole = list(parsing.read(str(file)))
    monkeypatch.setattr(longsheets, "LONG", 1000)
    monkeypatch.setattr(longsheets, "_STEP", 700)
    pieces = list(parsing.read(str(file)))
    assert pieces == whole
    assert len([part for part in whole if isinstance(part, list)]) == 64


NO_NAMES = {
    "1": "“1”不是姓名",
    "?": "“?”不是姓名",
    "？？": "“??”不是姓名",
    "张三、李四": "“张三、李四”是几个人的姓名",
    "张三，李四": "“张三,李四”是几个人的姓名",
    "张三/李四": "是几个人的姓名",
    "张三\n李四": "是几个人的姓名",
}


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_no_childs_name_is_refused(name, tmp_path, cast):
    batch = receive(_book(tmp_path, HEADINGS, _child(name)), cast.clerk, cast.school)
    assert books.verdicts(batch) == ["refused"]
    [said] = books.said(batch)
    assert "第 2 行 A 列（姓名）" in said
    assert NO_NAMES[name] in said


@pytest.mark.parametrize("name", ["阿依古丽·买买提", "Anna Maria", "张三1", "欧阳 小明"])
def test_names_of_every_kind_stay_names(name, tmp_path, cast):
    batch = receive(_book(tmp_path, HEADINGS, _child(name)), cast.clerk, cast.school)
    assert (books.verdicts(batch), books.keys(batch)) == (["new"], [])


def test_a_character_that_was_lost_is_pointed_out(tmp_path, cast):
    batch = receive(_book(tmp_path, HEADINGS, _child("张?")), cast.clerk, cast.school)
    assert (books.verdicts(batch), books.keys(batch)) == (["new"], ["name_lost"])


@pytest.mark.parametrize(("name", "key"), [("2", "adult_none"), ("周大、何英", "adult_several")])
def test_what_is_no_adults_name_leaves_the_adult_out(name, key, tmp_path, cast):
    file = _book(tmp_path, [*HEADINGS, "父亲姓名"], [*_child("周一"), name])
    batch = receive(file, cast.clerk, cast.school)
    assert (books.verdicts(batch), books.keys(batch)) == (["new"], [key])
    assert '"relative"' not in batch.rows.get().work


@pytest.mark.parametrize(
    ("born", "key"),
    [("160304", "no_date"), ("16030412", "born_early"), ("19850304", "born_early"), ("20270304", "born_later")],
)
def test_a_birth_date_no_child_can_have_is_refused(born, key, tmp_path, cast):
    file = _book(tmp_path, ["姓名", "性别", "出生日期", "住址"], ["周一", "男", born, "龙井村"])
    batch = receive(file, cast.clerk, cast.school)
    assert (books.verdicts(batch), books.keys(batch)) == (["refused"], [key])
    assert "第 2 行 C 列（出生日期）" in books.said(batch)[0]


def test_the_id_number_of_a_parent_is_no_childs(tmp_path, cast):
    child = _child("周一")
    child[2:4] = factories.id_number(BORN.replace(year=1985), "1"), None
    batch = receive(_book(tmp_path, HEADINGS, child), cast.clerk, cast.school)
    assert (books.verdicts(batch), books.keys(batch)) == (["refused"], ["born_early"])


@pytest.mark.parametrize("long", [False, True], ids=["short", "in pieces"])
def test_rows_hidden_in_the_file_are_read_and_said(long, tmp_path, cast, sign_in, monkeypatch):
    """Hidden by hand or by a filter; hidden rows that hold no child are not counted."""
    file = _book(tmp_path, HEADINGS, *[_child(f"周{number}") for number in "一二三四"], ["合计", 4])
    made = openpyxl.load_workbook(file)
    for number in (3, 5, 6, 9):
        made.active.row_dimensions[number].hidden = True
    made.active.column_dimensions["E"].hidden = True
    made.save(file)
    if long:
        monkeypatch.setattr(reader, "_parts", lambda path: parsing.read(str(path)))
        monkeypatch.setattr(longsheets, "LONG", 500)
        monkeypatch.setattr(longsheets, "_STEP", 300)
    batch = receive(file, cast.clerk, cast.school)
    assert books.verdicts(batch) == ["new"] * 4
    assert [sheet["hidden"] for sheet in batch.layout["sheets"]] == [2]
    page = sign_in(cast.clerk).get(batch.get_absolute_url()).content.decode()
    assert "有 2 行在表格里被隐藏，也读了进来" in page
