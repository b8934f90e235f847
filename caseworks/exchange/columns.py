"""Which column of a sheet is which of our fields.

One table: our field, what it is called on our pages, and how other people head it. Headings are compared without
spaces, in half-width characters. A two-level heading reads "父亲/姓名". A bare 电话 or 关系 belongs to the person named in
the columns before it: 监护人, 关系, 电话 are the carer's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

_SPACE = re.compile(r"[\s\u200b\ufeff*★_·:]+")
_GROUPS = {
    "儿童信息",
    "学生信息",
    "基本信息",
    "儿童基本信息",
    "学生基本信息",
    "基本情况",
    "儿童基本情况",
    "儿童",
    "学生",
    "本人",
}


def plain(heading: str) -> str:
    """A heading as it is compared."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", heading)).strip("/").rstrip("、,;。")


@dataclass(frozen=True)
class Field:
    """One of our fields: its key, its word, and the headings that mean it."""

    key: str
    label: Any
    headings: tuple[str, ...]
    limit: int = 0


def _field(key: str, label: Any, headings: str, limit: int = 0) -> Field:
    return Field(key, label, tuple(headings.split()), limit)


CHILD = (
    _field("name", _("name"), "姓名 儿童姓名 学生姓名 孩子姓名 留守儿童姓名 名字 被监护人姓名 幼儿姓名", 72),
    _field("sex", _("sex"), "性别 儿童性别"),
    _field("born_on", _("date of birth"), "出生日期 出生年月日 出生年月 生日 出生时间 出生日月 儿童出生日期"),
    _field(
        "id_number",
        _("ID number"),
        "身份证号 身份证 身份证号码 身份证件号 身份证件号码 公民身份号码 公民身份证号码 证件号码 证件号 儿童身份证号 学生身份证号 身份号码",
    ),
    _field("id_kind", _("kind of ID document"), "身份证件类型 证件类型 身份证类型"),
    _field("ethnicity", _("ethnic group"), "民族"),
    _field("health", _("health"), "健康状况 身体状况 健康情况 身体健康状况 身体情况"),
    _field("registered_at", _("registered at"), "户口所在地 户籍所在地 户籍地址 户籍地 户口地址 户口所在地址", 100),
    _field("registration", _("household registration"), "户口性质 户口类别 户籍性质 户口类型 户籍类别"),
    _field("school", _("school"), "学校名称 学校 就读学校 所在学校 就读学校名称 学校全称 在读学校"),
    _field("school_class", _("school and class"), "就读学校及班级 学校及班级 学校班级 就读学校班级 学校年级班级 就读学校年级"),
    _field("grade", _("grade"), "年级 就读年级 所在年级 年级名称"),
    _field("class_name", _("class"), "班级 班 所在班级 班级名称 班号", 20),
    _field("student_number", _("number in class"), "班内学号 学号 座号", 20),
    _field("entered_on", _("entered school"), "入学年月 入学时间 入学日期 入学年份"),
    _field("boarding", _("boarding"), "就读方式 是否寄宿 是否住校 寄宿情况 是否寄宿生 住宿情况 是否学校寄宿"),
    _field("village", _("village"), "村 村居 所在村 村名 村委会 村(居) 村(社区) 村居委会 村(居)委会 所属村 所在村居 居住村 所在村(居) 社区"),
    _field("address", _("address"), "现住址 住址 家庭住址 家庭地址 居住地址 现居住地 详细住址 居住地 地址 现居住地址 详细地址 通讯地址", 100),
    _field("only_child", _("only child"), "是否独生子女 独生子女"),
    _field("declaration", _("declared left behind"), "是否留守儿童 是否留守 留守类型 留守儿童类型 留守情况 留守 留守儿童 是否为留守儿童 留守类别"),
    _field("orphan", _("orphan"), "是否孤儿 孤儿"),
    _field("disability", _("disability"), "残疾类型 残疾类别 残疾情况"),
    _field("guardianship", _("guardianship"), "监护情况 监护评估 监护状况 监护能力评估"),
    _field("notes", _("notes"), "备注 说明 其他情况 备注说明", 2000),
)  # fmt: skip

PARTS = (
    _field("name", _("name"), "姓名 名字 称呼", 72),
    _field("name_phone", _("name and phone"), "(电话) (联系电话) (手机) 及电话 姓名及电话 姓名电话 姓名/电话 姓名(电话) 姓名及联系电话 (联系方式)", 110),
    _field("relation", _("relation to the child"), "关系 与儿童关系 与学生关系 与孩子关系 与被监护人关系 与本人关系 与幼儿关系 和儿童关系 与儿童的关系"),
    _field("phone", _("phone"), "电话 联系电话 手机 手机号 手机号码 联系方式 电话号码 联系手机 联系号码", 40),
    _field("place", _("place of work"), "务工地点 当前务工地点 务工地 务工地址 打工地点 外出地点 外出务工地点 务工去向 工作地点 务工城市 外出地 现工作地 务工所在地 务工省市", 60),
    _field("employer", _("employer"), "工作单位 务工单位 单位", 60),
    _field("id_number", _("ID number"), "身份证号 身份证号码 身份证 身份证件号 身份证件号码 证件号码"),
    _field("born_year", _("year of birth"), "出生年份 出生年 出生年月 出生日期"),
    _field("address", _("address"), "住址 现住址 地址 家庭住址", 100),
    _field("guardian", _("guardian yes or no"), "是否监护人"),
)  # fmt: skip

