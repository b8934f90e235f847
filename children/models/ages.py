"""What was done when a child reached an age that changes something."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from caseworks.encryption import SealedField
from caseworks.models import Record
from caseworks.scoped import AboutChildren
from children.models.archive import Child


class AgeStep(Record, AboutChildren):
    """Somebody did what is asked for at 8, 14, 16 or 18 (children/ages.py), on a day, and says what came of it.

    It changes nothing else: the closing of the archive, say, is entered where archives are closed.
    """

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="age_steps")
    age = models.PositiveSmallIntegerField(_("age"))
    done_on = models.DateField(_("done on"))
    note = SealedField(_("what came of it"), max_length=300, multiline=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField(_("entered on"), auto_now_add=True)

    class Meta(AboutChildren.Meta):
        verbose_name = _("step at an age")
        verbose_name_plural = _("steps at an age")
        constraints = [
            models.UniqueConstraint(fields=["child", "age"], name="one_step_per_child_and_age"),
            models.CheckConstraint(condition=Q(age__in=(8, 14, 16, 18)), name="step_at_an_age_that_changes_something"),
        ]
