"""What the preview says an archive will still lack once a row is in: at its column, with what to do, writing nothing."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from caseworks import access
from caseworks.exchange import lacking
from children.models import Child
from guardians.gaps import CHECKS, gaps_of
from guardians.gaps.hand import HAND
from tests import factories
from tests.exchange.books import BORN, TODAY, book, child_row, confirm, receive, verdicts

pytestmark = pytest.mark.django_db


def bring(tmp_path, cast, rows, *, roster_on=TODAY):
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    return receive(book(tmp_path, rows, headings), cast.clerk, cast.school, roster_on=roster_on)


def lacks(batch, position=0):
    """Check → heading of the column it is said at."""
    row = batch.rows.get(position=position)
    headings = batch.headings(row.sheet)
    return {lack.check: None if lack.column is None else headings[lack.column] for lack in lacking.of_text(row.lacks)}


def number():
    return factories.id_number(BORN, "1")


FULL = {"健康状况": "健康", "户口性质": "农业户口"}
CASES = {
    "nothing": ({}, {}),
    "away without a place": ({"父亲务工地点": "外出"}, {"no_place": "父亲务工地点"}),
    "both away and nobody cares": ({"母亲务工地点": "浙江省"}, {"alone": "父亲务工地点"}),
    "a carer without phone and age": (
        {"母亲务工地点": "浙江省", "监护人": "周奶奶", "与儿童关系": "奶奶", "监护人电话": "", "监护人出生日期": ""},
        {"no_carer_phone": "监护人电话", "carer_age": "监护人出生日期"},
    ),
    "a carer who is a child": (
        {"母亲务工地点": "浙江省", "监护人": "周哥", "与儿童关系": "哥哥", "监护人电话": "13900005555", "监护人出生日期": "20100101"},
        {"carer_minor": "监护人出生日期"},
    ),
    "a carer though both are at home": (
        {"父亲务工地点": "在家", "监护人": "周奶奶", "与儿童关系": "奶奶", "监护人电话": "13900005555"},
        {"needless": "监护人"},
    ),
    "no phone at all": ({"父亲电话": "", "母亲电话": ""}, {"no_phone": "父亲电话"}),
    "only the mother": ({"父亲姓名": "", "父亲电话": "", "父亲务工地点": ""}, {"no_father": "父亲姓名"}),
    "only ticked": ({"父亲务工地点": "", "母亲务工地点": "", "是否留守": "双亲"}, {"only_declared": "父亲务工地点"}),
    "no grade": ({"年级": ""}, {"no_grade": "年级"}),
    "no health": ({"健康状况": ""}, {"no_health": "健康状况"}),
    "a disability without a level": ({"健康状况": "残疾", "残疾类型": "肢体", "残疾等级": ""}, {"no_level": "残疾等级"}),
    "dropped out, yet enrolled": ({"就学情况": "辍学"}, {"dropout": "就学情况", "schooling": "就学情况"}),
    "a term that is over": (
        {"母亲务工地点": "浙江省", "监护人": "周奶奶", "与儿童关系": "奶奶", "监护人电话": "13900005555", "委托开始日期": "2025-01-01",
         "委托期限": "2026-08-31", "协议签订日期": ""},
        {"term_over": "委托期限", "no_agreement": "协议签订日期"},
    ),
    "away since nobody says when": ({"父亲外出时间": ""}, {"no_since": "父亲外出时间"}),
    "not rated": ({"监护情况": ""}, {"not_rated": "监护情况"}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_new_row_is_told_what_it_lacks_and_the_archive_then_lacks_it(case, tmp_path, cast):
    cells, expected = CASES[case]
    batch = bring(tmp_path, cast, [child_row(身份证号=number(), **FULL) | cells])
    assert verdicts(batch) == ["new"]
    assert lacks(batch) == expected
    assert batch.counts.get("lacking", 0) == bool(expected)
    assert (batch.counts["problems"], batch.counts["warnings"]) == (0, 0)
    confirm(batch, cast.clerk)
    with access.scope(cast.clerk, today=TODAY):
        child = Child.objects.get(name="周小满")
        found = {gap.check.key for gap in gaps_of([child], TODAY)[child.pk]}
    assert set(expected) <= found
    # what else the archive lacks, the sheet has no column for
    assert found & set(HAND) - set(expected) <= {
        "no_since", "not_rated", "no_agreement", "school_not_told", "village_not_told", "carer_age",
    }  # fmt: skip


def test_only_what_the_row_changes_is_said_of_an_archive_that_was_there(tmp_path, cast):
    row = child_row(身份证号=number(), **FULL) | {"健康状况": ""}
    confirm(bring(tmp_path, cast, [row], roster_on=date(2026, 9, 1)), cast.clerk)
    same = bring(tmp_path, cast, [row])
    assert (verdicts(same), lacks(same)) == (["unchanged"], {})
    changed = bring(tmp_path, cast, [row | {"母亲务工地点": "外出"}])
    assert (verdicts(changed), lacks(changed)) == (
        ["changed"],
        {"alone": "父亲务工地点", "no_place": "母亲务工地点"},
    )


def test_a_cell_with_a_problem_is_not_said_to_be_missing_too(tmp_path, cast):
    batch = bring(tmp_path, cast, [child_row(身份证号=number(), **FULL) | {"健康状况": "马马虎虎"}])
    assert (batch.counts["problems"], lacks(batch)) == (1, {})


def test_nothing_is_written(tmp_path, cast):
    with access.everyone("test"):
        before = Child.objects.count()
    bring(tmp_path, cast, [child_row(身份证号=number(), **FULL) | {"父亲务工地点": "外出"}])
    with access.everyone("test"):
        assert Child.objects.count() == before


@pytest.fixture
def several(tmp_path, cast):
    rows = [
        child_row(姓名="周一", 身份证号=number(), **FULL),
        child_row(姓名="周二", 身份证号=number(), **FULL) | {"父亲务工地点": "外出", "父亲电话": "", "母亲电话": ""},
        child_row(姓名="周三", 身份证号=number(), **FULL) | {"父亲务工地点": "外出", "父亲姓名": "周远"},
    ]
    return bring(tmp_path, cast, rows)


def test_they_have_a_tab_and_each_check_its_part_of_it(several, sign_in, cast):
    client = sign_in(cast.clerk)
    page = reverse("exchange:preview", args=[several.code])
    assert (several.counts["lacking"], several.counts["lacking no_place"]) == (2, 2)
    answer = client.get(f"{page}?show=lacking")
    body = answer.content.decode()
    assert [entry.row.name for entry in answer.context["rows"]] == ["周二", "周三"]
    assert "父亲外出，但没有写外出地点" in body
    assert 'href="?show=lacking-no_phone"' in body
    for kind, names in (("lacking-no_phone", ["周二"]), ("lacking-nonsense", ["周一", "周二", "周三"])):
        shown = client.get(f"{page}?show={kind}").context["rows"]
        assert [entry.row.name for entry in shown] == names


def test_a_check_is_said_in_words_that_say_what_to_do():
    assert set(lacking.ABOUT) == set(HAND) <= set(CHECKS)
    with translation.override("zh-hans"):
        for key in lacking.ABOUT:
            assert "%" not in lacking.Lack(key, 1, "51").words
        assert lacking.of_text(lacking.to_text([lacking.Lack("no_place", 7, "51"), lacking.Lack("alone", None)])) == [
            lacking.Lack("no_place", 7, "51"),
            lacking.Lack("alone", None),
        ]
