"""What rosters say about the dated facts of an archive, about grandparents, parents and the care."""

from datetime import date

import pytest

from caseworks import access
from caseworks.exchange import actions, columns
from caseworks.exchange.models import ImportBatch
from caseworks.exchange.writer import FACTS, TABLES
from children.models import Child
from guardians.models import Entrustment, Kinship, Relative
from tests import factories
from tests.exchange.books import BORN, TODAY, book, child_row, confirm, keys, receive, said, verdicts

SEPTEMBER = date(2026, 9, 1)
WIDE = {
    "残疾类别及等级": "肢体残疾二级、智力三级",
    "残疾证号": "50011720160304001242",
    "患病类型": "先心病；蚕豆病",
    "就学情况": "小学",
    "困境类别": "家庭贫困（低保、特困、脱贫监测），孤儿儿童",
    "救助帮扶": "低保户/医疗救助",
    "家庭经济来源": "务工 种养殖业",
    "家庭年收入": "3.5万元",
    "监护情况": "一般",
    "监护评估日期": "2026年3月1日",
    "生活保障": "已全额",
    "教育资助": "未到位",
    "性格": "内向，爱笑",
    "父亲出生日期": "19850612",
    "父亲身份证号": "",
    "父亲外出时间": "2025-02-17",
    "父亲单位电话": "0769-22223333",
    "母亲职业": "务农",
    "母亲健康状况": "慢性病",
    "祖父姓名": "周老大（已故）",
    "祖父出生日期": "1950年",
    "外祖母姓名": "毛阿婆",
    "外祖母出生日期": "19551001",
    "监护人": "毛阿婆",
    "监护人电话": "13911114444",
    "委托照料原因": "一方外出另一方无监护能力",
    "委托期限": "2026年1月1日至2027年12月31日",
    "协议签订日期": "2026.1.1",
    "书面告知学校日期": "2026-01-03",
}  # fmt: skip

pytestmark = pytest.mark.django_db


def wide(**cells):
    return child_row(**(WIDE | {"身份证号": NUMBER} | cells))


NUMBER = factories.id_number(BORN, "1")


def bring(tmp_path, cast, rows, *, roster_on=TODAY):
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    file = book(tmp_path, rows, headings)
    batch = receive(file, cast.clerk, cast.school, roster_on=roster_on)
    return batch, file


def facts() -> dict[str, list[tuple]]:
    """Every dated fact as its words, the day it is about, and whether it still holds."""
    shown = {
        "disability": ("kind", "level", "certificate"), "illness": ("kind", "name"), "schooling": ("kind",),
        "rating": ("rating", "assessed_by"), "livelihood": ("sources", "yuan_a_year"), "relief": ("kind",),
        "hardship": ("kind",), "need": ("kind", "state"), "facet": ("facet", "text"),
    }  # fmt: skip
    with access.everyone("test"):
        return {
            table: sorted(
                (*(getattr(row, name) for name in shown[table]), row.day, getattr(row, "until_on", None))
                for row in TABLES[table].objects.all()
            )
            for table in FACTS
            if TABLES[table].objects.exists()
        }


@pytest.fixture
def imported(tmp_path, cast):
    batch, file = bring(tmp_path, cast, [wide()], roster_on=SEPTEMBER)
    assert (verdicts(batch), said(batch)) == (["new"], [])
    confirm(batch, cast.clerk)
    return file


def test_every_heading_is_understood():
    assert all(columns.match(list(WIDE)))


def test_a_wide_roster_becomes_dated_facts(imported, cast):
    assert facts() == {
        "disability": [("4", "2", "50011720160304001242", SEPTEMBER, None), ("5", "3", "", SEPTEMBER, None)],
        "illness": [("heart", "", SEPTEMBER, None), ("other", "蚕豆病", SEPTEMBER, None)],
        "rating": [("fair", cast.school.name, date(2026, 3, 1), None)],
        "livelihood": [(["wages", "farming"], 35000, SEPTEMBER, None)],
        "relief": [("allowance", SEPTEMBER, None), ("medical", SEPTEMBER, None)],
        "hardship": [("orphan", SEPTEMBER, None), ("poor", SEPTEMBER, None)],
        "need": [("living", "met", SEPTEMBER, None), ("schooling", "unmet", SEPTEMBER, None)],
        "facet": [("character", "内向,爱笑", SEPTEMBER, None)],
    }
    with access.everyone("test"):
        child = Child.objects.get(name="周小满")
        assert child.disability_rows.first().recorded_by == cast.clerk
        kin = {kinship.relation: kinship.relative for kinship in child.kinships.select_related("relative")}
        assert (kin["51"].born_on, kin["51"].born_year) == (date(1985, 6, 12), 1985)
        [absence] = kin["51"].absences.all()
        assert (absence.from_on, absence.from_known) == (date(2025, 2, 17), True)
        assert absence.employer_phone == "076922223333"
        assert (kin["52"].work, kin["52"].health) == ("务农", "30")
        assert (kin["61"].name, kin["61"].born_year, kin["61"].sex) == ("周老大", 1950, "1")
        assert kin["61"].situations.get().kind == "dead"
        assert (kin["64"].name, kin["64"].born_on, kin["64"].phone) == ("毛阿婆", date(1955, 10, 1), "13911114444")
        care = child.entrustments.get()
        assert (care.relative, care.reason, care.from_on) == (kin["64"], "one", SEPTEMBER)
        assert (care.term_until_on, care.agreement_signed_on) == (date(2027, 12, 31), date(2026, 1, 1))
        assert care.school_notified_on == date(2026, 1, 3)


