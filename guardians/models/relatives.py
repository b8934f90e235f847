"""Relatives are people: siblings share them. What they are to a child is a link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from caseworks import codelists, phones
from caseworks.codelists import CodeField
from caseworks.encryption import BlindIndexField, SealedField
from caseworks.identity import random_code
from caseworks.models import Editable, Period
from caseworks.scoped import AboutChildren, ScopedManager, ScopedQuerySet
from children.models import Child


class RelativeQuerySet(ScopedQuerySet):
    """Relatives, in the users' words."""

    def with_phone(self, *numbers: str) -> RelativeQuerySet:
        """Relatives with one of these telephone numbers, however they are written; empty ones are passed over."""
        return self.filter(phone_index__in=[number for number in numbers if number])

    def with_phone_tail(self, tail: str) -> RelativeQuerySet:
        """Relatives whose telephone number ends with these four digits."""
        return self.filter(phone_tail_index=tail)


class Relative(Editable, AboutChildren):
    """A parent, grandparent or other adult (亲属), or somebody who cares for a child without being related."""

    scope_column = "pk"
    scope_through = ("guardians.Kinship", "relative")

    code = models.CharField(max_length=10, unique=True, default=random_code, editable=False)
    name = models.CharField(_("name"), max_length=72)
    sex = CodeField(codelists.SEX, verbose_name=_("sex"))
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    # where only the year is known; with a date of birth it is the year of that date
    born_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    id_number = SealedField(_("ID number"), max_length=18)
    phone = SealedField(_("phone"), max_length=20)
    phone_index = BlindIndexField("phone", normal=phones.clean, db_index=True)
    phone_tail_index = BlindIndexField("phone", normal=phones.tail, db_index=True)
    address = SealedField(_("address"), max_length=100)
    work = models.CharField(_("work at home"), max_length=60, blank=True)
    health = CodeField(codelists.HEALTH, verbose_name=_("health"))

    objects = ScopedManager.from_queryset(RelativeQuerySet)()  # type: ignore[misc]  # the plugin sees no class variable in a generated manager

    class Meta(AboutChildren.Meta):
        verbose_name = _("relative")
        verbose_name_plural = _("relatives")

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.born_on is not None:
            self.born_year = self.born_on.year
        super().save(*args, **kwargs)


class Kinship(Editable, AboutChildren):
    """What a relative is to a child, by GB/T 4761: 51 father, 52 mother, 61 paternal grandfather …"""

    scope_links = "relative"

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="kinships")
    relative = models.ForeignKey(Relative, on_delete=models.CASCADE, related_name="kinships")
    relation = CodeField(codelists.RELATION, verbose_name=_("relation"), blank=False)

    get_relation_display: Callable[[], str]

    class Meta(AboutChildren.Meta):
        verbose_name = _("kinship")
        constraints = [
            models.UniqueConstraint(fields=["child", "relative"], name="one_kinship_per_child_and_relative"),
        ]


class Absence(Editable, AboutChildren, Period):
    """A relative is away to work (外出务工): where, with which employer, from when until when.

    `from_on` is the first day known to be away. Where `from_known` is false the true beginning is earlier and unknown,
    and `from_on` is the day it was reported: a roster says where a parent works, seldom since when.
    """

    scope_column = "relative"
    scope_through = ("guardians.Kinship", "relative")

    code = models.CharField(max_length=10, unique=True, default=random_code, editable=False)
    relative = models.ForeignKey(Relative, on_delete=models.CASCADE, related_name="absences")
    place = models.CharField(_("place of work, to the city"), max_length=60, blank=True)
    province = CodeField(codelists.PROVINCE, verbose_name=_("province"), editable=False)
    employer = models.CharField(_("employer"), max_length=60, blank=True)
    employer_phone = SealedField(_("phone of the employer"), max_length=20)
    employer_address = SealedField(_("address of the employer"), max_length=100)
    from_known = models.BooleanField(_("beginning known"), default=True)

    class Meta(AboutChildren.Meta):
        verbose_name = _("absence")
        constraints = [
            Period.ends_after_it_begins("absence_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["relative"], condition=Q(until_on__isnull=True), name="one_open_absence_per_relative"
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.province = codelists.province_of(self.place)
        super().save(*args, **kwargs)


class Situation(Editable, AboutChildren, Period):
    """Why a relative cannot care for a child (无监护能力 and the situations of 民发〔2019〕62号), from when until when.

    Where `from_known` is false the true beginning is unknown and `from_on` is the day it was reported: a grandfather is
    dead, nobody says since when. What the law measures a situation by stands beside it: the kind and level of a
    disability, the day a prison term is to end, the day the police accepted the report that somebody is out of contact,
    and the paper that shows it.
    """

    scope_column = "relative"
    scope_through = ("guardians.Kinship", "relative")

    relative = models.ForeignKey(Relative, on_delete=models.CASCADE, related_name="situations")
    kind = CodeField(codelists.SITUATION, verbose_name=_("situation"), blank=False)
    from_known = models.BooleanField(_("beginning known"), default=True)
    disability = CodeField(codelists.DISABILITY, verbose_name=_("kind of disability"))
    level = CodeField(codelists.DISABILITY_LEVEL, verbose_name=_("level of disability"))
    ends_on = models.DateField(_("is to end on"), null=True, blank=True)
    accepted_on = models.DateField(_("report accepted by the police on"), null=True, blank=True)
    paper = models.CharField(_("paper that shows it"), max_length=100, blank=True)

    get_kind_display: Callable[[], str]

    class Meta(AboutChildren.Meta):
        verbose_name = _("situation")
        constraints = [
            Period.ends_after_it_begins("situation_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("from_on")),
                name="situation_is_to_end_after_it_begins",
            ),
        ]
