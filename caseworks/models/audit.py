"""What was done, by whom, and why; and the seals that show nobody changed it afterwards."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from caseworks.models.base import PathField


class AuditEvent(models.Model):
    """One event of the audit trail, written in the transaction of the change itself.

    `changes` holds `{field: [before, after]}` of what a form or import changed, masked where the field is sensitive.
    The object is named, not linked: the trail outlives what it speaks of. Rows can be added and nothing else: triggers
    refuse every change, and every removal before the time of keeping is over (caseworks/audit_triggers.py).
    """

    # a number, not a UUID: events are made on the server only, and on SQLite the number is the order of writing
    id = models.BigAutoField(primary_key=True)
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
        indexes = [
            models.Index(fields=["object_id", "id"], name="audit_of_a_record"),
            models.Index(fields=["by", "action", "at"], name="audit_of_a_person"),
        ]


class AuditSeal(models.Model):
    """A seal over the events that were settled since the seal before it.

    `digest` is the SHA-256 of those events in canonical form and of the previous seal's digest; `mac` proves with the
    audit key that this registry made it. `position` is how far the seal reaches: on PostgreSQL every transaction below
    it has ended, on SQLite it is the last row; either way no event can appear below it afterwards.
    """

    number = models.PositiveBigIntegerField(_("number"), primary_key=True)
    position = models.BigIntegerField()
    events = models.PositiveIntegerField(_("events"))
    digest = models.BinaryField(max_length=32)
    mac = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField(_("sealed at"), auto_now_add=True)

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")
        ordering = ["number"]


class AuditArchive(models.Model):
    """The oldest part of the trail, moved into a signed file when its time of keeping was over (caseworks/trail_archive.py).

    `number` and `position` are those of the last seal in the file, `digest` is that seal's: the chain in the database goes
    on from there. `sha256` is of the file, `mac` proves with the audit key that this registry wrote this row.
    """

    number = models.PositiveBigIntegerField(_("last seal"), primary_key=True)
    first = models.PositiveBigIntegerField(_("first seal"))
    position = models.BigIntegerField()
    events = models.PositiveIntegerField(_("events"))
    digest = models.BinaryField(max_length=32)
    file_name = models.CharField(_("file"), max_length=80)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    mac = models.BinaryField(max_length=32)
    archived_at = models.DateTimeField(_("archived at"), auto_now_add=True)

    class Meta:
        verbose_name = _("archived part of the audit trail")
        verbose_name_plural = _("archived parts of the audit trail")
        ordering = ["number"]


class ListedChildren(models.Model):
    """Some of the children in a file or on a stack of papers (caseworks/listed.py): their keys of 16 bytes, sorted, one
    after the other, from `first` to `last`.

    `about` is the list, which events of the trail name as their record. Rows can be added and nothing else, like the
    trail's own, and leave when its time of keeping is over.
    """

    id = models.BigAutoField(primary_key=True)
    about = models.UUIDField(_("list"), editable=False)
    first = models.UUIDField(editable=False)
    last = models.UUIDField(editable=False)
    keys = models.BinaryField()
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("children of a list")
        verbose_name_plural = _("children of lists")
        indexes = [
            models.Index(fields=["first", "last"], name="lists_with_a_child"),
            models.Index(fields=["about"], name="children_of_a_list"),
        ]
