"""Who the class teacher of a class is (班主任): for contact cards."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.codelists import CodeField
from caseworks.models import Organization, Record


def school_year(day: date) -> int:
    """The first calendar year of the school year a day is in: a school year begins in August.

    >>> school_year(date(2026, 7, 31)), school_year(date(2026, 8, 1))
    (2025, 2026)
    """
    return day.year if day.month >= 8 else day.year - 1


class ClassTeacher(Record):
    """The class teacher of one class in one school year; the next year is asked anew, so that no card names somebody who
    has gone. `year` is the first calendar year of the school year."""

    school = models.ForeignKey(Organization, verbose_name=_("school"), on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("school year"))
    grade = CodeField(codelists.GRADE, verbose_name=_("grade"))
    class_name = models.CharField(_("class"), max_length=20, blank=True)
    name = models.CharField(_("name"), max_length=40)

    class Meta:
        verbose_name = _("class teacher")
        verbose_name_plural = _("class teachers")
        constraints = [
            models.UniqueConstraint(
                fields=["school", "year", "grade", "class_name"], name="one_teacher_per_class_and_school_year"
            )
        ]
