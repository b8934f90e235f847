"""A check in SQL and the same check of an archive in memory say the same of archives of every kind."""

import random
from datetime import date, timedelta

import pytest

from caseworks import access
from caseworks.models import in_force
from children.models import Child, Disability, GuardianshipRating, Schooling
from guardians.gaps import CHECKS, with_gap
from guardians.gaps.hand import HAND, Adult, Care, Picture
from guardians.models import Absence, Declaration, Entrustment, Kinship, Relative, Situation
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
ARCHIVES = 150


def picture_of(child: Child, on: date) -> Picture:
    """An archive of the registry as an import would hold it, with everything looked up."""
    enrolment = child.enrolments.filter(in_force(on)).first()
    cares = list(child.entrustments.filter(in_force(on)))
    adults, recorded = [], False
    for kinship in child.kinships.select_related("relative"):
        relative = kinship.relative
        absence = relative.absences.filter(in_force(on)).first()
        recorded = recorded or (kinship.relation in {"51", "52", "57", "58"} and relative.absences.exists())
        adults.append(
            Adult(
                kinship.relation,
                relative.born_on,
                relative.born_year,
                bool(relative.phone),
                absence is not None,
                absence.place if absence else "",
                absence.from_known if absence else True,
                frozenset(relative.situations.filter(in_force(on)).values_list("kind", flat=True)),
                any(care.relative_id == relative.pk for care in cares),
            )
        )
    said = child.declarations.filter(outranked=False, declared_on__lte=on).order_by("declared_on", "id").last()
    stated = Schooling.objects.filter(in_force(on), child=child).first()
    return Picture(
        born_on=child.born_on,
        registration=child.registration,
        health=child.health,
        has_village=child.residences.filter(in_force(on)).exists(),
        at_school=enrolment is not None,
        grade=enrolment.grade if enrolment else "",
        adults=adults,
        cares=[
            Care(care.term_until_on, care.agreement_signed_on, care.school_notified_on, care.village_notified_on)
            for care in cares
        ],
        declared=said.value if said else "",
        ever_declared=child.declarations.filter(outranked=False, value__in=["1", "2", "9"]).exists(),
        absence_recorded=recorded,
        stated=stated.kind if stated else "",
        levels=tuple(Disability.objects.filter(in_force(on), child=child).values_list("level", flat=True)),
        rated=GuardianshipRating.objects.filter(child=child, assessed_on__lte=on).exists(),
    )


def an_archive(rng: random.Random, cast) -> Child:
    """A child about whom anything may be recorded, or nothing."""
    some = lambda *values: rng.choice(values)  # noqa: E731
    born_on = TODAY - timedelta(days=rng.choice((0, 7, 8, 12, 16, 17)) * 365 + rng.randint(1, 720))
    child = Child.objects.create(
        name="某某",
        sex="1",
        born_on=born_on,
        opened_on=TODAY,
        health=some("", "10", "50"),
        registration=some("", "1", "3"),
    )
    if some(True, False, True):
        child.enrolments.create(school=cast.school, grade=some("", "4"), from_on=TODAY)
    if some(True, False):
        child.residences.create(village=cast.village, address="", from_on=TODAY)
    ended = lambda: some(None, None, None, TODAY)  # noqa: E731
    for relation in rng.sample(["51", "52", "57", "62", "73"], k=rng.randint(0, 4)):
        year = some(None, 1940, 1951, 1952, 1985, 2008, 2012)
        relative = Relative(name="某人", phone=some("", "13900001111"), born_year=year)
        if year and some(True, False):
            relative.born_on = date(year, some(1, 11, 12), some(1, 22, 23, 24))
        relative.save()
        Kinship.objects.create(child=child, relative=relative, relation=relation)
        if some(True, False):
            known = {"from_known": some(True, False), "place": some("", "广东省")}
            Absence.objects.create(relative=relative, from_on=some(date(2025, 1, 1), TODAY), until_on=ended(), **known)
        if some(True, False, False):
            kind = some("dead", "ill")
            Situation.objects.create(relative=relative, kind=kind, from_on=date(2025, 1, 1), until_on=ended())
        if some(True, False, False):
            papers = {
                name: some(None, TODAY) for name in ("agreement_signed_on", "school_notified_on", "village_notified_on")
            }
            since, term = date(2025, 1, 1), some(None, date(2026, 1, 1), TODAY)
            Entrustment.objects.create(
                child=child, relative=relative, from_on=since, until_on=ended(), term_until_on=term, **papers
            )
    if some(True, False):
        for day in rng.sample([date(2026, 1, 1), date(2026, 2, 1)], k=rng.randint(1, 2)):
            value, outranked = some("0", "1", "2", "9"), some(True, False, False)
            Declaration.objects.create(
                child=child, value=value, outranked=outranked, declared_on=day, organization=cast.school
            )
    for model, values in (
        (Schooling, {"kind": some("before", "dropout", "out", "vocational")}),
        (Disability, {"kind": "4", "level": some("", "1")}),
        (GuardianshipRating, {"rating": "good", "assessed_by": "某某"}),
    ):
        if some(True, False, False):
            factories.fact(model, child, by=cast.clerk, **values)
    return child


def test_sql_and_memory_say_the_same(cast):
    rng = random.Random(4)  # noqa: S311
    with access.everyone("test"):
        Child.objects.all().delete()
        pictures = {child.pk: picture_of(child, TODAY) for child in [an_archive(rng, cast) for _n in range(ARCHIVES)]}
        for key, condition in HAND.items():
            by_sql = set(with_gap(Child.objects.all(), key, TODAY).values_list("pk", flat=True))
            in_memory = {pk for pk, picture in pictures.items() if condition(picture, TODAY)}
            assert in_memory == by_sql, key
            assert by_sql, f"no archive has {key}: the comparison says nothing"
            assert len(by_sql) < ARCHIVES, key


def test_every_check_in_memory_is_a_check():
    assert set(HAND) < set(CHECKS)
