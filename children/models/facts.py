"""What every dated fact of an archive has: a child, a day, who entered it, and a code for its address.

A fact that lasts also is a `Period`. Everything about such facts that is the same (pages, actions, audit, the timeline)
is written once for all of them: `children/facts/`. What is special stands here, with the model: which days and numbers
are believable (`check`), and which of several rows may be open at once (constraints).
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caseworks.identity import random_code
from caseworks.models import Editable, Period
from caseworks.scoped import AboutChildren
from children.models.archive import Child


class Fact(Editable, AboutChildren):
    """One dated row of an archive, entered by somebody, to be corrected or removed again."""

    # the field with the day the fact is about
    day_field: ClassVar[str] = "from_on"

    code = models.CharField(max_length=10, unique=True, default=random_code, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="%(class)s_rows")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=gettext_lazy("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    recorded_at = models.DateTimeField(gettext_lazy("entered on"), auto_now_add=True)

    class Meta(AboutChildren.Meta):
        abstract = True

    @property
    def day(self) -> date:
        """The day the fact is about, or on which it began."""
        day: date = getattr(self, self.day_field)
        return day

    def fill(self) -> None:
        """Fill what follows from other facts; called before a new row is checked."""

    def check_against(self, today: date) -> None:
        """Raise `ValidationError`, field by field, for what cannot be: a day to come, or before the child was born."""
        if self.day > today:
            raise ValidationError({self.day_field: ValidationError(_("This day has not come yet."), code="future")})
        if self.day < self.child.born_on:
            words = _("That is before the child was born.")
            raise ValidationError({self.day_field: ValidationError(words, code="unborn")})


class LastingFact(Fact, Period):
    """A fact that holds from a day until a day.

    `alone` names the code that says "there is none of the others": while it is open no other row may be, and the other
    way round (children/facts/actions.py ends what no longer fits).
    """

    alone: ClassVar[str] = ""
    # a new row ends the one before it, whatever kind that was
    succeeds: ClassVar[bool] = False

    class Meta(Fact.Meta):
        abstract = True

    @property
    def is_open(self) -> bool:
        return self.until_on is None

    @classmethod
    def rules_of_a_period(cls, name: str) -> list[Any]:
        """The constraints of every lasting fact: it ends after it begins, and the same kind is open only once."""
        return [
            Period.ends_after_it_begins(f"{name}_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["child", "kind"], condition=models.Q(until_on__isnull=True), name=f"{name}_open_once_per_kind"
            ),
        ]
