"""Who cares for the child while a parent is away, and what a roster merely declared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.codelists import CodeField, CodesField
from caseworks.encryption import SealedField
from caseworks.identity import random_code
from caseworks.models import Editable, Organization, Period, Record
from caseworks.scoped import AboutChildren
from children.models import Child
from guardians.models.relatives import Relative


class Entrustment(Editable, AboutChildren, Period):
    """Entrusted care (委托照护): the parents stay guardians, this relative cares for the child day by day.

    Source: 未成年人保护法 art. 22 (the child is heard, four kinds of people are excluded) and 23 (written notice to school
    *and* residence committee). `term_until_on` is the day agreed upon; the care itself ends when it ends (`until_on`).
    `checked_on` is the day somebody looked whether one of the four exclusions holds, `unfit_for` what was found: an
    empty list with a day means that none holds, without a day that nobody has looked.
    """

    code = models.CharField(max_length=10, unique=True, default=random_code, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="entrustments")
    relative = models.ForeignKey(
        Relative, verbose_name=_("carer"), on_delete=models.CASCADE, related_name="entrustments"
    )
    reason = CodeField(codelists.ENTRUSTMENT_REASON, verbose_name=_("reason"))
    term_until_on = models.DateField(_("agreed until"), null=True, blank=True)
    checked_on = models.DateField(_("carer checked on"), null=True, blank=True)
    unfit_for = CodesField(codelists.CARER_EXCLUSION, verbose_name=_("exclusions found"))
    child_heard_on = models.DateField(_("child heard on"), null=True, blank=True)
    child_said = SealedField(_("what the child said"), max_length=300, multiline=True)
    agreement_signed_on = models.DateField(_("agreement signed on"), null=True, blank=True)
    school_notified_on = models.DateField(_("school notified in writing on"), null=True, blank=True)
    school_witness = models.CharField(_("taken by, at the school"), max_length=72, blank=True)
    village_notified_on = models.DateField(_("village notified in writing on"), null=True, blank=True)
    village_witness = models.CharField(_("taken by, in the village"), max_length=72, blank=True)

    relation: str  # what the carer is to the child: filled by guardians.family.carers_on

    class Meta(AboutChildren.Meta):
        verbose_name = _("entrusted care")
        constraints = [
            Period.ends_after_it_begins("entrustment_ends_after_it_begins"),
            models.CheckConstraint(
                condition=models.Q(term_until_on__isnull=True) | models.Q(term_until_on__gte=models.F("from_on")),
                name="entrustment_term_ends_after_it_begins",
            ),
        ]

    @property
    def ends_or_is_to(self) -> date | None:
        """The day on which the care ended, or is agreed to end; None if neither is on record."""
        return self.until_on or self.term_until_on


class Declaration(Record, AboutChildren):
    """What a roster said about being left behind, on a day. Facts about the parents outrank it.

    `outranked` marks one that the facts of its own sheet contradict (both parents work "here", yet 留守 is ticked): it
    is kept, and counts for nothing.
    """

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="declarations")
    value = CodeField(codelists.DECLARATION, verbose_name=_("declared left behind"), blank=False)
    declared_on = models.DateField(_("declared on"))
    outranked = models.BooleanField(_("outranked by facts"), default=False)
    organization = models.ForeignKey(
        Organization, verbose_name=_("declared by"), on_delete=models.PROTECT, related_name="+"
    )

    get_value_display: Callable[[], str]

    class Meta(AboutChildren.Meta):
        verbose_name = _("declaration")
        constraints = [
            models.UniqueConstraint(
                fields=["child", "organization", "declared_on"], name="one_declaration_per_office_and_day"
            )
        ]
