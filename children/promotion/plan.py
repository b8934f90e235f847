"""What becomes of each class when a school year begins: grade by grade, with the number of the grade in its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from caseworks import codelists
from caseworks.models import Organization
from children.models import Child, Enrolment, Residence
from children.models.archive import ChildQuerySet

GRADES = [entry.code for entry in codelists.GRADE]
# the last year of a kindergarten, a primary school, a junior and a senior secondary school
LAST_YEARS = ("K3", "6", "9", "12")
_NUMERALS = "零一二三四五六七八九"


def next_grade(grade: str) -> str:
    """The grade after this one; empty after the last, and for a grade that is not known.

    >>> next_grade("3"), next_grade("K3"), next_grade("12")
    ('4', '1', '')
    """
    place = GRADES.index(grade) + 1 if grade in GRADES else len(GRADES)
    return GRADES[place] if place < len(GRADES) else ""


def next_class(name: str, grade: str, to_grade: str) -> str:
    """The name of the class one year on, where it begins with its grade; a number alone is the number of the class.

    >>> next_class("三年级2班", "3", "4"), next_class("三（2）班", "3", "4"), next_class("3班", "3", "4")
    ('四年级2班', '四（2）班', '3班')
    """
    if grade not in codelists.GRADE or to_grade not in codelists.GRADE:
        return name
    old, new = codelists.GRADE[grade], codelists.GRADE[to_grade]
    old_words, new_words = (old.zh, *old.also), (new.zh, *new.also)
    for word in old_words:
        if len(word) > 1 and not word.isdigit() and name.startswith(word):
            alike = (each for each in new_words if _style(each) == _style(word))
            return next(alike, new.zh) + name[len(word) :]
    if grade.isdigit() and to_grade.isdigit():
        for short, long in ((grade, to_grade), (_numeral(grade), _numeral(to_grade))):
            if re.match(rf"{short}[（(.．·-]", name):
                return long + name[len(short) :]
    return name


def _style(word: str) -> tuple[bool, ...]:
    """How a grade is written: 三年级, 3年级, 初一, 初中一年级, 小学三年级, 小班."""
    return word[0].isdigit(), word[0] == "初", word[:2] == "小学", len(word) < 3


def _numeral(grade: str) -> str:
    return _NUMERALS[int(grade)] if int(grade) < len(_NUMERALS) else grade


@dataclass(frozen=True)
class ClassPlan:
    """One class, its pupils in name order, and what is proposed for it."""

    grade: str
    name: str
    pupils: tuple[Enrolment, ...]
    outcome: str
    to_grade: str
    to_name: str

    @property
    def key(self) -> str:
        """How forms name the class."""
        return f"{self.grade}/{self.name}"

    @property
    def label(self) -> str:
        return f"{codelists.GRADE.label(self.grade)} {self.name}".strip()

    @property
    def to_label(self) -> str:
        return f"{codelists.GRADE.label(self.to_grade)} {self.to_name}".strip()


@dataclass(frozen=True)
class SchoolPlan:
    """All classes of a school, lowest grade first, and the pupils whose grade is not recorded: nothing is done for those."""

    classes: tuple[ClassPlan, ...]
    without_grade: tuple[Enrolment, ...]

    @property
    def pupils(self) -> int:
        return sum(len(each.pupils) for each in self.classes)


def plan(school: Organization, term_on: date) -> SchoolPlan:
    """What a new school year means for everybody enrolled since before it began, and whose archive is open."""
    rows = Enrolment.objects.filter(
        school=school, until_on__isnull=True, from_on__lt=term_on, child__closed_on__isnull=True
    )
    classes: dict[tuple[str, str], list[Enrolment]] = {}
    without = []
    for row in rows.select_related("child").order_by("child__name_order", "id"):
        if row.grade in GRADES:
            classes.setdefault((row.grade, row.class_name), []).append(row)
        else:
            without.append(row)
    grades = {grade for grade, _name in classes}
    found = sorted(classes, key=lambda each: (GRADES.index(each[0]), each[1]))
    return SchoolPlan(tuple(_class(grade, name, classes[grade, name], grades) for grade, name in found), tuple(without))


def _class(grade: str, name: str, pupils: list[Enrolment], grades: set[str]) -> ClassPlan:
    to_grade = next_grade(grade)
    # a school for nine years leads its sixth grade on to the seventh
    leaves = not to_grade or (grade in LAST_YEARS and to_grade not in grades)
    return ClassPlan(
        grade, name, tuple(pupils), "leaves" if leaves else "up", to_grade, next_class(name, grade, to_grade)
    )


def without_village(pupils: Sequence[Enrolment]) -> ChildQuerySet:
    """Those of the pupils who live in no village of the registry: if they left the school, nobody would reach them."""
    keys = [row.child_id for row in pupils]
    at_home = Residence.objects.filter(child__in=keys, until_on__isnull=True).values("child")
    return Child.objects.filter(pk__in=keys).exclude(pk__in=at_home)
