"""What leaves in an official layout comes back as unchanged, row for row: also where the archive is odd."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.db.models import Q

from caseworks import access
from caseworks.exchange import actions
from caseworks.exchange.out.books import layout_book
from caseworks.exchange.out.layouts import LAYOUTS, LEDGER, REGISTER, ROLL
from caseworks.exchange.out.lines import lines
from caseworks.listed import Listed
from caseworks.stamps import new_stamp
from children.models import Child, Disability, GuardianshipRating, Illness, Livelihood, Relief, Schooling
from guardians.models import Declaration
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
ODD_NUMBER = "500117201403024326"  # the check digit does not fit


def book_of(layout, person, *, full: bool = True) -> bytes:
    """The roster of everybody the person reaches."""
    with access.scope(person, today=TODAY):
        found = Child.objects.live().in_name_order()
        stamp = new_stamp("TESTNUMBER")
        doubtful = found.filter(Q(id_number="") | Q(id_doubtful=True)).exists()
        with layout_book(
            layout,
            lines(found, TODAY, full=full, parts=layout.parts, listed=Listed()),
            office="石镇",
            on=TODAY,
            stamp=stamp,
            extra=doubtful,
        ) as file:
            return file.read()


def read_back(content: bytes, person, organization, tmp_path: Path):
    file = tmp_path / "out.xlsx"
    file.write_bytes(content)
    with access.scope(person, today=TODAY):
        batch = actions.receive(by=person, organization=organization, roster_on=TODAY, path=file, file_name=file.name)
        batch.refresh_from_db()
        said = [(row.name, row.verdict, row.changes, row.problems) for row in batch.rows.order_by("position")]
    return [line for line in said if line[1] != "unchanged"], len(said)


def _family(child, *, father=None, mother=None):
    """Parents by (name, phone, place or None, situation or None)."""
    for relation, said in (("51", father), ("52", mother)):
        if said is None:
            continue
        name, phone, place, kind = said
        relative = factories.relative(child, relation=relation, name=name, phone=phone, born_year=1985)
        if place is not None:
            factories.absence(relative, place=place, employer="电子厂" if place else "")
        if kind:
            factories.situation(relative, kind=kind)


def _fact(model, child, by, **values):
    factories.fact(model, child, by=by, **{model.day_field: date(2026, 5, 4), **values})


def _facts(child, by):
    """Something of every kind that a roster carries, of some kinds several, and what was before."""
    for kind, level in (("4", "2"), ("5", "")):
        _fact(Disability, child, by, kind=kind, level=level)
    _fact(Illness, child, by, kind="heart")
    _fact(Illness, child, by, kind="other", name="蚕豆病")
    _fact(Relief, child, by, kind="temporary", until_on=date(2026, 6, 1))
    for kind in ("allowance", "unattended", "other"):
        _fact(Relief, child, by, kind=kind)
    _fact(Livelihood, child, by, sources=["other"], known_on=date(2026, 1, 1))
    _fact(Livelihood, child, by, sources=["wages", "farming", "other"], yuan_a_year=30000)
    _fact(GuardianshipRating, child, by, rating="good", assessed_by="某某", assessed_on=date(2026, 1, 1))
    _fact(GuardianshipRating, child, by, rating="poor", assessed_by="某某")


@pytest.fixture
def odd(cast):
    """Children of one school with everything an archive may hold, or lack."""
    places = {"school": cast.school, "village": cast.village}

    def child(name, **fields):
        return factories.child(name, **{**places, **fields})

    _family(
        child("父死母外出"),
        father=("赵亡", "13911110001", None, "dead"),
        mother=("钱外", "13911110002", "广东省东莞市", None),
    )
    _family(child("双亲外出"), father=("孙远", "13911110003", "浙江 杭州（萧山）", None), mother=("李远", "", "", None))
    _family(child("家乡务工"), father=("周近", "", "江县工业园", None))
    _family(child("外出失联"), father=("吴失", "", "福建省", "lost"), mother=("吴在", "", None, "ill"))
    bare = child("什么都没采集", id_number="", sex="", registration="", grade="", class_name="", address="")
    with access.everyone("test"):
        Child.objects.filter(pk=bare.pk).update(sex="")
    child("号码存疑", id_number=ODD_NUMBER, id_doubtful=True, born_on=date(2014, 3, 2), sex="2")
    child("号码矛盾", id_number=factories.id_number(date(2015, 1, 2), "1"), born_on=date(2015, 1, 3), sex="2")
    child("别的证件", id_number="G12345678", id_doubtful=True, born_on=date(2013, 1, 1))
    child("班级怪", grade="4", class_name="(2)班", address="3 组 12号（后院）")
    child("火箭班的", grade="K3", class_name="火箭班")
    child("户籍在龙井村", village=None, registered_at="江县石镇龙井村1组")
    child("外地户籍", registered_at="北京市（原址）１号", registration="2", health="20")
    known = child("事实俱全", health="50")
    _facts(known, cast.clerk)
    for relation, name, born in (
        ("61", "祖父甲", {"born_on": date(1950, 1, 31)}),
        ("63", "外公丙", {"born_year": 1952}),
    ):
        elder = factories.relative(known, relation=relation, name=name, **born)
    factories.situation(elder, kind="dead")
    factories.relative(known, relation="51", name="父丁", phone="13911110020", born_on=date(1985, 2, 28))
    nothing = child("都没有")
    for model in (Illness, Relief):
        _fact(model, nothing, cast.clerk, kind="none")
    dropped = child("辍学的", grade="8")
    _fact(Schooling, dropped, cast.clerk, kind="dropout")
    two_carers = child("两个照护人", only_child=True, orphan=False)
    for relation, name in (("62", "奶奶甲"), ("64", "外婆乙")):
        carer = factories.relative(two_carers, relation=relation, name=name, phone="13911110009", born_year=1955)
        factories.entrustment(two_carers, carer)
    term = child("有期限的照护")
    aunt = factories.relative(term, relation="97", name="表姨", phone="023-47521234")
    factories.entrustment(term, aunt, until_on=date(2027, 8, 31))
    step = child("继父在外")
    factories.absence(factories.relative(step, relation="57", name="继父", phone="13911110010"), place="上海市")
    back = child("父母已回")
    returned = factories.relative(back, relation="51", name="归来", phone="13911110011")
    factories.absence(returned, until_on=date(2026, 1, 1))
    factories.declaration(back, "2", cast.school)
    declared = child("只有申报")
    factories.declaration(declared, "1", cast.school)
    outranked = child("申报被推翻")
    factories.declaration(outranked, "2", cast.school, outranked=True)
    recent = child("刚刚外出")
    factories.absence(
        factories.relative(recent, relation="52", name="新出", phone="13911110012"), from_on=date(2026, 11, 1)
    )
    return cast


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("who", ["clerk", "officer"])
def test_every_row_comes_back_unchanged(layout, who, odd, tmp_path):
    person, place = getattr(odd, who), odd.school if who == "clerk" else odd.county
    with access.scope(person, today=TODAY):
        expected, declared = Child.objects.live().count(), Declaration.objects.count()
    differing, count = read_back(book_of(layout, person), person, place, tmp_path)
    assert (differing, count) == ([], expected)
    assert count > 15
    with access.scope(person, today=TODAY):
        assert Declaration.objects.count() == declared


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_masked_roster_that_comes_back_changes_nothing(layout, odd, tmp_path):
    """Its numbers are refused, and what else is hidden in it says nothing."""
    differing, _count = read_back(book_of(layout, odd.clerk, full=False), odd.clerk, odd.school, tmp_path)
    assert {verdict for _name, verdict, _changes, _problems in differing} == {"refused"}
    assert {key for *_rest, problems in differing for key, _column, _facts in problems} == {"id_masked"}


def _cells(content: bytes, sheet: int = 0) -> list[tuple]:
    return list(openpyxl.load_workbook(io.BytesIO(content)).worksheets[sheet].iter_rows(values_only=True))


def test_the_roll_has_the_34_columns_of_the_roll_in_its_order(odd):
    rows = _cells(book_of(ROLL, odd.clerk))
    assert len(rows[0]) == 34
    assert rows[0][:5] == ("姓名", "性别", "出生日期", "身份证件类型", "身份证件号")
    assert rows[0][-1] == "成员2是否监护人"
    by_name = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert by_name["双亲外出"]["是否留守儿童"] == "双亲留守儿童"
    assert by_name["父死母外出"]["是否留守儿童"] == "单亲留守儿童"
    assert by_name["刚刚外出"]["是否留守儿童"] == "非留守儿童"  # less than three months
    assert by_name["父母已回"]["是否留守儿童"] == "非留守儿童"  # facts outrank the declaration
    assert by_name["只有申报"]["是否留守儿童"] == "单亲留守儿童"
    assert by_name["什么都没采集"]["是否留守儿童"] is None  # not collected is not "no"
    assert by_name["父死母外出"]["成员1姓名"] == "钱外"
    assert by_name["别的证件"]["身份证件类型"] == "其他"


def test_the_form_says_what_the_archive_knows(odd):
    above, below, *rows = _cells(book_of(REGISTER, odd.clerk))[2:]
    headings = [lower or upper for upper, lower in zip(above, below, strict=True)]
    by_name = {row[1]: dict(zip(headings, row, strict=True)) for row in rows}
    known = by_name["事实俱全"]
    assert (known["残疾类别及等级"], known["患病类型"]) == ("肢体残疾二级、智力残疾", "先天性心脏病、蚕豆病")
    assert (known["家庭经济来源"], known["监护评估"]) == ("打工收入、种养殖业、其他", "差")
    assert known["救助帮扶"] == "低保、事实无人抚养儿童基本生活补贴、其他救助"
    assert (known["祖父姓名"], known["祖父出生日期"], known["外祖父出生日期"]) == ("祖父甲", "19500131", "1952")
    assert (by_name["都没有"]["救助帮扶"], by_name["辍学的"]["就学情况"]) == ("无", "辍学")
    assert by_name["班级怪"]["救助帮扶"] is None  # not collected is not "none"


def test_the_ledger_has_a_title_two_heading_rows_and_a_total(odd):
    content = book_of(LEDGER, odd.clerk)
    rows = _cells(content)
    assert rows[0][0] == "农村留守儿童信息台账"
    assert rows[1][0] == "填报单位:石镇"
    assert rows[2][:2] == ("序号", "儿童信息")
    assert rows[3][1:6] == ("姓名", "性别", "身份证号码", "就读学校及班级", "住址")
    total = next(row for row in rows if row[0] == "合计")
    assert total[1] == f"{len(rows) - 4 - 2}人"
    merged = {str(each) for each in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].merged_cells.ranges}
    assert {"A3:A4", "B3:F3", "G3:I3", "J3:L3", "M3:P3"} <= merged


def test_who_took_it_out_stands_in_the_file(odd):
    book = openpyxl.load_workbook(io.BytesIO(book_of(REGISTER, odd.clerk)))
    about = [cell for row in book.worksheets[-1].iter_rows(values_only=True) for cell in row]
    assert {"TESTNUMBER", odd.clerk.name, odd.school.name} <= set(about)
    assert "TESTNUMBER" in book.worksheets[0].oddFooter.left.text


def test_masked_is_masked_everywhere(odd):
    for layout in LAYOUTS.values():
        text = str(_cells(book_of(layout, odd.officer, full=False)))
        full = str(_cells(book_of(layout, odd.officer, full=True)))
        for secret in (odd.child.id_number, "13911110002", "13700002222"):
            assert secret not in text
        assert odd.child.id_number in full
