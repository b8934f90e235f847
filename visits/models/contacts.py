"""Contacts: home visits, calls, talks, letters … with one child or several, and whom they met."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.codelists import CodeField
from caseworks.encryption import SealedField
from caseworks.identity import random_code
from caseworks.models import Editable, Organization, Record
from caseworks.scoped import AboutChildren, ScopedManager, ScopedQuerySet
from children.models import Child
from guardians.models import Relative


class ContactQuerySet(ScopedQuerySet):
    """Contacts, in the users' words."""

    def newest_first(self) -> ContactQuerySet:
        """The latest on top; on the same day the one logged last."""
        return self.order_by("-held_on", "-id")


ContactManager = ScopedManager.from_queryset(ContactQuerySet)


class Contact(Editable, AboutChildren):
    """One contact (联系记录), reached or not: an attempt is a record too.

    One contact covers several children (a visit to two siblings is one visit, 次, and two child contacts, 人次).
    """

    scope_column = "pk"
    scope_through = ("visits.ContactChild", "contact")

    code = models.CharField(max_length=10, unique=True, default=random_code, editable=False)
    kind = CodeField(codelists.CONTACT_KIND, verbose_name=_("how"), blank=False)
    held_on = models.DateField(_("date"))
    reached = models.BooleanField(_("reached"))
    topics = models.JSONField(_("topics"), default=list, blank=True)
    note = SealedField(_("note"), max_length=2000, multiline=True)
    concern = CodeField(codelists.CONCERN, verbose_name=_("concern"), default="none")
    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("logged by"), on_delete=models.PROTECT, related_name="contacts"
    )
    logged_for = models.ForeignKey(
        Organization, verbose_name=_("on behalf of"), on_delete=models.PROTECT, related_name="contacts", db_index=False
    )
    logged_at = models.DateTimeField(_("logged at"), auto_now_add=True)

    objects = ContactManager()  # type: ignore[misc]  # the plugin sees no class variable in a generated manager

    get_kind_display: Callable[[], str]

    class Meta(AboutChildren.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [
            models.Index(fields=["held_on", "id"], name="contact_by_day"),
            models.Index(fields=["logged_for", "held_on"], name="contact_by_office"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("visits:contact", args=[self.code])


class ContactChild(Record, AboutChildren):
    """A child whom a contact was about."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="contact_children")
    scope_links = "contact"

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="contact_children")

    class Meta(AboutChildren.Meta):
        verbose_name = _("child of a contact")
        constraints = [models.UniqueConstraint(fields=["contact", "child"], name="a_child_once_per_contact")]


class Counterpart(Record, AboutChildren):
    """Somebody the contact was with: the child, a relative, a teacher, a cadre. Each counts as one 人次.

    `relative` is named where the person is in the archive; then `kind` says what they were in this contact.
    """

    scope_column = "contact"
    scope_through = ("visits.ContactChild", "contact")

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="counterparts")
    kind = CodeField(codelists.COUNTERPART, verbose_name=_("whom"), blank=False)
    relative = models.ForeignKey(
        Relative, on_delete=models.SET_NULL, null=True, blank=True, related_name="counterparts"
    )

    get_kind_display: Callable[[], str]

    class Meta(AboutChildren.Meta):
        verbose_name = _("person met")
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "relative"], condition=Q(relative__isnull=False), name="a_relative_once_per_contact"
            )
        ]
