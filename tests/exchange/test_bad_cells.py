"""Every bad cell people really send: what becomes of the row, and that the message names sheet, row and column."""

from datetime import date, datetime

import pytest

from tests import factories
from tests.exchange import books
from tests.exchange.books import BORN, FREE, book, child_row, receive

NUMBER = factories.id_number(BORN, "1")
WRONG_CHECK = NUMBER[:17] + ("1" if NUMBER[17] != "1" else "2")

# cells of the row → verdict, problem, column letter, a piece of the message
REFUSED = {
    "an ID number as a number": ({"身份证号": 5.00116201603041e17}, "id_number_cell", "C", "单元格是数字格式，后三位已丢失"),
    "an ID number as a whole number": ({"身份证号": 500116201603041234}, "id_number_cell", "C", "单元格是数字格式"),
    "an ID number in scientific notation": ({"身份证号": "5.0038E+17"}, "id_scientific", "C", "5.0038E+17"),
    "an ID number in small scientific notation": ({"身份证号": "5.0038e17"}, "id_scientific", "C", "后几位已丢失"),
    "an ID number too short": ({"身份证号": "50011620160304"}, "id_shape", "C", "14 位"),
    "an old ID number of 15": ({"身份证号": "500116160304123"}, "id_shape", "C", "15 位"),
    "an ID number with letters": ({"身份证号": "5001162016030412AB"}, "id_shape", "C", "18 位"),
    "an ID number with no such day": ({"身份证号": "500116201602301234"}, "id_date", "C", "出生日期不存在"),
    "a day that does not exist": ({"出生日期": "2013年2月30日"}, "no_such_date", "D", "2013年2月30日"),
    "a 13th month": ({"出生日期": "20161304"}, "no_such_date", "D", "20161304"),
    "a date that is none": ({"出生日期": "去年春天"}, "no_date", "D", "去年春天"),
    "a two-digit year": ({"出生日期": "16.3.4"}, "no_date", "D", "16.3.4"),
    "a number that is no birth date": ({"出生日期": 17}, "no_date", "D", "17"),
    "a birth in the future": ({"身份证号": None, "出生日期": "20270101"}, "born_later", "D", "2027-01-01"),
    "no birth and no number": ({"身份证号": None, "出生日期": None}, "no_birth", "D", "没有出生日期"),
    "no name": ({"姓名": None}, "no_name", "A", "没有姓名"),
    "a name of blanks": ({"姓名": "　 "}, "no_name", "A", "没有姓名"),
    "a formula as a name": ({"姓名": '=HYPERLINK("http://example.invalid","张三")'}, "formula", "A", "公式"),
    "a formula as a number": ({"身份证号": '="500116"&"201603041234"'}, "formula", "C", "公式"),
    "a formula as a birth date": ({"出生日期": "=DATE(2016,3,4)"}, "formula", "D", "公式"),
    "a name that begins with +": ({"姓名": "+cmd"}, "name_formula", "A", "+"),
    "a name that begins with @": ({"姓名": "@sum"}, "name_formula", "A", "@"),
    "a name that begins with full-width =": ({"姓名": "＝1"}, "name_formula", "A", "="),
    "a cell of 10,000 characters": ({"住址": "龙井村" + "长" * 9_997}, "too_long", "H", "10000 个字，最多 100"),
    "a name of 100 characters": ({"姓名": "长" * 100}, "too_long", "A", "100 个字，最多 72"),
    "notes beyond the limit": ({"备注": "长" * 2001}, "too_long", "S", "2001 个字，最多 2000"),
    "a child of another school": ({"学校": "白沙小学"}, "other_school", "E", "白沙小学"),
    "a school nobody knows": ({"学校": "东方红小学"}, "other_school", "E", "东方红小学"),
}  # fmt: skip

