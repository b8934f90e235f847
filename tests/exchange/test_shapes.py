"""The shapes in which rosters really come, rebuilt: a civil-affairs ledger, a village's free sheet, a CSV in GBK."""

from datetime import date

import openpyxl
import pytest

from caseworks import access
from children.models import Child
from guardians.models import Absence, Entrustment
from tests import factories
from tests.exchange import books
from tests.exchange.books import confirm, receive, verdicts


def _number(born: date, sex: str = "1") -> str:
    return factories.id_number(born, sex)


@pytest.fixture
def ledger(tmp_path, cast):
    """Titles, two merged heading rows, two children (one is in the registry already), a total row."""
    made = openpyxl.Workbook()
    page = made.active
    page.title = "留守儿童台账"
    page.append(["石镇农村留守儿童信息台账"])
    page.append(["填报单位:石镇人民政府", *[None] * 7, "填报日期:2026年9月20日"])
    page.append(
        [
            "序号",
            "儿童信息",
            *[None] * 4,
            "父亲",
            None,
            None,
            "母亲",
            None,
            None,
            "受委托监护人",
            *[None] * 3,
            "监护情况",
            "备注",
        ]
    )
    page.append([None, "姓名", "性别", "身份证号码", "就读学校及班级", "住址", *["姓名", "务工地点", "联系电话"] * 2, "姓名", "与儿童关系", "联系电话", "出生年份"])  # fmt: skip
    known = cast.child
    page.append([1, known.name, "女", known.id_number, "石镇小学5年级", "龙井村3组", "张大", "浙江省宁波市", "18623200877", "王芳", "在家",
                 "13900001111", "陈桂英", "祖母", "13700002222", 1943, "一般"])  # fmt: skip
    page.append([2, "于强", "男", _number(date(2022, 4, 26)), "未入园", "白沙村7组", "于春", "广东省东莞市", "18611934824", "乔长",
                 "北京市通州区", "17753697975", "于敏", "祖父", "15958992668", 1968, "较好"])  # fmt: skip
    page.append(["合计", "2人"])
    for merged in ("A1:R1", "A3:A4", "B3:F3", "G3:I3", "J3:L3", "M3:P3", "Q3:Q4", "R3:R4"):
        page.merge_cells(merged)
    file = tmp_path / "ledger.xlsx"
    made.save(file)
    return file


def test_a_civil_affairs_ledger_adds_to_archives_and_opens_new_ones(ledger, cast):
    batch = receive(ledger, cast.officer, cast.town)
    assert (verdicts(batch), books.said(batch)) == (["changed", "new"], [])
    assert batch.layout["sheets"][0]["passed_over"] == [[7, "total"]]
    known, _new = batch.rows.order_by("position")
    # the mother is at home again, the father is new and away; school, village and carer are as they were
    assert {key for key, *_ in known.changes} == {
        "guardianship",
        "father.name",
        "father.place",
        "mother.place",
        "carer.born",
    }
    confirm(batch, cast.officer)
    with access.everyone("test"):
        assert not Absence.objects.filter(relative=cast.mother, until_on=None).exists()
        child = Child.objects.get(name="于强")
        assert (child.enrolments.count(), child.residences.get().address) == (0, "7组")
        assert child.guardianshiprating_rows.get().rating == "good"
        care = Entrustment.objects.get(child=child)
        assert (care.relative.name, care.relative.born_year, care.reason) == ("于敏", 1968, "both")
    assert verdicts(receive(ledger, cast.officer, cast.town)) == ["unchanged", "unchanged"]


@pytest.fixture
def free_sheet(tmp_path):
    """Headings with blanks in them, name and phone in one cell, blank rows, a signature, a hidden second sheet."""
    made = openpyxl.Workbook()
    page = made.active
    page.append(["姓 名", "性别 ", "身份证", "出生年月日", "监护人", "关系", "电话", "父亲(电话)", "是否留守", "住址"])
    page.append(
        ["毛月浩", "男", _number(date(2014, 4, 25)), 41754, "毛婷", "奶奶", None, "毛小雅(19976568662)", "是", "龙井村"]
    )
    page.append([])
    page.append(
        [
            "任月丽",
            "男",
            _number(date(2016, 8, 19)),
            date(2016, 8, 19),
            "田涛",
            "大伯",
            "15270064970",
            "任花()",
            "双亲",
            "白沙村",
        ]
    )
    page.append(["填表人:", None, None, "2026.9.1"])
    hidden = made.create_sheet("说明")
    hidden.append(["此表由各村填写"])
    hidden.sheet_state = "hidden"
    file = tmp_path / "free.xlsx"
    made.save(file)
    return file


def test_a_free_sheet_of_a_village(free_sheet, cast):
    batch = receive(free_sheet, cast.officer, cast.town)
    assert (verdicts(batch), books.said(batch)) == (["new", "new"], [])
    assert (batch.layout["no_rosters"], batch.layout["sheets"][0]["passed_over"]) == (["说明"], [[5, "signature"]])
    confirm(batch, cast.officer)
    with access.everyone("test"):
        one, two = Child.objects.get(name="毛月浩"), Child.objects.get(name="任月丽")
        assert (one.declarations.get().value, two.declarations.get().value) == ("9", "2")
        family = {
            kin.relation: (kin.relative.name, kin.relative.phone) for kin in one.kinships.select_related("relative")
        }
        assert family == {"51": ("毛小雅", "19976568662"), "62": ("毛婷", "")}
        family = {
            kin.relation: (kin.relative.name, kin.relative.phone) for kin in two.kinships.select_related("relative")
        }
        assert family == {"51": ("任花", ""), "81": ("田涛", "15270064970")}
        assert one.born_on == date(2014, 4, 25)


def test_a_csv_in_gbk_with_apostrophes(tmp_path, cast):
    lines = ["姓名,性别,身份证号,民族,学校,年级,留守类型,父亲姓名,父亲电话,父亲务工地,监护人,与儿童关系,监护人电话"]
    for name in ("林杰", "万建"):
        lines.append(
            f"{name},男,'{_number(date(2018, 12, 9))},汉,白沙小学,5,非留守,林子,13059386929,广东省东莞市,邹怡,外祖父,"
        )
    file = tmp_path / "roster.csv"
    file.write_bytes("\r\n".join(lines).encode("gbk"))
    batch = receive(file, cast.colleague, cast.other_school)
    assert (verdicts(batch), books.said(batch)) == (["new", "new"], [])
    confirm(batch, cast.colleague)
    with access.scope(cast.colleague, today=books.TODAY):
        child = Child.objects.get(name="林杰")
        assert (child.ethnicity, child.born_on, child.enrolments.get().grade) == ("01", date(2018, 12, 9), "5")
        # both rows name the same father with the same phone
        assert Absence.objects.filter(relative__name="林子").count() == 1
        assert child.declarations.get().value == "0"


def test_a_book_with_a_sheet_per_class_is_one_roster(tmp_path, cast):
    made = openpyxl.Workbook()
    for number, name in enumerate(("四年级1班", "四年级2班")):
        page = made.create_sheet(name)
        page.append(["姓名", "身份证号", "住址"])
        page.append([f"周{number}", _number(date(2016, 3, 4)), "龙井村"])
    file = tmp_path / "classes.xlsx"
    made.save(file)
    batch = receive(file, cast.clerk, cast.school)
    assert verdicts(batch) == ["new", "new"]
    assert [sheet["name"] for sheet in batch.layout["sheets"]] == ["四年级1班", "四年级2班"]
    assert batch.layout["no_rosters"] == ["Sheet"]
