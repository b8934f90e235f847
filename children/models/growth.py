"""How the child grows: six facets, the survey of five domains, the growth diary, and the terms at school."""

from __future__ import annotations

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from caseworks import codelists
from caseworks.access import Role
from caseworks.codelists import CodeField
from caseworks.encryption import SealedField
from caseworks.models import Organization, in_force
from children.models.facts import Fact
from children.models.measures import Believable

_TERM = re.compile(r"20\d\d-[12]")


class Facet(Fact):
    """What somebody noticed of one of six sides of the child: 性格 兴趣 学习 思想 心理 品格. The latest counts."""

    day_field = "noted_on"

    facet = CodeField(codelists.FACET, verbose_name=gettext_lazy("facet"), blank=False)
    noted_on = models.DateField(gettext_lazy("noted on"))
    text = SealedField(gettext_lazy("what was noticed"), max_length=500, multiline=True, blank=False)

    class Meta(Fact.Meta):
        verbose_name = gettext_lazy("facet of the child")
        constraints = [models.UniqueConstraint(fields=["child", "facet", "noted_on"], name="one_facet_per_day")]


class Survey(Fact):
    """The survey of five domains (学习 生活 心理 安全 健康), on a day: a tick for each, a sentence, what is needed.

    A domain without a tick was not asked about; it is never taken for good.
    """

    day_field = "surveyed_on"
    DOMAINS = ("study", "life", "psychology", "safety", "health")

    surveyed_on = models.DateField(gettext_lazy("surveyed on"))
    study = CodeField(codelists.SURVEY_STATE, verbose_name=gettext_lazy("study"))
    life = CodeField(codelists.SURVEY_STATE, verbose_name=gettext_lazy("daily life"))
    psychology = CodeField(codelists.SURVEY_STATE, verbose_name=gettext_lazy("state of mind"))
    safety = CodeField(codelists.SURVEY_STATE, verbose_name=gettext_lazy("safety"))
    health = CodeField(codelists.SURVEY_STATE, verbose_name=pgettext_lazy("survey domain", "health"))
    sentence = SealedField(gettext_lazy("in a sentence"), max_length=300)
    need = SealedField(gettext_lazy("what the child needs or wishes"), max_length=300)

    class Meta(Fact.Meta):
        verbose_name = gettext_lazy("survey")
        constraints = [models.UniqueConstraint(fields=["child", "surveyed_on"], name="one_survey_per_day")]

    def check_against(self, today: date) -> None:
        super().check_against(today)
        if not any(getattr(self, domain) for domain in self.DOMAINS):
            words = _("Tick at least one of the five domains.")
            raise ValidationError({"study": ValidationError(words, code="required")})


class GrowthEntry(Fact):
    """An entry of the growth file: a day of the diary, an award, a work, something the child did or felt."""

    day_field = "happened_on"

    kind = CodeField(codelists.GROWTH_KIND, verbose_name=gettext_lazy("kind"), blank=False)
    happened_on = models.DateField(gettext_lazy("day"))
    text = SealedField(gettext_lazy("what happened"), max_length=1000, multiline=True, blank=False)
    visible_to = CodeField(
        codelists.VISIBLE_TO, verbose_name=gettext_lazy("who reads it"), blank=False, default="keepers"
    )

    class Meta(Fact.Meta):
        verbose_name = gettext_lazy("growth entry")

    def hidden_from(self, role: str) -> bool:
        """Mentors read only what was written for them too (caseworks.privacy.may asks)."""
        return role == Role.MENTOR and self.visible_to != "mentors"


class TermRecord(Fact):
    """The child's term at school: marks, conduct, days missed, what the class teacher says.

    `term` is the school year's first calendar year and the term in it: `2025-1` is autumn 2025, `2025-2` spring 2026.
    """

    day_field = "recorded_on"

    term = models.CharField(gettext_lazy("term"), max_length=6)
    school = models.ForeignKey(
        Organization, verbose_name=gettext_lazy("school"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    recorded_on = models.DateField(gettext_lazy("entered on"))
    chinese = CodeField(codelists.MARK, verbose_name=pgettext_lazy("school subject", "Chinese"))
    mathematics = CodeField(codelists.MARK, verbose_name=gettext_lazy("mathematics"))
    english = CodeField(codelists.MARK, verbose_name=pgettext_lazy("school subject", "English"))
    conduct = CodeField(codelists.MARK, verbose_name=gettext_lazy("conduct"))
    days_missed = models.PositiveSmallIntegerField(
        gettext_lazy("days missed"), null=True, blank=True, validators=[Believable("days_missed")]
    )
    comment = SealedField(gettext_lazy("what the class teacher says"), max_length=500, multiline=True)

    class Meta(Fact.Meta):
        verbose_name = gettext_lazy("term record")
        constraints = [models.UniqueConstraint(fields=["child", "term"], name="one_term_record_per_term")]

    def fill(self) -> None:
        """The school is the one the child goes to on the day of the entry."""
        if self.school_id is None and self.recorded_on:
            enrolment = self.child.enrolments.filter(in_force(self.recorded_on)).select_related("school").first()
            self.school = enrolment.school if enrolment else None

    def check_against(self, today: date) -> None:
        super().check_against(today)
        if self.school_id is None:
            words = _("The child goes to no school on that day.")
            raise ValidationError({"recorded_on": ValidationError(words, code="no_school")})
        if not _TERM.fullmatch(self.term):
            words = _("Write the term as 2025-1 (autumn 2025) or 2025-2 (spring 2026).")
            raise ValidationError({"term": ValidationError(words, code="term")})

    @property
    def term_words(self) -> str:
        """The term in words: 2025–2026学年第一学期."""
        return term_words(self.term)


def term_words(term: str) -> str:
    """A term in words.

    >>> from django.utils import translation
    >>> with translation.override("en"):
    ...     term_words("2025-2")
    'school year 2025–2026, second term'
    """
    year, _dash, number = term.partition("-")
    words = (
        _("school year %(first)s–%(second)s, first term")
        if number == "1"
        else _("school year %(first)s–%(second)s, second term")
    )
    return words % {"first": year, "second": int(year) + 1}


def term_of(day: date) -> str:
    """The term a day lies in: autumn from August to January, spring from February to July.

    >>> term_of(date(2026, 1, 20)), term_of(date(2026, 3, 1)), term_of(date(2026, 9, 1))
    ('2025-1', '2025-2', '2026-1')
    """
    if day.month >= 8:
        return f"{day.year}-1"
    return f"{day.year - 1}-{1 if day.month == 1 else 2}"
