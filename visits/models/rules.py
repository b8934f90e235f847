"""How often which children are to be contacted: local rules, kept by the office, never constants."""

from __future__ import annotations

from collections.abc import Callable

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.access import ROLES
from caseworks.codelists import CodeField
from caseworks.identity import random_code
from caseworks.models import Editable, Organization, Period
from guardians.definitions import DEFINITIONS


class ContactRule(Editable, Period):
    """People in a role, under an organization, contact certain children in a certain way every so many days (联系规则).

    `kind` empty means any way; `definition` empty means every child, else only those left behind by that definition.
    The nearest organization's rule wins over those of the offices above it.
    """

    code = models.CharField(_("code"), max_length=10, unique=True, default=random_code, editable=False)
    organization = models.ForeignKey(
        Organization, verbose_name=_("for the offices under"), on_delete=models.CASCADE, related_name="contact_rules"
    )
    role = CodeField(verbose_name=_("by whom"), blank=False)
    kind = CodeField(codelists.CONTACT_KIND, verbose_name=_("how"))
    definition = CodeField(verbose_name=_("which children"))
    every_days = models.PositiveSmallIntegerField(_("every (days)"))

    get_kind_display: Callable[[], str]

    class Meta:
        verbose_name = _("contact rule")
        verbose_name_plural = _("contact rules")
        ordering = ["organization__path", "role", "every_days"]
        constraints = [
            Period.ends_after_it_begins("contact_rule_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(every_days__gte=1), name="contact_rule_at_least_daily"),
        ]

    @property
    def role_label(self) -> str:
        """By whom, in words."""
        return ROLES[self.role].label

    @property
    def definition_label(self) -> str:
        """Which children, in words; empty for every child."""
        return DEFINITIONS[self.definition].name if self.definition in DEFINITIONS else ""
