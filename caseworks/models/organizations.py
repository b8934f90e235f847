"""The tree of offices: county, town, village, school, bureau …"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.codelists import CodeField
from caseworks.models.base import Editable, PathField, subtree


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def under(self, *roots: Organization) -> OrganizationQuerySet:
        """The given organizations and everything below them."""
        condition = models.Q(pk__in=[])
        for root in roots:
            low, high = subtree(root.path)
            condition |= models.Q(path__gte=low, path__lt=high)
        return self.filter(condition)

    def above(self, organization: Organization) -> OrganizationQuerySet:
        """The organization and its parents, from the top down: the breadcrumb of areas."""
        steps = organization.path.strip("/").split("/")
        paths = ["/" + "/".join(steps[: depth + 1]) + "/" for depth in range(len(steps))]
        return self.filter(path__in=paths).order_by("path")

    def schools(self) -> OrganizationQuerySet:
        """Schools and kindergartens."""
        return self.filter(kind__in=codelists.SCHOOL_KINDS)

    def villages(self) -> OrganizationQuerySet:
        """Village and residents' committees."""
        return self.filter(kind="village")


class Organization(Editable):
    """An office (单位): a place in the tree, a kind, a name.

    `code` is the short name the office is called by in commands and addresses; `path` is made of the codes from the
    top down and decides what a posting at this office can reach.
    """

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$")])
    name = models.CharField(_("name"), max_length=60)
    kind = CodeField(codelists.ORGANIZATION_KIND, verbose_name=_("kind"), blank=False)
    parent = models.ForeignKey(
        "self", verbose_name=_("belongs to"), on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    path = PathField(editable=False, unique=True)
    gb_code = models.CharField(_("statistical area code"), max_length=12, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects = OrganizationQuerySet.as_manager()

    get_kind_display: Callable[[], str]

    class Meta:
        ordering = ["path"]
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.path = f"{self.parent.path if self.parent else '/'}{self.code}/"
        super().save(*args, **kwargs)

    def is_under(self, other: Organization) -> bool:
        """True at `other` itself and below it."""
        return self.path.startswith(other.path)