WARNED = {
    "a wrong check digit": ({"身份证号": WRONG_CHECK}, "id_check", "C", "待核实"),
    "sex against the number": ({"性别": "女"}, "sex_differs", "B", "将采用“男”"),
    "birth against the number": ({"出生日期": "2015-01-01"}, "born_differs", "D", "将采用 2016-03-04"),
    "no ID number": ({"身份证号": None}, "id_missing", "C", "没有身份证号"),
    "a month only": ({"身份证号": None, "出生日期": "2016年3月"}, "month_only", "D", "当月 1 日"),
    "a serial number without ID number": ({"身份证号": None, "出生日期": 42433}, "born_serial", "D", "2016-03-04"),
    "a phone too short": ({"父亲电话": "1380000"}, "phone", "J", "位数不对"),
    "two phones": ({"母亲电话": "13911113333/13911114444"}, "phones", "M", "只保留第一个"),
    "a sex that is none": ({"性别": "小"}, "word", "B", "这一格不导入"),
    "a grade that is none": ({"年级": "十五年级"}, "word", "F", "十五年级"),
    "an unknown relation": ({"监护人": "某某", "与儿童关系": "师傅"}, "relation", "P", "师傅"),
    "a carer without relation": ({"监护人": "某某"}, "relation_missing", "P", "其他亲属"),
    "a village nobody knows": ({"住址": "天边村1组"}, "village_unknown", "H", "天边村"),
    "a parent's place without a name": ({"父亲姓名": None, "父亲电话": None}, "nobody", "K", "东莞"),
    "a child grown up": (
        {"身份证号": factories.id_number(date(2005, 3, 4), "1"), "出生日期": "20050304"}, "grown_up", "D", "18 周岁",
    ),
}  # fmt: skip

ACCEPTED = {
    "eight digits": {"出生日期": "20160304"},
    "eight digits as a number": {"出生日期": 20160304},
    "dots": {"出生日期": "2016.3.4"},
    "Chinese": {"出生日期": "2016年3月4日"},
    "slashes": {"出生日期": "2016/03/04"},
    "dashes and a time": {"出生日期": "2016-03-04 00:00:00"},
    "a real date": {"出生日期": date(2016, 3, 4)},
    "a real moment": {"出生日期": datetime(2016, 3, 4, 8, 0)},  # noqa: DTZ001  (a cell has no zone)
    "a serial number the ID number agrees with": {"出生日期": 42433},
    "full-width date": {"出生日期": "２０１６０３０４"},
    "a month the ID number completes": {"出生日期": "2016年3月"},
    "no birth date, the number has it": {"出生日期": None},
    "full-width ID number": {"身份证号": NUMBER.translate(str.maketrans("0123456789X", "０１２３４５６７８９Ｘ"))},
    "ID number with blanks and a line break": {"身份证号": f" {NUMBER[:6]} {NUMBER[6:]}\n"},
    "ID number with an apostrophe": {"身份证号": f"'{NUMBER}"},
    "ID number with a zero-width space": {"身份证号": f"{NUMBER}\u200b"},
    "phone as a number": {"父亲电话": 13911112222},
    "phone with dashes": {"父亲电话": "139-1111-2222"},
    "name with a blank inside": {"姓名": "周 小 满"},
    "address with county": {"住址": "江县石镇龙井村3组5号"},
}


@pytest.fixture(autouse=True)
def in_chinese(settings):
    from django.utils import translation

    with translation.override("zh-hans"):
        yield


def _read(tmp_path, cast, cells):
    return receive(book(tmp_path, [child_row(身份证号=NUMBER) | cells]), cast.clerk, cast.school)


@pytest.mark.parametrize("case", REFUSED)
def test_refused_cells_name_their_place(case, tmp_path, cast):
    cells, key, letter, words = REFUSED[case]
    batch = _read(tmp_path, cast, cells)
    assert books.verdicts(batch) == ["refused"]
    assert key in books.keys(batch)
    [line] = [line for line in books.said(batch) if words in line]
    heading = FREE[ord(letter) - ord("A")]
    assert line.startswith(f"工作表“名册”第 2 行 {letter} 列（{heading}）")


@pytest.mark.parametrize("case", WARNED)
def test_doubtful_cells_go_in_with_a_warning(case, tmp_path, cast):
    cells, key, letter, words = WARNED[case]
    batch = _read(tmp_path, cast, cells)
    assert books.verdicts(batch) == ["new"]
    assert key in books.keys(batch)
    assert batch.counts["warnings"] == 1
    [line] = [line for line in books.said(batch) if words in line]
    assert line.startswith(f"工作表“名册”第 2 行 {letter} 列（{FREE[ord(letter) - ord('A')]}）")


