"""Two archives that turned out to be one child, two entries that turned out to be one relative; and pairs that are not."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from caseworks.encryption import SealedJSONField
from caseworks.identity import random_code
from caseworks.models import Record
from caseworks.scoped import AboutChildren
from children.models import Child


class Merge(Record, AboutChildren):
    """An archive was merged into another (合并), or two entries of one relative of the child into one.

    `child` is the archive that goes on, `absorbed` the one that was closed and points to it (none for relatives).
    `before` is what an undo needs: the values that were replaced, and which rows came over. It is sealed whole.
    """

    code = models.CharField(max_length=10, unique=True, default=random_code, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="merges")
    absorbed = models.ForeignKey(Child, on_delete=models.CASCADE, null=True, related_name="merged_into")
    before = SealedJSONField(default=dict)
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta(AboutChildren.Meta):
        verbose_name = _("merge")
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed"], condition=Q(undone_at__isnull=True), name="an_archive_is_merged_once"
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("duplicates:merged", args=[self.code])


class KeptApart(Record, AboutChildren):
    """Somebody looked at two archives that resemble each other and said: two children. They are not asked again."""

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="kept_apart")
    other = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="kept_apart_from")
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta(AboutChildren.Meta):
        verbose_name = _("not the same child")
        constraints = [
            models.UniqueConstraint(fields=["child", "other"], name="a_pair_is_kept_apart_once"),
            models.CheckConstraint(condition=~Q(child=F("other")), name="a_pair_is_of_two_children"),
        ]