def test_the_same_roster_later_changes_nothing(imported, cast):
    batch = receive(imported, cast.clerk, cast.school)
    assert (verdicts(batch), said(batch)) == (["unchanged"], [])


LATER = {
    "a worse level": (
        {"残疾类别及等级": "肢体残疾一级、智力三级"},
        {"disability": ("肢体残疾二级、智力残疾三级", "肢体残疾一级、智力残疾三级")},
    ),
    "no illness any more": ({"患病类型": "无"}, {"illness": ("先天性心脏病、蚕豆病", "无")}),
    "left school": ({"就学情况": "辍学"}, {"schooling": ("", "辍学")}),
    "less support": ({"救助帮扶": "低保"}, {"relief": ("低保、医疗救助", "低保")}),
    "more support": ({"救助帮扶": "低保、医疗救助、临时救助"}, {"relief": ("低保、医疗救助", "低保、医疗救助、临时救助")}),
    "no difficulty": ({"困境类别": "非困境"}, {"hardship": ("家庭贫困（低保、特困、脱贫监测）、孤儿", "无")}),
    "other income": ({"家庭年收入": "20000"}, {"income": ("打工收入、种养殖业、35000元", "打工收入、种养殖业、20000元")}),
    "a better rating": ({"监护情况": "较好", "监护评估日期": ""}, {"guardianship": ("一般", "较好")}),
    "a need met": ({"教育资助": "已落实"}, {"need_schooling": ("符合条件未落实", "已落实")}),
    "another character": ({"性格": "开朗"}, {"facet_character": ("内向,爱笑", "开朗")}),
    "a longer term": ({"委托期限": "2028-12-31"}, {"care_term": ("2027-12-31", "2028-12-31")}),
    "a birthday": ({"外祖母出生日期": "19551002"}, {"carer.born": ("1955-10-01", "1955-10-02")}),
    "a work": ({"母亲职业": "开店"}, {"mother.work": ("务农", "开店")}),
    "away for longer": ({"父亲外出时间": "2024-02-17"}, {"father.since": ("2025-02-17", "2024-02-17")}),
}  # fmt: skip


@pytest.mark.parametrize("case", LATER)
def test_another_value_is_a_new_fact_and_can_be_taken_back(case, imported, tmp_path, cast):
    cells, expected = LATER[case]
    before = facts()
    batch, _file = bring(tmp_path, cast, [wide(**cells)])
    row = batch.rows.get()
    assert row.verdict == "changed"
    assert {key: (old, new) for key, old, new in row.changes} == expected
    confirm(batch, cast.clerk)
    after = facts()
    assert receive(tmp_path / "名册.xlsx", cast.clerk, cast.school).counts["unchanged"] == 1
    with access.scope(cast.clerk, today=TODAY):
        actions.undo(batch=batch, by=cast.clerk)
    assert facts() == before
    if not {"a longer term", "a birthday", "a work", "away for longer"} & {case}:
        assert after != before


def test_what_ends_keeps_its_days(imported, tmp_path, cast):
    batch, _file = bring(tmp_path, cast, [wide(救助帮扶="低保", 监护情况="差", 监护评估日期="")])
    confirm(batch, cast.clerk)
    assert facts()["relief"] == [("allowance", SEPTEMBER, None), ("medical", SEPTEMBER, TODAY)]
    assert [row[0::2] for row in facts()["rating"]] == [("fair", date(2026, 3, 1)), ("poor", TODAY)]


def test_an_older_roster_changes_nothing_that_began_later(tmp_path, cast):
    confirm(bring(tmp_path, cast, [wide()])[0], cast.clerk)
    batch, _file = bring(
        tmp_path, cast, [wide(监护情况="差", 监护评估日期="", 救助帮扶="低保")], roster_on=date(2026, 2, 1)
    )
    assert (verdicts(batch), batch.rows.get().changes) == (["unchanged"], [])
    assert keys(batch).count("newer") == 2


