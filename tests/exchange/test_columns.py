"""Headings as people write them, and where a roster begins and ends."""

import pytest

from caseworks.exchange import columns, layout, returns
from tests.exchange import books

REGISTER = [
    (1, ["石门镇农村留守儿童信息台账"]),
    (2, ["填报单位:石门镇人民政府", None, None, None, None, None, None, None, "填报日期:2026年9月20日"]),
    (3, ["序号", "儿童信息", None, None, None, None, "父亲", None, None, "母亲", None, None, "受委托监护人", None, None, None, "监护情况", "备注"]),
    (4, [None, "姓名", "性别", "身份证号码", "就读学校及班级", "住址", "姓名", "务工地点", "联系电话", "姓名", "务工地点", "联系电话", "姓名",
         "与儿童关系", "联系电话", "出生年份"]),
    (5, [1.0, "邹婷", "女", "500116201506246645", "石门镇中心小学4年级", "青溪村4组"]),
]  # fmt: skip


def test_two_level_headings_below_titles_are_flattened():
    header = layout.find_header(REGISTER)
    assert (header.first, header.last) == (3, 4)
    assert columns.match(header.headings) == [
        "", "name", "sex", "id_number", "school_class", "address", "father.name", "father.place", "father.phone",
        "mother.name", "mother.place", "mother.phone", "carer.name", "carer.relation", "carer.phone", "carer.born",
        "guardianship", "notes",
    ]  # fmt: skip


def test_the_school_roll_is_known_but_for_what_the_registry_does_not_keep():
    matched = dict(zip(books.ROLL, columns.match(books.ROLL), strict=True))
    assert [heading for heading, key in matched.items() if not key] == [
        "国籍", "是否受过学前教育", "是否进城务工人员随迁子女", "是否烈士或优抚子女",
    ]  # fmt: skip
    assert matched["成员2工作单位"] == "member2.employer"
    assert matched["身份证件号"] == "id_number"


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("姓 名", "name"), ("儿童姓名", "name"), ("*姓名", "name"), ("性别 ", "sex"), ("身份证", "id_number"), ("公民身份号码", "id_number"),
        ("出生年月日", "born_on"), ("出生\n日期", "born_on"), ("家庭住址", "address"), ("所在村(居)", "village"), ("所在村（居）", "village"),
        ("是否住校", "boarding"), ("留守类型", "declaration"), ("父亲(电话)", "father.name_phone"), ("父亲（电话）", "father.name_phone"),
        ("爸爸姓名", "father.name"), ("母亲联系电话", "mother.phone"), ("母亲务工地", "mother.place"), ("监护人", "carer.name"),
        ("监护人与儿童关系", "carer.relation"), ("委托照护人联系方式", "carer.phone"), ("家长1姓名", "member1.name"), ("户籍性质", "registration"),
        ("星座", ""),
    ],
)  # fmt: skip
def test_variants_of_headings(heading, key):
    assert columns.match([heading]) == [key]


def test_a_bare_heading_belongs_to_the_person_before_it():
    assert columns.match(["姓名", "父亲姓名", "联系电话", "母亲姓名", "联系电话 (2)", "监护人", "关系", "电话"]) == [
        "name", "father.name", "father.phone", "mother.name", "mother.phone", "carer.name", "carer.relation", "carer.phone",
    ]  # fmt: skip


def test_no_field_is_filled_by_two_columns():
    assert columns.match(["姓名", "儿童姓名", "性别", "性别"]) == ["name", "", "sex", ""]


def test_what_the_office_chose_before_wins():
    assert columns.match(["姓名", "星座", "性别"], {"星座": "notes", "性别": ""}) == ["name", "notes", ""]


def test_every_heading_of_our_template_is_understood():
    matched = columns.match(returns.TEMPLATE)
    assert all(matched)
    assert len(set(matched)) == len(matched)


def test_missing_essentials_are_named(settings):
    from django.utils import translation

    with translation.override("zh-hans"):
        assert columns.missing(["name", "id_number"]) == []
        assert columns.missing(["name", "born_on"]) == []
        assert columns.missing(["sex"]) == ["姓名", "身份证号 / 出生日期"]


HEADER = layout.Header(1, 1, ("序号", "姓名", "性别", "出生日期"))
KEYS = ["", "name", "sex", "born_on"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([None, "周小满", "男", "20160304"], ""),
        ([1, "周小满"], ""),
        ([], "blank"),
        ([None, "  ", None], "blank"),
        ([17, None, None, None], "blank"),
        (["合计", "50人"], "total"),
        (["合 计", "50人"], "total"),
        ([None, "总计", "50人"], "total"),
        (["填表人:", None, None, "2026.9.1"], "signature"),
        (["审核人：王主任"], "signature"),
        (["注：此表由各村填写"], "signature"),
        (["序号", "姓名", "性别", "出生日期"], "header"),
        ([None, "何小小", "女", None], ""),
    ],
)
def test_rows_that_are_no_children(cells, reason):
    assert layout.why_no_child(cells, HEADER, KEYS) == reason


def test_merged_ranges_below_the_headings():
    assert layout.merged_rows([[1, 0, 1, 5], [3, 7, 4, 7], [6, 1, 6, 2]], HEADER) == {
        3: "H3:H4", 4: "H3:H4", 6: "B6:C6",
    }  # fmt: skip