PEOPLE = (
    _field("father", _("father"), "父亲 爸爸 父 父亲信息 父亲情况 生父"),
    _field("mother", _("mother"), "母亲 妈妈 母 母亲信息 母亲情况 生母"),
    _field(
        "carer",
        _("carer"),
        "监护人 受委托监护人 委托监护人 受委托照护人 委托照护人 委托照料人 受委托人 照护人 照料人 实际监护人 现监护人 临时监护人 "
        "看护人 抚养人 代理监护人 实际照料人 实际抚养人 现抚养人 监护人信息",
    ),
    _field("member1", _("family member 1"), "成员1 家庭成员1 家长1 成员一 家庭成员一 家长一"),
    _field("member2", _("family member 2"), "成员2 家庭成员2 家长2 成员二 家庭成员二 家长二"),
)

FIELDS: dict[str, Field] = {field.key: field for field in CHILD}
_WHOLE: dict[str, str] = {heading: field.key for field in CHILD for heading in field.headings}
_PERSON: dict[str, str] = {}
_PART: dict[str, str] = {}
for _part in PARTS:
    for _heading in _part.headings:
        _PART.setdefault(_heading, _part.key)
for _person in PEOPLE:
    for _part in PARTS:
        _key = f"{_person.key}.{_part.key}"
        FIELDS[_key] = Field(
            _key, format_lazy("{person} · {part}", person=_person.label, part=_part.label), (), _part.limit
        )
    for _word in _person.headings:
        _PERSON.setdefault(_word, _person.key)
        for _heading, _name in _PART.items():
            for _joined in (f"{_word}{_heading}", f"{_word}/{_heading}", f"{_word}的{_heading}"):
                _WHOLE.setdefault(_joined, f"{_person.key}.{_name}")
_CHILD_FIRST = {"姓名", "身份证号", "身份证", "身份证号码", "身份证件号", "身份证件号码", "证件号码", "出生日期", "出生年月", "住址", "现住址", "地址", "家庭住址"}  # fmt: skip

# Without these no row can be told from another: the name, and the ID number or the date of birth.
ESSENTIAL = (("name",), ("id_number", "born_on"))


def distinct(headings: Iterable[str]) -> list[str]:
    """Headings as people see them, each only once: a second 电话 becomes 电话 (2)."""
    seen: dict[str, int] = {}
    found = []
    for heading in headings:
        seen[heading] = seen.get(heading, 0) + 1
        found.append(heading if not heading or seen[heading] == 1 else f"{heading} ({seen[heading]})")
    return found


def _meaning(heading: str, person: str, taken: set[str]) -> str:
    """The field a plain heading means, after a column of this person ("" if none)."""
    group, _slash, bare = heading.partition("/")
    if bare and group in _GROUPS:
        heading = bare
    if heading in _CHILD_FIRST and _WHOLE[heading] not in taken:
        return _WHOLE[heading]
    if heading in _PART and person and (key := f"{person}.{_PART[heading]}") not in taken:
        return key
    if heading in _PERSON:
        return f"{_PERSON[heading]}.name"
    return _WHOLE.get(heading, "")


def match(headings: Sequence[str], remembered: Mapping[str, str] | None = None) -> list[str]:
    """For each heading the key of our field, or "" if it means none. No field is given twice: the first column has it.

    `remembered` says what the office chose for a heading before; it wins, also where it says "none".

    >>> match(["姓 名", "监护人", "关系", "电话", "父亲(电话)"])
    ['name', 'carer.name', 'carer.relation', 'carer.phone', 'father.name_phone']
    """
    remembered = remembered or {}
    found: list[str] = []
    taken = {remembered[heading] for heading in headings if remembered.get(heading)}
    person = ""
    for heading in headings:
        if heading in remembered:
            key = remembered[heading]
        else:
            key = _meaning(plain(re.sub(r" \(\d+\)$", "", heading)), person, taken)
            key = "" if key in taken else key
            taken.add(key)
        found.append(key)
        if "." in key:
            person = key.partition(".")[0]
    return found


def missing(keys: Iterable[str]) -> list[str]:
    """Words of the essential fields that no column has."""
    have = set(keys)
    return [" / ".join(str(FIELDS[key].label) for key in either) for either in ESSENTIAL if not have & set(either)]


def choices() -> list[tuple[str, Any]]:
    """(key, word) pairs for the select boxes of the preview."""
    return [("", _("not imported")), *((key, field.label) for key, field in FIELDS.items())]