def test_a_new_batch_of_facts_leaves_nothing_behind(imported, cast):
    with access.scope(cast.clerk, today=TODAY):
        actions.undo(batch=ImportBatch.objects.get(), by=cast.clerk)
    assert facts() == {}


REFUSED = {
    "a level that is none": ({"残疾等级": "五级", "残疾类别及等级": "肢体"}, "word", "一级、二级、三级、四级"),
    "a level of nothing": ({"残疾类别及等级": "", "残疾证号": "", "残疾等级": "一级"}, "alone", "一级"),
    "an unknown support": ({"救助帮扶": "低保、慰问金"}, "word", "慰问金"),
    "an unknown rating": ({"监护情况": "马马虎虎"}, "word", "较好、一般、差"),
    "income in words": ({"家庭年收入": "不多"}, "no_number", "30000"),
    "a year of nobody": ({"外祖母出生日期": "五十岁"}, "no_year", "1962"),
    "a day to come": ({"父亲外出时间": "2027-01-01"}, "day_later", "2027-01-01"),
    "a day that is none": ({"协议签订日期": "年初"}, "no_day", "年初"),
    "a term before the care": ({"委托期限": "2020-12-31"}, "term_order", "2020-12-31"),
    "a number that is none": ({"父亲身份证号": "12345"}, "adult_number", "18"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_left_out_with_what_to_write(case, tmp_path, cast):
    cells, key, words = REFUSED[case]
    batch, _file = bring(tmp_path, cast, [wide(**cells)])
    assert (verdicts(batch), keys(batch)) == (["new"], [key])
    [line] = said(batch)
    assert words in line
    confirm(batch, cast.clerk)


def test_a_level_in_its_own_column(tmp_path, cast):
    confirm(bring(tmp_path, cast, [wide(残疾类别及等级="肢体", 残疾等级="Ⅲ级")])[0], cast.clerk)
    assert facts()["disability"] == [("4", "3", "50011720160304001242", TODAY, None)]


@pytest.mark.parametrize(("cell", "kind"), [("未入园", "before"), ("辍学", "dropout"), ("石镇小学4年级2班", None)])
def test_what_stands_in_place_of_a_school(cell, kind, tmp_path, cast):
    row = child_row(身份证号=NUMBER, 学校="", 年级="", 班级="", 就读学校及班级=cell)
    confirm(bring(tmp_path, cast, [row])[0], cast.clerk)
    assert [row[0] for row in facts().get("schooling", [])] == ([kind] if kind else [])


def test_both_parents_away_without_a_place(tmp_path, cast):
    row = child_row(身份证号=NUMBER, 父亲务工地点="", 母亲务工地点="", 父母双方同时外出="是")
    confirm(bring(tmp_path, cast, [row])[0], cast.clerk)
    with access.everyone("test"):
        parents = Relative.objects.filter(kinships__child__name="周小满")
        assert [parent.absences.get().place for parent in parents] == ["", ""]


def test_a_child_without_registration(tmp_path, cast):
    confirm(bring(tmp_path, cast, [child_row(身份证号=NUMBER, 是否登记户口="否")])[0], cast.clerk)
    with access.everyone("test"):
        assert Child.objects.get(name="周小满").registration == "3"


def test_another_grandfather_is_for_a_person_to_decide(imported, tmp_path, cast):
    batch, _file = bring(tmp_path, cast, [wide(祖父姓名="周老二")])
    assert (verdicts(batch), keys(batch)) == (["unchanged"], ["parent_differs"])


def test_the_birth_date_in_an_id_number_is_taken_once(tmp_path, cast):
    number = factories.id_number(date(1986, 5, 4), "1")
    first, file = bring(tmp_path, cast, [child_row(身份证号=NUMBER, 父亲身份证号=number)])
    confirm(first, cast.clerk)
    with access.everyone("test"):
        father = Kinship.objects.get(child__name="周小满", relation="51").relative
        assert (father.id_number, father.born_on) == (number, date(1986, 5, 4))
        Relative.objects.filter(pk=father.pk).update(born_on=None)
    assert verdicts(receive(file, cast.clerk, cast.school)) == ["unchanged"]


def test_papers_of_nobody_are_not_kept(tmp_path, cast):
    batch, _file = bring(tmp_path, cast, [wide(监护人="", 监护人电话="")])
    assert keys(batch) == ["alone"]
    confirm(batch, cast.clerk)
    with access.everyone("test"):
        assert not Entrustment.objects.filter(child__name="周小满").exists()


def test_groups_over_headings_that_speak_for_themselves():
    headings = ["儿童/姓名", "家庭情况/祖父姓名", "监护情况/父母双方同时外出", "班主任/性别", "校长/健康状况"]
    assert columns.match(headings) == ["name", "paternal_grandfather.name", "both_away", "", ""]
