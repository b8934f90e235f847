"""The three rosters that offices must hand in, each in its own columns, order and words, and how a child fills them.

`roll` is the export of the school-roll system (学籍, 34 columns); `ledger` the civil-affairs ledger (台账) with its title,
two heading rows and total; `register` the registration form 农村留守儿童基本情况登记表 (民发〔2016〕42号 annex 1), one row per child.
What the registry does not keep stays empty, and so does what was not collected: nothing is made up for a form.

Each is read back by the import as "unchanged". What the words mean there is in `facts.py` and `places.py`; a cell that
would say something else when it is read (a place of work that sounds like home) is written so that it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.exchange.out.dated import (
    DISABILITY,
    ILLNESS,
    INCOME,
    KINDS_OF_DISABILITY,
    RATING,
    RELIEF,
    SCHOOLING,
)
from caseworks.exchange.out.lines import ENTERED, GRANDPARENTS, MEMBERS, NUMBERS, REGISTERED, ROLL_WORD, Adult, Line

YES_NO = {True: "是", False: "否", None: ""}
AWAY_WITHOUT_PLACE = "外出"
RESIDENT_CARD, OTHER_CARD = "居民身份证", "其他"
# the form knows three words; whoever is neither keeps the word of the roll
HEALTH_OF_THE_FORM = {"10": "健康", "50": "残疾", "60": "患病"}


@dataclass(frozen=True)
class Cells:
    """One column: its group in the upper heading row (empty: one heading over both rows), its heading, its width in
    characters, and what a child says there."""

    heading: str
    value: Callable[[Line], Any]
    width: int = 10
    group: str = ""


@dataclass(frozen=True)
class Layout:
    """One roster: its key, what it is called here, a sentence about it, the name of its sheet, the title over it (empty:
    headings in the first row), its columns, and the parts of a line they need. `numbered` puts 序号 first; `total` ends it
    with a total and signatures."""

    key: str
    name: Any
    words: Any
    sheet: str
    title: str
    columns: Sequence[Cells]
    parts: frozenset[str] = frozenset()
    numbered: bool = False
    total: bool = False

    @property
    def two_levels(self) -> bool:
        return any(column.group for column in self.columns)


# --- What is said about a child --------------------------------------------------------------------------------------------


def born(line: Line) -> str:
    """The date of birth in eight digits."""
    return line.born_on.replace("-", "")


def kind_of_number(line: Line) -> str:
    """身份证件类型: the resident card, another document, or nothing where there is no number."""
    if not line.id_number:
        return ""
    return RESIDENT_CARD if len(line.id_number) == 18 else OTHER_CARD


def _home(line: Line) -> str:
    """The village and the address in it, not said twice."""
    if not line.village or line.village in line.address:
        return line.address
    return f"{line.village}{line.address}"


def _grade(line: Line) -> str:
    """The grade after the name of the school: 石门幼儿园大班, not 石门幼儿园幼儿园大班."""
    return codelists.GRADE.zh(line.grade).removeprefix("幼儿园")


def _school_and_class(line: Line) -> str:
    return f"{line.school}{_grade(line)}{line.class_name}" if line.school else ""


def _entered(line: Line) -> str:
    return f"{line.entered_on[:4]}{line.entered_on[5:7]}"


def _schooling(line: Line) -> str:
    """就学情况 of the form: as stated, else from the grade."""
    if stated := line.dated.get(SCHOOLING):
        return stated
    if not line.school:
        return ""
    if line.school_kind == "kindergarten" or line.grade.startswith("K"):
        return "幼儿园"
    if not line.grade:
        return ""
    year = int(line.grade)
    return "小学" if year <= 6 else "初中" if year <= 9 else "高中"


def _registered(line: Line) -> str:
    """是否登记户口."""
    return {"": "", "3": "否"}.get(line.registration, "是")


# --- What is said about the adults -------------------------------------------------------------------------------------------


def _where(adult: Adult) -> str:
    """Where a parent works, or why they cannot care; empty for one of whom neither is recorded."""
    if adult.away:
        return adult.place or AWAY_WITHOUT_PLACE
    return codelists.SITUATION.zh(adult.situations[-1]) if adult.situations else ""


def _of(who: str, value: Callable[[Adult], Any]) -> Callable[[Line], Any]:
    def said(line: Line) -> Any:
        adult: Adult | None = getattr(line, who)
        return "" if adult is None else value(adult)

    return said


def _name(adult: Adult) -> str:
    return adult.name


def _phone(adult: Adult) -> str:
    return "" if adult.is_dead else adult.phone


def _born(adult: Adult) -> str:
    """The day somebody was born in eight digits, or the year if only that is known."""
    return adult.born_on.replace("-", "") or _year(adult)


def _year(adult: Adult) -> str:
    return str(adult.born_year or "")


def _relation(adult: Adult) -> str:
    return codelists.RELATION.zh(adult.relation)


def _member(number: int, value: Callable[[Adult], Any]) -> Callable[[Line], Any]:
    """A family member of the roll: the parents who live, then whoever cares."""

    def said(line: Line) -> Any:
        members = line.members
        return value(members[number - 1]) if len(members) >= number else ""

    return said


def _guards(adult: Adult) -> str:
    return YES_NO[adult.is_guardian]


def _works_at(adult: Adult) -> str:
    """成员工作单位: schools write the place there."""
    return _where(adult) if adult.relation in codelists.PARENTS else ""


def _both_away(line: Line) -> str:
    return YES_NO[line.parents_away == 2] if line.absence_known else ""


def _unable(line: Line) -> str:
    """无监护能力的一方: the parent at home who cannot care."""
    for word, adult in (("父", line.father), ("母", line.mother)):
        if adult is not None and adult.situations and not adult.away:
            return word
    return ""


def _one_away_other_unable(line: Line) -> str:
    return YES_NO[line.parents_away == 1 and bool(_unable(line))] if line.absence_known else ""


def _grandparent(relation: str, value: Callable[[Adult], Any]) -> Callable[[Line], Any]:
    return lambda line: value(line.grandparents[relation]) if relation in line.grandparents else ""


def _dated(part: str) -> Callable[[Line], str]:
    return lambda line: line.dated.get(part, "")


# --- The rosters -------------------------------------------------------------------------------------------------------------


def _nothing(line: Line) -> str:
    """Not kept here."""
    return ""


ROLL = Layout(
    "roll",
    _("school-roll sheet"),
    _("The 34 columns of the school-roll system, in its order; left behind by the roll's own definition."),
    "学生基本信息",
    "",
    (
        Cells("姓名", lambda line: line.name, 10),
        Cells("性别", lambda line: codelists.SEX.zh(line.sex), 6),
        Cells("出生日期", born, 10),
        Cells("身份证件类型", kind_of_number, 12),
        Cells("身份证件号", lambda line: line.id_number, 21),
        Cells("民族", lambda line: codelists.ETHNICITY.zh(line.ethnicity), 8),
        Cells("国籍", _nothing, 6),
        Cells("健康状况", lambda line: codelists.HEALTH.zh(line.health), 12),
        Cells("户口所在地", lambda line: line.registered_at, 24),
        Cells("户口性质", lambda line: codelists.REGISTRATION.zh(line.registration), 10),
        Cells("学校名称", lambda line: line.school, 18),
        Cells("年级", lambda line: codelists.GRADE.zh(line.grade), 8),
        Cells("班级", lambda line: line.class_name, 8),
        Cells("班内学号", lambda line: line.student_number, 8),
        Cells("入学年月", _entered, 8),
        Cells("就读方式", lambda line: codelists.BOARDING.zh(line.boarding), 8),
        Cells("现住址", _home, 24),
        Cells("是否独生子女", lambda line: YES_NO[line.only_child], 8),
        Cells("是否受过学前教育", _nothing, 8),
        Cells("是否留守儿童", lambda line: codelists.DECLARATION.zh(line.roll_word), 12),
        Cells("是否进城务工人员随迁子女", _nothing, 8),
        Cells("是否孤儿", lambda line: YES_NO[line.orphan], 8),
        Cells("是否烈士或优抚子女", _nothing, 8),
        Cells("残疾类型", _dated(KINDS_OF_DISABILITY), 10),
        *(
            Cells(f"成员{number}{heading}", _member(number, value), width)
            for number in (1, 2)
            for heading, value, width in (
                ("姓名", _name, 10),
                ("关系", _relation, 8),
                ("工作单位", _works_at, 18),
                ("联系电话", _phone, 13),
                ("是否监护人", _guards, 8),
            )
        ),
    ),
    parts=frozenset({REGISTERED, ENTERED, MEMBERS, ROLL_WORD, KINDS_OF_DISABILITY}),
)

LEDGER = Layout(
    "ledger",
    _("civil-affairs ledger"),
    _("The ledger of the town with its two heading rows, numbered, with a total row."),
    "留守儿童台账",
    "农村留守儿童信息台账",
    (
        Cells("姓名", lambda line: line.name, 10, "儿童信息"),
        Cells("性别", lambda line: codelists.SEX.zh(line.sex), 6, "儿童信息"),
        Cells("身份证号码", lambda line: line.id_number, 21, "儿童信息"),
        Cells("就读学校及班级", _school_and_class, 22, "儿童信息"),
        Cells("住址", _home, 24, "儿童信息"),
        *(
            Cells(heading, _of(who, value), width, group)
            for who, group in (("father", "父亲"), ("mother", "母亲"))
            for heading, value, width in (("姓名", _name, 10), ("务工地点", _where, 16), ("联系电话", _phone, 13))
        ),
        Cells("姓名", _of("carer", _name), 10, "受委托监护人"),
        Cells("与儿童关系", _of("carer", _relation), 10, "受委托监护人"),
        Cells("联系电话", _of("carer", _phone), 13, "受委托监护人"),
        Cells("出生年份", _of("carer", _year), 8, "受委托监护人"),
        Cells("监护情况", _dated(RATING), 8),
        Cells("备注", _nothing, 12),
    ),
    parts=frozenset({RATING}),
    numbered=True,
    total=True,
)

_CHILD, _FAMILY_OF, _CARE = "儿童基本情况", "家庭情况", "监护情况"
REGISTER = Layout(
    "register",
    _("registration form"),
    _("农村留守儿童基本情况登记表 as a roster: one row per child, in the order of the form."),
    "基本情况花名册",
    "农村留守儿童基本情况登记表（花名册）",
    (
        Cells("姓名", lambda line: line.name, 10, _CHILD),
        Cells("性别", lambda line: codelists.SEX.zh(line.sex), 6, _CHILD),
        Cells("民族", lambda line: codelists.ETHNICITY.zh(line.ethnicity), 8, _CHILD),
        Cells("出生日期", born, 10, _CHILD),
        Cells("公民身份号码", lambda line: line.id_number, 21, _CHILD),
        Cells("是否登记户口", _registered, 8, _CHILD),
        Cells("户籍所在地", lambda line: line.registered_at, 24, _CHILD),
        Cells("现居住地", _home, 24, _CHILD),
        Cells(
            "身体情况",
            lambda line: HEALTH_OF_THE_FORM.get(line.health) or codelists.HEALTH.zh(line.health),
            10,
            _CHILD,
        ),
        Cells("残疾类别及等级", _dated(DISABILITY), 14, _CHILD),
        Cells("患病类型", _dated(ILLNESS), 12, _CHILD),
        Cells("就学情况", _schooling, 8, _CHILD),
        Cells("是否学校寄宿", lambda line: {"1": "否", "2": "是"}.get(line.boarding, ""), 8, _CHILD),
        *(
            Cells(f"{who}{heading}", _grandparent(relation, value), 10, _FAMILY_OF)
            for who, relation in (("祖父", "61"), ("祖母", "62"), ("外祖父", "63"), ("外祖母", "64"))
            for heading, value in (("姓名", _name), ("出生日期", _born))
        ),
        *(
            Cells(heading, _of(who, value), width, group)
            for who, group in (("father", "父亲"), ("mother", "母亲"))
            for heading, value, width in (
                ("姓名", _name, 10),
                ("出生日期", _born, 10),
                ("身份证号", lambda adult: adult.id_number, 21),
                ("当前务工地点", _where, 16),
                ("联系电话", _phone, 13),
            )
        ),
        Cells("父母双方同时外出", _both_away, 10, _CARE),
        Cells("一方外出另一方无监护能力", _one_away_other_unable, 12, _CARE),
        Cells("无监护能力的一方", _unable, 10, _CARE),
        Cells("有无委托其他监护人", lambda line: "有" if line.carer else "无", 10, _CARE),
        Cells("姓名", _of("carer", _name), 10, "受委托监护人"),
        Cells("联系电话", _of("carer", _phone), 13, "受委托监护人"),
        Cells("身份证号", _of("carer", lambda adult: adult.id_number), 21, "受委托监护人"),
        Cells("与儿童关系", _of("carer", _relation), 10, "受委托监护人"),
        Cells("住址", _of("carer", lambda adult: adult.address), 20, "受委托监护人"),
        Cells("监护评估", _dated(RATING), 8),
        Cells("家庭经济来源", _dated(INCOME), 16),
        Cells("救助帮扶", _dated(RELIEF), 16),
    ),
    parts=frozenset({REGISTERED, NUMBERS, GRANDPARENTS, DISABILITY, ILLNESS, SCHOOLING, RATING, INCOME, RELIEF}),
    numbered=True,
    total=True,
)

LAYOUTS: dict[str, Layout] = {layout.key: layout for layout in (ROLL, LEDGER, REGISTER)}
