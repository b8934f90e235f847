"""The child's health: disabilities, illnesses, and the checks at school."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.codelists import CodeField
from caseworks.encryption import SealedField
from children.models.facts import Fact, LastingFact
from children.models.measures import Believable


class Disability(LastingFact):
    """A kind of disability with its level (GB/T 26341); several kinds are several rows."""

    kind = CodeField(codelists.DISABILITY, verbose_name=_("kind of disability"), blank=False)
    level = CodeField(codelists.DISABILITY_LEVEL, verbose_name=_("level of disability"))
    certificate = SealedField(_("number of the disability certificate"), max_length=30)

    class Meta(LastingFact.Meta):
        verbose_name = _("disability")
        constraints = LastingFact.rules_of_a_period("disability")


class Illness(LastingFact):
    """A major or chronic illness (患病), since when; `none` says that the child is known to have none."""

    alone = "none"

    kind = CodeField(codelists.ILLNESS, verbose_name=_("illness"), blank=False)
    name = models.CharField(_("name of the illness"), max_length=60, blank=True)

    class Meta(LastingFact.Meta):
        verbose_name = _("illness")
        constraints = LastingFact.rules_of_a_period("illness")


class HealthCheck(Fact):
    """One physical check-up (体检). Whatever was not measured is left empty.

    Height in centimetres, weight in kilograms, haemoglobin in grams per litre; vision on the five-mark scale of the
    standard chart (GB/T 11533: 5.0 is normal), each eye for itself.
    """

    day_field = "checked_on"

    checked_on = models.DateField(_("checked on"))
    hospital = models.CharField(_("hospital"), max_length=60, blank=True)
    height_cm = models.DecimalField(
        _("height (cm)"), max_digits=4, decimal_places=1, null=True, blank=True, validators=[Believable("height_cm")]
    )
    weight_kg = models.DecimalField(
        _("weight (kg)"), max_digits=4, decimal_places=1, null=True, blank=True, validators=[Believable("weight_kg")]
    )
    vision_left = models.DecimalField(
        _("vision, left eye"), max_digits=2, decimal_places=1, null=True, blank=True, validators=[Believable("vision")]
    )
    vision_right = models.DecimalField(
        _("vision, right eye"), max_digits=2, decimal_places=1, null=True, blank=True, validators=[Believable("vision")]
    )
    haemoglobin = models.PositiveSmallIntegerField(
        _("haemoglobin (g/L)"), null=True, blank=True, validators=[Believable("haemoglobin")]
    )
    result = CodeField(codelists.CHECK_RESULT, verbose_name=_("result"))
    finding = SealedField(_("what was found"), max_length=500, multiline=True)
    outcome = CodeField(codelists.REFERRAL_OUTCOME, verbose_name=_("what came of it"))
    outcome_on = models.DateField(_("known since"), null=True, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("health check")
        constraints = [
            models.UniqueConstraint(fields=["child", "checked_on"], name="one_health_check_per_day"),
            models.CheckConstraint(
                condition=Q(outcome_on__isnull=True) | Q(outcome_on__gte=F("checked_on")),
                name="health_check_outcome_follows_the_check",
            ),
        ]

    def check_against(self, today: date) -> None:
        super().check_against(today)
        if self.outcome_on and self.outcome_on < self.checked_on:
            words = _("The outcome cannot be known before the check.")
            raise ValidationError({"outcome_on": ValidationError(words, code="before_check")})
        if self.outcome_on and self.outcome_on > today:
            raise ValidationError({"outcome_on": ValidationError(_("This day has not come yet."), code="future")})
