"""Everything a paper says about a child, read for many children in the same few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from caseworks.access import Role
from caseworks.codelists import MATERNAL_GRANDPARENTS, PATERNAL_GRANDPARENTS
from caseworks.models import Posting, in_force
from caseworks.papers.wholes import Whole, wholes
from children.facts.reading import SchoolingNow, Shown, facts_of_many, schooling_now
from children.models import Child, ClassTeacher
from children.models.teachers import school_year
from children.views.lines import Place, places
from guardians.family import carers_on
from guardians.household import Household, Member, households
from guardians.models import Entrustment
from visits.models import Mentor, Pairing


@dataclass(frozen=True)
class Dossier:
    """A child with school, class teacher and village, family, carer, mentors and the caseworkers of the village, on a day."""

    place: Place
    home: Household
    care: Entrustment | None
    mentors: tuple[Mentor, ...]
    caseworkers: tuple[str, ...]
    facts: dict[str, Shown]
    on: date
    teacher: str = ""
    whole: Whole | None = None

    @property
    def child(self) -> Child:
        return self.place.child

    @property
    def parents(self) -> list[Member]:
        """The living parents on record, the father first."""
        return [member for member in self.home.parents() if not member.is_dead]

    @property
    def grandparents(self) -> list[Member]:
        """Grandparents on record, the father's first."""
        return self.home.parents((*PATERNAL_GRANDPARENTS, *MATERNAL_GRANDPARENTS))

    @property
    def schooling(self) -> SchoolingNow:
        """就学情况, by the enrolment or as stated."""
        return schooling_now(self.place.enrolment, self.facts["schooling"])

    @property
    def carer(self) -> Member | None:
        """The carer as a member of the family, if what they are to the child is on record."""
        return self.home.named(self.care.relative.code) if self.care else None


def dossiers(children: Sequence[Child], on: date, *, whole: bool = False) -> list[Dossier]:
    """A dossier for each child, in the order given, `whole` with everything the archive says; the number of queries does
    not grow with them."""
    standing = places(children, on)
    homes, cares = households(children, on), carers_on(children, on)
    facts = facts_of_many(children, *([] if whole else ["schooling"]))
    more = wholes(children, homes, on) if whole else {}
    mentors: dict[UUID, list[Mentor]] = defaultdict(list)
    pairings = Pairing.objects.open_on(on).filter(child__in=[child.pk for child in children])
    for pairing in pairings.select_related("mentor__organization").order_by("from_on", "id"):
        mentors[pairing.child_id].append(pairing.mentor)
    villages = {place.residence.village_id for place in standing if place.residence}
    staff: dict[UUID, list[str]] = defaultdict(list)
    posts = Posting.objects.filter(in_force(on), organization__in=villages, role=Role.CASEWORKER, user__is_active=True)
    for post in posts.select_related("user").order_by("from_on", "id"):
        staff[post.organization_id].append(post.user.name)
    schools = {place.enrolment.school_id for place in standing if place.enrolment}
    rows = ClassTeacher.objects.filter(year=school_year(on), school__in=schools)
    teachers = {(row.school_id, row.grade, row.class_name): row.name for row in rows}
    return [
        Dossier(
            place,
            homes[place.child.pk],
            cares.get(place.child.pk),
            tuple(mentors[place.child.pk]),
            tuple(staff[place.residence.village_id]) if place.residence else (),
            facts[place.child.pk],
            on,
            _teacher(place, teachers),
            more.get(place.child.pk),
        )
        for place in standing
    ]


def _teacher(place: Place, teachers: dict[tuple[UUID, str, str], str]) -> str:
    """The class teacher of a child, if the child is in a class and one is known."""
    enrolment = place.enrolment
    return teachers.get((enrolment.school_id, enrolment.grade, enrolment.class_name), "") if enrolment else ""
