"""Where a boarder sleeps and sits at school, and how the child gets home."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caseworks import codelists
from caseworks.codelists import CodeField
from caseworks.models import Period
from children.models.facts import LastingFact


class Boarding(LastingFact):
    """The child's place at school (住校安排): dormitory, room, bed and seat, how often the child goes home and who comes
    for it. One place holds at a time, from a day until a day; it ends when the child leaves the school.

    *Whether* the child boards is said by the enrolment, on which the official forms count (就读方式).
    """

    succeeds = True
    PLACE = ("dormitory", "room", "bed", "seat", "goes_home", "fetched_by")

    dormitory = models.CharField(gettext_lazy("dormitory"), max_length=20, blank=True)
    room = models.CharField(gettext_lazy("room"), max_length=10, blank=True)
    bed = models.CharField(gettext_lazy("bed"), max_length=10, blank=True)
    seat = models.CharField(gettext_lazy("seat"), max_length=10, blank=True)
    goes_home = CodeField(codelists.GOES_HOME, verbose_name=gettext_lazy("goes home"))
    fetched_by = CodeField(codelists.FETCHED_BY, verbose_name=gettext_lazy("fetched by"))

    class Meta(LastingFact.Meta):
        verbose_name = gettext_lazy("place at school")
        constraints = [
            Period.ends_after_it_begins("boarding_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["child"], condition=models.Q(until_on__isnull=True), name="one_open_boarding_per_child"
            ),
        ]

    def check_against(self, today: date) -> None:
        super().check_against(today)
        if not any(getattr(self, name) for name in self.PLACE):
            words = _("Fill in at least one of these.")
            raise ValidationError({"dormitory": ValidationError(words, code="required")})
