"""Where the child goes to school and where the child lives, from when until when."""

from __future__ import annotations

from collections.abc import Callable

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.codelists import CodeField
from caseworks.encryption import BlindIndexField, SealedField
from caseworks.identity import random_code
from caseworks.models import Editable, Organization, Period
from caseworks.scoped import AboutChildren, ScopedManager, ScopedQuerySet
from children.models.archive import Child
from children.names import clean


class Enrolment(Editable, AboutChildren, Period):
    """School, grade and class (学籍). A child has at most one open enrolment."""

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="enrolments")
    school = models.ForeignKey(
        Organization, verbose_name=_("school"), on_delete=models.PROTECT, related_name="enrolments"
    )
    grade = CodeField(codelists.GRADE, verbose_name=_("grade"))
    class_name = models.CharField(_("class"), max_length=20, blank=True)
    boarding = CodeField(codelists.BOARDING, verbose_name=_("boarding"))
    student_number = models.CharField(_("number in class"), max_length=20, blank=True)

    get_grade_display: Callable[[], str]
    get_boarding_display: Callable[[], str]

    class Meta(AboutChildren.Meta):
        verbose_name = _("enrolment")
        constraints = [
            Period.ends_after_it_begins("enrolment_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["child"], condition=Q(until_on__isnull=True), name="one_open_enrolment_per_child"
            ),
        ]


class ResidenceQuerySet(ScopedQuerySet):
    """Residences, in the users' words."""

    def in_the_house_of(self, home: Residence) -> ResidenceQuerySet:
        """Residences with the same address in the same village; none if no address is recorded."""
        return self.filter(village=home.village_id, address_index=home.address_index, address_index__isnull=False)


class Residence(Editable, AboutChildren, Period):
    """Village and address. A child has at most one open residence."""

    code = models.CharField(max_length=10, unique=True, default=random_code, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="residences")
    village = models.ForeignKey(
        Organization, verbose_name=_("village"), on_delete=models.PROTECT, related_name="residences"
    )
    address = SealedField(_("address"), max_length=100)
    address_index = BlindIndexField("address", normal=clean)

    objects = ScopedManager.from_queryset(ResidenceQuerySet)()  # type: ignore[misc]  # the plugin sees no class variable in a generated manager

    class Meta(AboutChildren.Meta):
        verbose_name = _("residence")
        constraints = [
            Period.ends_after_it_begins("residence_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["child"], condition=Q(until_on__isnull=True), name="one_open_residence_per_child"
            ),
        ]
