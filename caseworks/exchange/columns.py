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
    _field("disability", _("disability"), "残疾类型 残疾类别 残疾情况 残疾种类 残疾类别及等级 残疾类型及等级 残疾类别等级 残疾类型等级 残疾类别与等级"),
    _field("disability_level", _("level of disability"), "残疾等级 残疾级别"),
    _field("disability_certificate", _("number of the disability certificate"), "残疾证号 残疾证号码 残疾人证号 残疾人证号码 残疾证编号"),
    _field("illness", _("illness"), "患病类型 患病情况 疾病名称 所患疾病 疾病类型 患病种类 患病名称 病种 重大疾病 疾病", 200),
    _field("registered_at", _("registered at"), "户口所在地 户籍所在地 户籍地址 户籍地 户口地址 户口所在地址", 100),
    _field("registration", _("household registration"), "户口性质 户口类别 户籍性质 户口类型 户籍类别 户口分类"),
    _field("registered", _("registered yes or no"), "是否登记户口 是否有户口 有无户口 户口登记情况 是否上户 是否已登记户口"),
    _field("schooling", _("schooling"), "就学情况 就学状况 学业状况 学业情况 受教育情况"),
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
    _field("both_away", _("both parents away"), "父母双方同时外出 父母双方外出 是否父母双方外出 父母是否双方外出 父母是否同时外出 双方外出"),
    _field("care_reason", _("reason of entrusted care"), "委托照料原因 委托照护原因 委托监护原因 委托原因"),
    _field("care_since", _("entrusted since"), "委托开始日期 委托起始日期 委托照护开始日期 委托日期 委托时间 开始委托时间"),
    _field("care_term", _("entrusted until"), "委托期限 委托照护期限 委托监护期限 委托期限至 委托截止日期 委托到期日期 委托照料期限 委托结束日期"),
    _field("agreement", _("agreement signed on"), "协议签订日期 委托协议签订日期 签订日期 协议签订时间 委托照护协议签订日期 委托书签订日期"),
    _field("school_told", _("school notified on"), "书面告知学校日期 告知学校日期 学校告知日期 书面告知学校 书面告知学校时间"),
    _field("village_told", _("village notified on"), "书面告知村(居)委会日期 书面告知村委会日期 告知村委会日期 书面告知村委会 书面告知村(居)日期 书面告知村(居)委会"),
    _field("guardianship", _("guardianship"), "监护情况 监护评估 监护状况 监护能力评估 监护等级 监护评级 监护情况评估 监护质量"),
    _field("assessed_on", _("guardianship assessed on"), "评估日期 监护评估日期 评估时间 监护评估时间"),
    _field("hardship", _("difficulties"), "困境类别 困境类型 困境儿童类别 困境儿童类型 困境情形 困难类别 困难类型 家庭困难类型 儿童类别 儿童类型 困境儿童分类", 200),
    _field("relief", _("public support"), "救助帮扶 救助措施 救助情况 救助类型 享受救助 享受救助情况 享受救助类型 享受政策 享受政策情况 享受补贴 已享受政策 救助帮扶情况 救助帮扶措施", 200),
    _field("income", _("sources of income"), "家庭经济来源 经济来源 主要经济来源 家庭主要经济来源 家庭收入来源 收入来源 家庭主要收入来源", 100),
    _field("income_yuan", _("income of the family, yuan a year"), "家庭年收入 家庭年收入(元) 年收入 年收入(元) 家庭年总收入 家庭年总收入(元)"),
    _field("need_living", _("need: daily needs"), "生活保障 生活保障情况"),
    _field("need_medical", _("need: medical care"), "医疗保障 医疗保障情况"),
    _field("need_schooling", _("need: help with schooling"), "教育资助 教育资助情况 教育保障"),
    _field("need_rehabilitation", _("need: rehabilitation"), "康复救助 康复救助情况 康复保障"),
    _field("need_care", _("need: care and protection"), "监护保护 监护保护情况 监护保障"),
    _field("need_housing", _("need: housing"), "住房保障 住房保障情况"),
    _field("need_psychology", _("need: emotional care"), "心理关爱 心理关爱情况"),
    _field("facet_character", _("facet: character"), "性格 性格特点 性格特征 性格表现", 500),
    _field("facet_interests", _("facet: interests"), "兴趣 兴趣爱好 爱好 爱好特长 兴趣特长", 500),
    _field("facet_study", _("facet: study"), "学习表现 学习情况 学习状况 学习情况描述", 500),
    _field("facet_thinking", _("facet: thinking"), "思想 思想表现 思想状况 思想情况 思想品德", 500),
    _field("facet_psychology", _("facet: psychology"), "心理 心理状况 心理健康状况 心理情况 心理状态", 500),
    _field("facet_morals", _("facet: conduct"), "品格 品行 品德 品行表现 行为表现 日常行为", 500),
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
    _field("born", _("date or year of birth"), "出生日期 出生年月日 出生年月 出生年份 出生年 生日"),
    _field("address", _("address"), "住址 现住址 地址 家庭住址", 100),
    _field("guardian", _("guardian yes or no"), "是否监护人"),
    _field("since", _("away since"), "外出时间 外出日期 务工时间 外出务工时间 开始外出时间 离家时间 外出起始时间"),
    _field("employer_phone", _("phone of the employer"), "单位电话 单位联系电话 工作单位电话 用工单位电话", 40),
    _field("employer_address", _("address of the employer"), "单位地址 工作单位地址 单位详细地址 用工单位地址", 100),
    _field("work", _("work at home"), "职业 从事职业 现从事职业", 60),
    _field("situation", _("why unable to care"), "其他特殊情况 特殊情况 监护能力 无监护能力原因 现状 目前情况"),
    _field("health", _("health"), "健康状况 身体状况 健康情况 身体情况 身体健康状况"),
)  # fmt: skip