@pytest.mark.parametrize("case", ACCEPTED)
def test_the_many_ways_to_write_the_same(case, tmp_path, cast):
    from caseworks import access
    from children.models import Child
    from guardians.models import Relative

    batch = _read(tmp_path, cast, ACCEPTED[case])
    assert (books.verdicts(batch), books.said(batch)) == (["new"], [])
    books.confirm(batch, cast.clerk)
    with access.everyone("test"):
        child = Child.objects.get(name="周小满")
        assert (child.id_number, child.born_on, child.sex, child.id_doubtful) == (NUMBER, BORN, "1", False)
        assert Relative.objects.get(name="周大海").phone == "13911112222"
        assert child.residences.get().address == "3组5号"


def test_the_same_number_twice_in_a_file_lets_the_first_in_and_names_it(tmp_path, cast):
    rows = [child_row(身份证号=NUMBER), child_row(身份证号=f"{NUMBER} ", 姓名="周小圆")]
    batch = receive(book(tmp_path, rows), cast.clerk, cast.school)
    assert books.verdicts(batch) == ["new", "refused"]
    assert books.said(batch) == [
        "工作表“名册”第 3 行 C 列（身份证号）: 身份证号与工作表“名册”第 2 行相同，以那一行为准。"
    ]


def test_the_same_child_twice_without_number(tmp_path, cast):
    rows = [child_row(身份证号=None), child_row(身份证号=None)]
    batch = receive(book(tmp_path, rows), cast.clerk, cast.school)
    assert books.verdicts(batch) == ["new", "refused"]
    assert "第 2 行相同" in books.said(batch)[-1]


def test_merged_rows_are_refused_by_their_range(tmp_path, cast):
    import openpyxl

    file = book(tmp_path, [child_row(), child_row(姓名="周小圆", 身份证号=factories.id_number(BORN, "1")), child_row()])
    made = openpyxl.load_workbook(file)
    made.active.merge_cells("H2:H3")
    made.save(file)
    batch = receive(file, cast.clerk, cast.school)
    assert books.verdicts(batch) == ["refused", "refused", "new"]
    assert books.said(batch)[0] == ("工作表“名册”第 2 行: 这一行在合并单元格 H2:H3 里。请取消合并，每行都填上。")


def test_a_serial_number_counts_from_1904_where_the_book_says_so(tmp_path, cast):
    import re

    file = book(tmp_path, [child_row(身份证号=NUMBER, 出生日期=42433 - 1462)])

    def since_1904(name, content):
        if name != "xl/workbook.xml":
            return content
        return re.sub(rb"<workbookPr ?", b'<workbookPr date1904="1" ', content, count=1)

    batch = receive(books.rewritten(file, tmp_path / "mac.xlsx", since_1904), cast.clerk, cast.school)
    assert (books.verdicts(batch), books.said(batch)) == (["new"], [])


def test_a_formula_elsewhere_gives_its_result(tmp_path, cast):
    file = book(tmp_path, [child_row(备注="=1+1")])
    batch = receive(file, cast.clerk, cast.school)
    assert books.verdicts(batch) == ["new"]


@pytest.mark.parametrize(
    ("column", "heading", "key"), [("A", "姓名", "no_name"), ("D", "出生日期", "no_birth")], ids=["name", "birth"]
)
def test_an_error_of_excel_says_nothing(column, heading, key, tmp_path, cast):
    """#DIV/0! and #N/A without a formula behind them are blank cells."""
    import openpyxl

    file = book(tmp_path, [child_row(身份证号=None)])
    made = openpyxl.load_workbook(file)
    made.active[f"{column}2"] = "#DIV/0!"
    made.active[f"{column}2"].data_type = "e"
    made.save(file)
    batch = receive(file, cast.clerk, cast.school)
    assert books.verdicts(batch) == ["refused"]
    assert any(f"第 2 行 {column} 列（{heading}）" in line for line in books.said(batch))


def test_a_real_date_is_right_in_a_book_that_counts_from_1904(tmp_path, cast):
    import openpyxl
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    file = book(tmp_path, [child_row(身份证号=NUMBER)])
    made = openpyxl.load_workbook(file)
    made.epoch = CALENDAR_MAC_1904
    made.active["D2"] = date(2016, 3, 4)
    made.save(file)
    batch = receive(file, cast.clerk, cast.school)
    assert (books.verdicts(batch), books.said(batch)) == (["new"], [])


def test_a_passport_is_kept_unchecked(tmp_path, cast):
    row = child_row(身份证号="E12345678") | {"证件类型": "护照"}
    batch = receive(book(tmp_path, [row], [*FREE, "证件类型"]), cast.clerk, cast.school)
    assert (books.verdicts(batch), books.keys(batch)) == (["new"], ["id_other"])
