"""Photographs and scanned papers in an archive."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.codelists import CodeField
from caseworks.encryption import SealedField
from caseworks.identity import random_code
from caseworks.models import Organization, Record
from caseworks.scoped import AboutChildren
from children.models.archive import Child


class Attachment(Record, AboutChildren):
    """A picture in an archive (照片、扫描件): a photograph, a signed agreement, a written notice, a document, a child's work.

    The picture lies sealed in the vault (caseworks/vault.py), painted anew when it came in (caseworks/uploads.py). One
    that is `held` waits for the malware scanner and is shown to nobody. `proves` and `proves_code` name the record of the
    same child that the paper belongs to (children/attachments/proofs.py); both are empty for what belongs to none.
    """

    code = models.CharField(max_length=10, unique=True, default=random_code, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="attachments")
    kind = CodeField(codelists.ATTACHMENT_KIND, verbose_name=_("what it is"), blank=False)
    proves = CodeField(codelists.PROOF, verbose_name=_("what it proves"))
    # by its code, not by a foreign key: what a paper proves also stands in parts that this one knows nothing of
    proves_code = models.CharField(max_length=10, blank=True, editable=False)
    title = models.CharField(_("title"), max_length=80, blank=True)
    taken_on = models.DateField(_("taken or signed on"), null=True, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("added by"), on_delete=models.PROTECT, related_name="+"
    )
    uploaded_for = models.ForeignKey(
        Organization, verbose_name=_("added for"), on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("added at"), auto_now_add=True)
    size = models.PositiveIntegerField(_("size"))
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    file_name = models.CharField(max_length=32, unique=True)
    file_key = SealedField(max_length=64)
    held = models.BooleanField(_("waits for the virus scanner"), default=False)

    get_kind_display: Callable[[], str]
    get_proves_display: Callable[[], str]

    class Meta(AboutChildren.Meta):
        verbose_name = _("photograph or scan")
        verbose_name_plural = _("photographs and scans")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(proves="", proves_code="") | (~Q(proves="") & ~Q(proves_code="")),
                name="a_scan_belongs_to_one_record_or_none",
            )
        ]
        indexes = [models.Index(fields=["uploaded_for", "size"], name="attachments_of_an_office")]

    def __str__(self) -> str:
        return self.title or self.what

    @property
    def what(self) -> str:
        """What it is, in words: what it proves, or else its kind."""
        return self.get_proves_display() if self.proves else self.get_kind_display()