_ELDER = "name name_phone phone born id_number address"
_CARER = f"{_ELDER} relation work health"
_PARENT = f"{_ELDER} place employer since employer_phone employer_address work situation health"
_MEMBER = f"{_PARENT} relation guardian"


@dataclass(frozen=True)
class Who:
    """One of the adults of a row: their key, their word, the headings that name them, and the parts a sheet may give."""

    key: str
    label: Any
    headings: tuple[str, ...]
    parts: frozenset[str]


def _who(key: str, label: Any, headings: str, parts: str) -> Who:
    return Who(key, label, tuple(headings.split()), frozenset(parts.split()))


PEOPLE = (
    _who("father", _("father"), "父亲 爸爸 父 父亲信息 父亲情况 生父", _PARENT),
    _who("mother", _("mother"), "母亲 妈妈 母 母亲信息 母亲情况 生母", _PARENT),
    _who("paternal_grandfather", _("paternal grandfather"), "祖父 爷爷", _ELDER),
    _who("paternal_grandmother", _("paternal grandmother"), "祖母 奶奶", _ELDER),
    _who("maternal_grandfather", _("maternal grandfather"), "外祖父 外公 姥爷", _ELDER),
    _who("maternal_grandmother", _("maternal grandmother"), "外祖母 外婆 姥姥", _ELDER),
    _who(
        "carer",
        _("carer"),
        "监护人 受委托监护人 委托监护人 受委托照护人 委托照护人 委托照料人 受委托人 照护人 照料人 实际监护人 现监护人 临时监护人 "
        "看护人 抚养人 代理监护人 实际照料人 实际抚养人 现抚养人 监护人信息",
        _CARER,
    ),
    _who("member1", _("family member 1"), "成员1 家庭成员1 家长1 成员一 家庭成员一 家长一", _MEMBER),
    _who("member2", _("family member 2"), "成员2 家庭成员2 家长2 成员二 家庭成员二 家长二", _MEMBER),
)
# these parts are somebody's only where the heading says whose: 健康状况 alone is the child's
_NEVER_BARE = {"health", "situation", "work"}
_OF_SOMEBODY = frozenset(heading for part in PARTS for heading in part.headings)
FEWEST_LETTERS = 4

FIELDS: dict[str, Field] = {field.key: field for field in CHILD}
_WHOLE: dict[str, str] = {heading: field.key for field in CHILD for heading in field.headings}
_PERSON: dict[str, str] = {}
_PART: dict[str, str] = {}
for _part in PARTS:
    for _heading in _part.headings:
        if _part.key not in _NEVER_BARE:
            _PART.setdefault(_heading, _part.key)
for _person in PEOPLE:
    for _word in _person.headings:
        _PERSON.setdefault(_word, _person.key)
    for _part in PARTS:
        if _part.key not in _person.parts:
            continue
        _key = f"{_person.key}.{_part.key}"
        FIELDS[_key] = Field(
            _key, format_lazy("{person} · {part}", person=_person.label, part=_part.label), (), _part.limit
        )
        for _word in _person.headings:
            for _heading in _part.headings:
                for _joined in (f"{_word}{_heading}", f"{_word}/{_heading}", f"{_word}的{_heading}"):
                    _WHOLE.setdefault(_joined, _key)
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
    if heading in _PART and person and (key := f"{person}.{_PART[heading]}") in FIELDS and key not in taken:
        return key
    if heading in _PERSON:
        return f"{_PERSON[heading]}.name"
    if found := _WHOLE.get(heading):
        return found
    # 家庭情况 over 祖父姓名: the group adds nothing to a heading that means one thing wherever it stands
    says_it_all = len(bare) >= FEWEST_LETTERS and group not in _PERSON and bare not in _OF_SOMEBODY | _CHILD_FIRST
    return _WHOLE.get(bare, "") if says_it_all else ""


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
