"""What people keep of their lists: filters with a name, and the columns they look at."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from caseworks.identity import random_code
from caseworks.models import Organization, Record, User


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    """Saved filters, in the users' words."""

    def offered_to(self, user: User, office: Organization) -> SavedFilterQuerySet:
        """One's own at this office, and those that colleagues of this very office share."""
        return self.filter(Q(owner=user) | Q(shared=True), organization=office).order_by("name", "id")


class SavedFilter(Record):
    """A filter of the children list under a name, at the office its owner acted for.

    `query` is the address's own query. It narrows a list and opens nothing: who uses it sees their own children only.
    """

    code = models.CharField(max_length=10, unique=True, default=random_code, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=20)
    query = models.CharField(max_length=500)
    shared = models.BooleanField(_("for everyone at my office"), default=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved filter")
        constraints = [
            models.UniqueConstraint(fields=["owner", "organization", "name"], name="one_saved_filter_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class ChosenColumns(Record):
    """The columns of the children list that a person chose, by key, in order; also those of the export."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    columns = models.JSONField(default=list)
