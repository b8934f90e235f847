"""The yearly promotion of the classes of a school (升级)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.codelists import CodeField
from caseworks.identity import random_code
from caseworks.models import Organization, Record
from caseworks.scoped import AboutChildren
from children.models.archive import Child
from children.models.handovers import Handover
from children.models.places import Enrolment


class Promotion(Record):
    """All classes of a school went one grade up on a day. A school is promoted once on a day; `undone_at`
    takes it back. `counts`: code of PROMOTION_OUTCOME → number of pupils."""

    code = models.CharField(max_length=10, unique=True, default=random_code, editable=False)
    school = models.ForeignKey(
        Organization, verbose_name=_("school"), on_delete=models.PROTECT, related_name="promotions"
    )
    term_on = models.DateField(_("first day of the term"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    counts = models.JSONField(default=dict, editable=False)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("promotion of classes")
        ordering = ["-term_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "term_on"],
                condition=Q(undone_at__isnull=True),
                name="a_school_is_promoted_once_on_a_day",
            )
        ]

    def get_absolute_url(self) -> str:
        return reverse("promotions:done", args=[self.code])


class Promoted(Record, AboutChildren):
    """What a promotion did for one child: the enrolment before, the one after (none for whoever left), the hand-over to
    the next school if there is one, and the outcome. `child_version` is the archive's as the promotion left it."""

    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="rows")
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="promotions")
    before = models.ForeignKey(Enrolment, on_delete=models.SET_NULL, null=True, related_name="+")
    after = models.ForeignKey(Enrolment, on_delete=models.SET_NULL, null=True, related_name="+")
    outcome = CodeField(codelists.PROMOTION_OUTCOME, verbose_name=_("outcome"), blank=False)
    handover = models.ForeignKey(Handover, on_delete=models.SET_NULL, null=True, related_name="+")
    child_version = models.PositiveIntegerField(editable=False)

    class Meta(AboutChildren.Meta):
        verbose_name = _("promoted child")
        constraints = [
            models.UniqueConstraint(fields=["promotion", "child"], name="a_child_once_per_promotion"),
        ]
