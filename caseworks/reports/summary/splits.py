"""How the summaries split left-behind children. Each child has one value of each; what is not recorded is 未采集 and never
counted as "no"."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.models import Organization, in_force, subtree
from caseworks.reports.question import Question
from caseworks.reports.splits import BOARDING, HEALTH, NO, REGISTRATION, SEX, YES, Split
from caseworks.scoped import subquery
from children.models import Enrolment, GuardianshipRating, Residence, Schooling
from children.models.archive import years_before
from guardians.definitions import both_away
from guardians.models import Entrustment, Kinship

HOME, SCHOOL = "home", "school"
KINDERGARTEN_FROM = 3  # younger than that nobody is in one (幼儿园工作规程 art. 4)
PRIMARY, JUNIOR, SENIOR = tuple("123456"), tuple("789"), ("10", "11", "12")
COMPULSORY = (*PRIMARY, *JUNIOR)


def parts_of(office: Organization, by: str) -> list[Organization]:
    """The rows of a summary: the offices directly below that have villages, or schools; an office without any is its own
    row."""
    others = {"school", "kindergarten"} if by == HOME else {"village"}
    return [place for place in office.children.order_by("path") if place.kind not in others] or [office]


def _place(rows: QuerySet, field: str, question: Question, by: str) -> Any:
    """The code of the part of the office in which the child lives, or goes to school; empty if in none."""
    places = [
        When(**{f"{field}__path__gte": low, f"{field}__path__lt": high}, then=Value(place.code))
        for place in parts_of(question.organization, by)
        for low, high in [subtree(place.path)]
    ]
    here = rows.filter(in_force(question.last), child=OuterRef("pk")).order_by("-from_on", "-id")
    found = here.values(place=Case(*places, default=Value(""), output_field=CharField()))
    return Coalesce(Subquery(found[:1]), Value(""))


_ELSEWHERE = _("elsewhere or not on record")
PLACES = {
    HOME: Split(
        HOME, _("home"), lambda question: _place(subquery(Residence), "village", question, HOME), {}, {},
        blank_word=_ELSEWHERE,
    ),
    SCHOOL: Split(
        SCHOOL, _("school"), lambda question: _place(subquery(Enrolment), "school", question, SCHOOL), {}, {},
        blank_word=_ELSEWHERE,
    ),
}  # fmt: skip

_BANDS = {"0-5": 6, "6-13": 14, "14-16": 17}  # each with the age at which it is over


def _band(question: Question) -> Any:
    bands = [
        When(born_on__gt=years_before(question.last, over), then=Value(band)) for band, over in _BANDS.items()
    ]  # fmt: skip
    return Case(*bands, default=Value(""), output_field=CharField())


BAND = Split("band", _("age"), _band, {band: (band,) for band in _BANDS}, {band: f"{band} 岁" for band in _BANDS})

_GRADE = Case(When(school__kind="kindergarten", then=Value("K1")), default=F("grade"), output_field=CharField())


def _at_school(question: Question, value: Any) -> Any:
    """A value of the enrolment in force, where it says a grade; else what is stated of the child; else that a child too
    young for kindergarten is not in one yet."""
    says = Q(school__kind="kindergarten") | ~Q(grade="")
    enrolled = subquery(Enrolment).filter(in_force(question.last), says, child=OuterRef("pk"))
    stated = subquery(Schooling).filter(in_force(question.last), child=OuterRef("pk"))
    young = When(born_on__gt=years_before(question.last, KINDERGARTEN_FROM), then=Value("before"))
    return Coalesce(
        Subquery(enrolled.order_by("-from_on", "-id").values(said=value)[:1]),
        Subquery(stated.order_by("-from_on", "-id").values("kind")[:1]),
        Case(young, default=Value(""), output_field=CharField()),
        output_field=CharField(),
    )


_KINDERGARTEN = ("K1", "K2", "K3")
_OF_GRADES = {"kindergarten": _KINDERGARTEN, "primary": PRIMARY, "junior": JUNIOR, "senior": SENIOR}
SCHOOLING = Split(
    "schooling",
    _("schooling"),
    lambda question: _at_school(question, _GRADE),
    {entry.code: _OF_GRADES.get(entry.code, (entry.code,)) for entry in codelists.SCHOOLING},
    {entry.code: entry.zh for entry in codelists.SCHOOLING},
)


def _with_boarding(grades: tuple[str, ...], *codes: str) -> tuple[str, ...]:
    return tuple(f"{grade}/{code}" for grade in grades for code in codes)


STAGE = Split(
    "stage",
    _("schooling and boarding"),
    lambda question: _at_school(question, Concat(_GRADE, Value("/"), F("boarding"), output_field=CharField())),
    {
        "before": ("before", *_with_boarding(_KINDERGARTEN, "", "1", "2")),
        "senior": ("vocational", *_with_boarding(SENIOR, "", "1", "2")),
        "out": ("dropout", "out"),
        "boards": _with_boarding(COMPULSORY, "2"),
        "day": _with_boarding(COMPULSORY, "1"),
    },
    {
        "before": "学龄前",
        "senior": "高中、中职",
        "out": "辍学、不在学",
        "boards": "义务教育寄宿",
        "day": "义务教育走读",
    },
)

ABSENT = Split(
    "absent",
    _("who is away"),
    lambda question: Case(
        When(both_away(question.last), then=Value(YES)), default=Value(NO), output_field=CharField()
    ),
    {YES: (YES,), NO: (NO,)},
    {YES: "父母双方同时外出", NO: "一方外出另一方无监护能力"},
)  # fmt: skip

_UNKNOWN = "?"


def _care(question: Question) -> Any:
    relation = subquery(Kinship).filter(child=OuterRef("child"), relative=OuterRef("relative")).values("relation")
    in_care = subquery(Entrustment).filter(in_force(question.last), child=OuterRef("pk"))
    entrusted = in_care.order_by("-from_on", "-id").values(carer=Coalesce(Subquery(relation[:1]), Value(_UNKNOWN)))
    nobody = When(both_away(question.last), then=Value("nobody"))
    return Coalesce(
        Subquery(entrusted[:1]), Case(nobody, default=Value("parent"), output_field=CharField())
    )  # fmt: skip


CARE = Split(
    "care",
    _("actual care"),
    _care,
    {
        "grandparents": codelists.GRANDPARENTS,
        "others": tuple(entry.code for entry in codelists.RELATION if entry.code not in codelists.GRANDPARENTS),
        "parent": ("parent",),
        "nobody": ("nobody",),
    },
    {
        "grandparents": "祖父母或外祖父母", "others": "亲戚朋友", "parent": "无监护能力的父或母", "nobody": "无委托照料人",
    },
)  # fmt: skip


def _rating(question: Question) -> Any:
    """How the guardianship was last judged up to the day; empty where nobody did."""
    rows = subquery(GuardianshipRating).filter(child=OuterRef("pk"), assessed_on__lte=question.last)
    return Coalesce(Subquery(rows.order_by("-assessed_on", "-id").values("rating")[:1]), Value(""))


GUARDIANSHIP = Split(
    "guardianship",
    _("guardianship"),
    _rating,
    {entry.code: (entry.code,) for entry in codelists.GUARDIANSHIP},
    {entry.code: entry.zh for entry in codelists.GUARDIANSHIP},
)

REASON = Split(
    "reason",
    _("reason of entrusted care"),
    lambda question: Coalesce(
        Subquery(
            subquery(Entrustment)
            .filter(in_force(question.last), child=OuterRef("pk"))
            .order_by("-from_on", "-id")
            .values("reason")[:1]
        ),
        Value(""),
    ),
    {entry.code: (entry.code,) for entry in codelists.ENTRUSTMENT_REASON},
    {entry.code: entry.zh for entry in codelists.ENTRUSTMENT_REASON},
)

ALL = (
    *PLACES.values(), SEX, BAND, SCHOOLING, STAGE, ABSENT, CARE, GUARDIANSHIP, REGISTRATION, HEALTH, BOARDING, REASON,
)  # fmt: skip
