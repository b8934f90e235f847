"""Mentors and the children paired with them (结对帮扶)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.codelists import CodeField
from caseworks.encryption import SealedField, SealedQuerySet
from caseworks.identity import random_code
from caseworks.models import Editable, Organization, Period, in_force, subtree
from caseworks.scoped import AboutChildren, ScopedManager, ScopedQuerySet
from children.models import Child


class MentorQuerySet(SealedQuerySet):
    def of(self, organization: Organization) -> MentorQuerySet:
        """Mentors of an organization and of everything under it."""
        low, high = subtree(organization.path)
        return self.filter(organization__path__gte=low, organization__path__lt=high)

    def available_on(self, day: date) -> MentorQuerySet:
        """Mentors who may be given a child on a day."""
        return self.filter(in_force(day))

    def with_load(self, day: date) -> models.QuerySet[Any]:
        """With `load`: how many children in scope each is paired with on a day."""
        pairings = Pairing.objects.filter(in_force(day), mentor=models.OuterRef("pk")).order_by().values("mentor")
        counted = models.Subquery(pairings.annotate(number=models.Count("pk")).values("number"))
        return self.annotate(load=Coalesce(counted, 0))

    def to_choose(self, organization: Organization, day: date) -> models.QuerySet[Any]:
        """Mentors of an organization and under it who have not ended, with their `load`, the one with fewest children
        first."""
        rows = self.of(organization).filter(until_on__isnull=True).with_load(day).select_related("organization")
        return rows.order_by("load", "organization__path", "name", "id")

    def seen_from(self, organization: Organization) -> MentorQuerySet:
        """Mentors of an organization and under it, and whoever is or was paired with a child in scope."""
        low, high = subtree(organization.path)
        return self.filter(
            Q(organization__path__gte=low, organization__path__lt=high) | Q(pk__in=Pairing.objects.values("mentor"))
        )


class Mentor(Editable, Period):
    """Somebody who looks after paired children (帮扶人): a teacher, a colleague of a bureau, a retired teacher …

    A mentor who signs in has a `user`; one who does not is still paired, and the office logs for them.
    `checked_on` is the day of the record check that 未成年人保护法 art. 62 asks for.
    """

    code = models.CharField(_("code"), max_length=10, unique=True, default=random_code, editable=False)
    organization = models.ForeignKey(
        Organization, verbose_name=_("organization"), on_delete=models.PROTECT, related_name="mentors"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("login"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="mentors",
    )
    name = models.CharField(_("name"), max_length=40)
    phone = SealedField(_("phone"), max_length=20)
    kind = CodeField(codelists.MENTOR_KIND, verbose_name=_("kind"))
    checked_on = models.DateField(_("background checked on"), null=True, blank=True)

    objects = MentorQuerySet.as_manager()

    get_kind_display: Callable[[], str]
    load: int  # children now: filled by with_load()

    class Meta:
        verbose_name = _("mentor")
        verbose_name_plural = _("mentors")
        ordering = ["organization__path", "name", "id"]
        constraints = [Period.ends_after_it_begins("mentor_ends_after_they_begin")]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """The mentor's own place below the organization: administrators of it reach the paired children too."""
        return f"{self.organization.path}{self.code}/"

    def get_absolute_url(self) -> str:
        return reverse("visits:mentor", args=[self.code])


class PairingQuerySet(ScopedQuerySet):
    """Pairings, in the users' words."""

    def open_on(self, day) -> PairingQuerySet:
        """Pairings in force on a day."""
        return self.filter(in_force(day))

    def ended_by(self, day) -> PairingQuerySet:
        """Pairings over by a day."""
        return self.filter(until_on__lte=day)


PairingManager = ScopedManager.from_queryset(PairingQuerySet)


class Pairing(Editable, AboutChildren, Period):
    """This mentor looks after this child, from a day until a day."""

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="pairings")
    mentor = models.ForeignKey(Mentor, verbose_name=_("mentor"), on_delete=models.PROTECT, related_name="pairings")
    end_reason = CodeField(codelists.PAIRING_END, verbose_name=_("why it ended"))

    objects = PairingManager()  # type: ignore[misc]  # the plugin sees no class variable in a generated manager

    class Meta(AboutChildren.Meta):
        verbose_name = _("pairing")
        verbose_name_plural = _("pairings")
        constraints = [
            Period.ends_after_it_begins("pairing_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["mentor", "child"],
                condition=Q(until_on__isnull=True),
                name="one_open_pairing_per_mentor_and_child",
            ),
        ]
