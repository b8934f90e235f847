"""Gaps and contradictions: each check finds just what it names, leads to the field that mends it, and stays quiet on a
complete archive; the one archive, the list and the counts ask the same condition."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from caseworks.codelists import CARER_EXCLUSION
from children import actions
from children.models import Child, Disability, GuardianshipRating, Schooling
from guardians.gaps import CHECKS, by_class, by_village, gaps_of, with_gap
from guardians.models import Entrustment, Relative
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_everyone")]
ON = date(2026, 11, 23)
PAPERS = dict.fromkeys(
    ("checked_on", "child_heard_on", "agreement_signed_on", "school_notified_on", "village_notified_on"),
    date(2026, 1, 9),
)
SCANNED = ("agreement", "school_notice", "village_notice")


class World:
    """A complete archive: father and mother away, the grandmother cares, every paper is there."""

    def __init__(self, cast: factories.Cast) -> None:
        self.cast = cast
        self.child = factories.child("周全", school=cast.school, village=cast.village, health="10", grade="5")
        self.father = factories.relative(self.child, relation="51", name="周父")
        self.mother = factories.relative(self.child, relation="52", name="周母")
        factories.absence(self.father)
        factories.absence(self.mother)
        self.carer = factories.relative(self.child, relation="62", name="周奶奶", born_year=1960)
        factories.age_step(self.child, by=cast.clerk)
        self.care = self.entrusted(self.carer, reason="both")
        factories.fact(
            GuardianshipRating,
            self.child,
            by=cast.clerk,
            rating="good",
            assessed_on=date(2026, 3, 1),
            assessed_by="村主任",
        )

    def entrusted(self, carer: Relative, **values) -> Entrustment:
        """A care with every paper, and a scan of each that is signed."""
        care = factories.entrustment(self.child, carer, **PAPERS, **values)
        for proves in SCANNED:
            factories.attachment(
                self.child, by=self.cast.clerk, place=self.cast.school, proves=proves, proves_code=care.code
            )
        return care

    def not_scanned(self, proves: str) -> None:
        """The scan belongs to another care: an earlier one, say."""
        self.child.attachments.filter(proves=proves).update(proves_code="another")

    def gaps(self) -> list[str]:
        self.child.refresh_from_db()
        return [gap.check.key for gap in gaps_of([self.child], ON)[self.child.pk]]

    def change(self, **values) -> None:
        for field, value in values.items():
            setattr(self.child, field, value)
        self.child.save()

    def carer_is(self, **values) -> None:
        Relative.objects.filter(pk=self.carer.pk).update(**values)

    def care_is(self, **values) -> None:
        Entrustment.objects.filter(pk=self.care.pk).update(**values)

    def nobody_cares(self, born_on: date) -> None:
        self.change(born_on=born_on, id_number="", registration="3", opened_on=max(born_on, self.child.opened_on))
        self.care_is(until_on=ON)

    def parents_back(self) -> None:
        for parent in (self.father, self.mother):
            parent.absences.update(until_on=ON)

    def state(self, kind: str) -> None:
        factories.fact(Schooling, self.child, by=self.cast.clerk, kind=kind)


@pytest.fixture
def world(cast) -> World:
    return World(cast)


def test_a_complete_archive_lacks_nothing(world):
    assert world.gaps() == []


CASES: dict[str, Callable[[World], object]] = {
    "unattended": lambda w: w.nobody_cares(date(2019, 11, 23 + 1)),
    "alone": lambda w: w.nobody_cares(date(2018, 11, 23)),
    "no_carer": lambda w: w.nobody_cares(date(2010, 11, 23)),
    "carer_unfit": lambda w: w.care_is(unfit_for=["addiction"]),
    "carer_minor": lambda w: w.carer_is(born_on=date(2008, 11, 24), born_year=2008),
    "dropout": lambda w: (w.child.enrolments.update(until_on=ON), w.state("dropout")),
    "carer_away": lambda w: factories.absence(w.carer),
    "carer_unable": lambda w: factories.situation(w.carer, kind="ill"),
    "two_carers": lambda w: w.entrusted(factories.relative(w.child, relation="61", born_year=1958)),
    "dead_away": lambda w: factories.situation(w.father, kind="dead"),
    "id_birth": lambda w: w.change(born_on=date(2015, 5, 7)),
    "id_sex": lambda w: w.change(sex="2"),
    "id_doubtful": lambda w: w.change(
        id_number=w.child.id_number[:-1] + ("1" if w.child.id_number[-1] != "1" else "2")
    ),
    "schooling": lambda w: w.state("out"),
    "needless": lambda w: w.parents_back(),
    "carer_old": lambda w: w.carer_is(born_year=1949),
    "term_over": lambda w: w.care_is(term_until_on=date(2026, 11, 22)),
    "aged_out": lambda w: w.change(born_on=date(2008, 11, 23), id_number="", registration="3"),
    "birthday": lambda w: w.child.age_steps.all().delete(),
    "school_left": lambda w: (
        w.change(born_on=date(2010, 11, 23), id_number="", registration="3"),
        w.child.enrolments.update(until_on=ON),
    ),
    "no_carer_phone": lambda w: w.carer_is(phone=""),
    "no_agreement": lambda w: w.care_is(agreement_signed_on=None),
    "school_not_told": lambda w: w.care_is(school_notified_on=None),
    "village_not_told": lambda w: w.care_is(village_notified_on=None),
    **{f"{proves}_no_scan": lambda w, proves=proves: w.not_scanned(proves) for proves in SCANNED},
    "not_heard": lambda w: w.care_is(child_heard_on=None),
    "not_checked": lambda w: w.care_is(checked_on=None),
    "carer_age": lambda w: w.carer_is(born_year=None),
    "no_parent": lambda w: w.child.kinships.filter(relation__in=("51", "52")).delete(),
    "no_phone": lambda w: (
        [w.child.kinships.get(relation=r).relative for r in ("51", "52")]
        and Relative.objects.filter(pk__in=[w.father.pk, w.mother.pk]).update(phone="")
    ),
    "no_father": lambda w: w.child.kinships.filter(relation="51").delete(),
    "no_mother": lambda w: w.child.kinships.filter(relation="52").delete(),
    "no_place": lambda w: w.father.absences.update(place=""),
    "no_since": lambda w: w.father.absences.update(from_known=False),
    "only_declared": lambda w: (
        w.father.absences.all().delete(),
        w.mother.absences.all().delete(),
        factories.declaration(w.child, "2", w.cast.school),
    ),
    "no_id": lambda w: w.change(id_number=""),
    "unregistered": lambda w: w.change(registration="3"),
    "no_registration": lambda w: w.change(registration=""),
    "no_village": lambda w: w.child.residences.update(until_on=ON),
    "no_school": lambda w: w.child.enrolments.update(until_on=ON),
    "no_grade": lambda w: w.child.enrolments.update(grade=""),
    "no_health": lambda w: w.change(health=""),
    "no_level": lambda w: factories.fact(Disability, w.child, by=w.cast.clerk, kind="4"),
    "not_rated": lambda w: w.child.guardianshiprating_rows.all().delete(),
}
# what cannot be wrong alone
TOGETHER = {
    **{key: {"unregistered"} for key in ("unattended", "alone")},
    **{key: {"unregistered", "birthday"} for key in ("no_carer", "aged_out", "school_left")},
}


def test_every_check_has_a_case():
    assert set(CASES) == set(CHECKS)


@pytest.mark.parametrize("key", CASES)
def test_a_check_finds_what_it_names_and_nothing_else(world, key):
    CASES[key](world)
    assert set(world.gaps()) - TOGETHER.get(key, set()) == {key}
    assert world.child in with_gap(Child.objects.all(), key, ON)


@pytest.mark.parametrize("key", [key for key in CASES if key != "aged_out"])
def test_each_gap_leads_to_the_field_that_mends_it(world, key, sign_in):
    CASES[key](world)
    gap = next(gap for gap in gaps_of([world.child], ON)[world.child.pk] if gap.check.key == key)
    page, _hash, anchor = gap.address.partition("#")
    body = sign_in(world.cast.clerk if key == "no_village" else world.cast.caseworker).get(page)
    assert body.status_code == (200 if page else 404), gap.address
    if anchor:
        assert f'id="{anchor}"' in body.content.decode(), gap.address


def test_a_boundary_is_on_the_right_side(world):
    world.carer_is(born_on=date(2008, 11, 23), born_year=2008)  # 18 today
    assert world.gaps() == []
    world.carer_is(born_on=None, born_year=2008)  # 17 or 18: nobody knows
    assert world.gaps() == []
    world.carer_is(born_on=date(1950, 11, 24), born_year=1950)  # 75, for one more day
    assert world.gaps() == []
    world.carer_is(born_on=date(1950, 11, 23), born_year=1950)
    assert world.gaps() == ["carer_old"]


def test_a_closed_archive_lacks_nothing(world):
    world.change(id_number="", health="")
    actions.close(child=world.child, by=world.cast.clerk, on=date(2026, 1, 1), reason="moved")
    assert world.gaps() == []


def test_blank_is_never_taken_for_no(world):
    """Nobody entered the father's standing: nothing follows from it, neither danger nor peace."""
    world.father.absences.all().delete()
    world.care_is(until_on=ON)
    assert "alone" not in world.gaps()


def test_many_archives_cost_the_same_as_one(world, django_assert_num_queries):
    world.carer_is(phone="")
    with django_assert_num_queries(2):
        gaps_of([world.child], ON)
    others = [factories.child(f"周{number}") for number in range(3)]
    with django_assert_num_queries(2):
        found = gaps_of([world.child, *others], ON)
    assert {gap.check.key for gap in found[others[0].pk]} >= {"no_parent", "no_village", "no_school"}
    [gap] = found[world.child.pk]
    assert gap.relative == world.carer.code


def test_counts_by_class_and_village_open_what_they_count(world):
    world.change(health="")
    twin = factories.child("周二", school=world.cast.school, village=world.cast.other_village, grade="5")
    found = with_gap(Child.objects.filter(pk__in=[world.child.pk, twin.pk]), "no_health", ON)
    assert [(share.code, share.grade, share.class_name, share.number) for share in by_class(found, ON)] == [
        ("shi-school", "5", "1班", 2)
    ]
    assert {(share.code, share.number) for share in by_village(found, ON)} == {("longjing", 1), ("baisha", 1)}


def test_the_law_names_four_exclusions():
    assert len(list(CARER_EXCLUSION)) == 4
