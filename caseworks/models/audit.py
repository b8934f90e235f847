"""What was done, by whom, and why."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from caseworks.models.base import PathField, Record


class AuditEvent(Record):
    """One event of the audit trail, written in the transaction of the change itself.

    `changes` holds `{field: [before, after]}` of what a form or import changed, masked where the field is sensitive.
    The object is named, not linked: the trail outlives what it speaks of.
    """

    at = models.DateTimeField(_("when"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    posting = models.CharField(_("in which post"), max_length=120, blank=True)
    path = PathField(verbose_name=_("office"), blank=True)
    action = models.CharField(_("action"), max_length=40)
    kind = models.CharField(_("kind of record"), max_length=40, blank=True)
    object_id = models.UUIDField(_("record"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    changes = models.JSONField(_("changes"), default=dict)
    address = models.GenericIPAddressField(_("from address"), null=True)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit trail")
        ordering = ["-id"]
        indexes = [models.Index(fields=["object_id", "id"], name="audit_of_a_record")]
