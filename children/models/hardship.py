"""What is hard for the child: difficulties, needs, how the family earns its living, what the public gives."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caseworks import codelists
from caseworks.codelists import CodeField, CodesField
from caseworks.encryption import SealedField
from children.models.facts import Fact, LastingFact


class Hardship(LastingFact):
    """An episode of a category of difficulty (困境类别). A child can be in several at once; each ends with a reason.

    `none` says that somebody looked and found none: an archive without any row says nothing (未采集).
    """

    alone = "none"

    kind = CodeField(codelists.HARDSHIP, verbose_name=gettext_lazy("category"), blank=False)
    note = SealedField(gettext_lazy("what makes it hard"), max_length=500, multiline=True)
    exit_reason = CodeField(codelists.HARDSHIP_EXIT, verbose_name=gettext_lazy("why it ended"))

    class Meta(LastingFact.Meta):
        verbose_name = gettext_lazy("difficulty")
        constraints = [
            *LastingFact.rules_of_a_period("hardship"),
            models.CheckConstraint(
                condition=Q(until_on__isnull=False) | Q(exit_reason=""), name="hardship_exit_reason_only_when_ended"
            ),
        ]


class Need(LastingFact):
    """An entry of the list of needs (问题清单): which area, how far it is met, and what is planned."""

    kind = CodeField(codelists.NEED_AREA, verbose_name=gettext_lazy("area"), blank=False)
    state = CodeField(codelists.NEED_STATE, verbose_name=gettext_lazy("how far it is met"), blank=False)
    plan = models.CharField(gettext_lazy("what is to be done"), max_length=200, blank=True)

    class Meta(LastingFact.Meta):
        verbose_name = gettext_lazy("need")
        constraints = LastingFact.rules_of_a_period("need")


class Relief(LastingFact):
    """Support the child or the family gets (救助帮扶), from when until when; `none` says that there is none."""

    alone = "none"

    kind = CodeField(codelists.RELIEF, verbose_name=gettext_lazy("public support"), blank=False)
    yuan_a_month = models.PositiveIntegerField(gettext_lazy("yuan a month"), null=True, blank=True)

    class Meta(LastingFact.Meta):
        verbose_name = gettext_lazy("public support")
        constraints = LastingFact.rules_of_a_period("relief")


class Livelihood(Fact):
    """What the family lives on (家庭经济来源), as known on a day; the latest row is the one that counts."""

    day_field = "known_on"

    known_on = models.DateField(gettext_lazy("as of"))
    sources = CodesField(codelists.INCOME, verbose_name=gettext_lazy("sources of income"), blank=False)
    yuan_a_year = models.PositiveIntegerField(gettext_lazy("income of the family, yuan a year"), null=True, blank=True)

    class Meta(Fact.Meta):
        verbose_name = gettext_lazy("source of income")
        constraints = [models.UniqueConstraint(fields=["child", "known_on"], name="one_livelihood_per_day")]


class Schooling(LastingFact):
    """就学情况 where no enrolment says it: not yet in kindergarten, vocational school, dropped out, not at school.

    Only one holds at a time.
    """

    succeeds = True

    kind = CodeField(codelists.STATED_SCHOOLING, verbose_name=gettext_lazy("schooling"), blank=False)
    note = models.CharField(gettext_lazy("why, and what is being done"), max_length=200, blank=True)

    class Meta(LastingFact.Meta):
        verbose_name = gettext_lazy("schooling")
        constraints = [
            *LastingFact.rules_of_a_period("schooling")[:1],
            models.UniqueConstraint(
                fields=["child"], condition=Q(until_on__isnull=True), name="one_open_schooling_per_child"
            ),
        ]


class GuardianshipRating(Fact):
    """监护情况 as somebody judged it on a day: 较好, 一般 or 差, by the definitions printed beside the form
    (民发〔2016〕42号). The latest row counts."""

    day_field = "assessed_on"

    rating = CodeField(codelists.GUARDIANSHIP, verbose_name=gettext_lazy("guardianship"), blank=False)
    assessed_on = models.DateField(gettext_lazy("assessed on"))
    assessed_by = models.CharField(gettext_lazy("assessed by"), max_length=72)
    note = SealedField(gettext_lazy("why"), max_length=500, multiline=True)

    class Meta(Fact.Meta):
        verbose_name = gettext_lazy("guardianship rating")
        constraints = [models.UniqueConstraint(fields=["child", "assessed_on"], name="one_guardianship_rating_per_day")]

    def check_against(self, today: date) -> None:
        super().check_against(today)
        if not self.assessed_by.strip():
            raise ValidationError({"assessed_by": ValidationError(_("Say who judged it."), code="required")})
