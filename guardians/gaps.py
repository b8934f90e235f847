"""What an archive still lacks: only what the law, the forms or the work need, and only where it applies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from caseworks.codelists import FATHERS, MOTHERS
from children.models import Child
from guardians.household import Household, Member
from guardians.models import Entrustment

COMPULSORY_FROM, COMPULSORY_UNTIL = 6, 15


@dataclass(frozen=True)
class Gap:
    """Something missing: what, and where it is filled in (a page's name, its field, the relative it is about)."""

    words: Any
    page: str
    field: str = ""
    relative: str = ""


def gaps(
    child: Child, home: Household, *, in_school: bool, in_village: bool, care: Entrustment | None, on: date
) -> list[Gap]:
    """What is missing in an open archive on a day, the weightiest first. Nothing is missing in a closed one."""
    if not child.is_live:
        return []
    found = [*_of_the_care(home, care), *_of_the_parents(home)]
    if not child.id_number and child.registration != "3":
        found.append(Gap(_("no ID number"), "children:edit", "id_number"))
    elif child.id_doubtful:
        found.append(Gap(_("ID number to be verified"), "children:edit", "id_number"))
    if not in_village:
        found.append(Gap(_("no village"), "children:settle", "village"))
    if not in_school and COMPULSORY_FROM <= child.age_on(on) <= COMPULSORY_UNTIL:
        found.append(Gap(_("no school, though of school age"), "children:enrol", "school"))
    if not child.registration:
        found.append(Gap(_("household registration not collected"), "children:edit", "registration"))
    return found


def _of_the_care(home: Household, care: Entrustment | None) -> list[Gap]:
    """A child with both parents away needs a carer, an agreement and two notices (未成年人保护法 art. 22, 23)."""
    if care is None:
        return (
            [Gap(_("both parents away and nobody entrusted with the care"), "guardians:entrust")]
            if home.both_away
            else []
        )
    found = []
    if not care.relative.phone:
        found.append(Gap(_("no phone of the carer"), "guardians:relative_edit", "phone", care.relative.code))
    for field, words in (
        ("agreement_signed_on", _("no agreement on the care")),
        ("school_notified_on", _("school not told of the care in writing")),
        ("village_notified_on", _("village not told of the care in writing")),
    ):
        if getattr(care, field) is None:
            found.append(Gap(words, "guardians:care_edit", field))
    return found


def _of_the_parents(home: Household) -> list[Gap]:
    parents = home.parents()
    if not parents:
        return [Gap(_("no parent on record"), "guardians:relative_add", "name")]
    living = [member for member in parents if not member.is_dead]
    if living and not any(member.relative.phone for member in living):
        first: Member = next((member for member in living if member.away), living[0])
        return [Gap(_("no phone of any parent"), "guardians:relative_edit", "phone", first.relative.code)]
    return [
        Gap(words, "guardians:relative_add", "name")
        for relations, words in ((FATHERS, _("nothing about the father")), (MOTHERS, _("nothing about the mother")))
        if not home.parents(relations)
    ]
