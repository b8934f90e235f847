"""The child's own rules: ages to the day, and what the database never lets be false."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from caseworks import access
from caseworks.access import Via
from children.models import Child, Enrolment, PupilCount, Reach, Residence
from tests import factories


@pytest.mark.parametrize(
    ("born_on", "day", "age"),
    [
        (date(2014, 3, 2), date(2026, 3, 1), 11),
        (date(2014, 3, 2), date(2026, 3, 2), 12),
        (date(2012, 2, 29), date(2026, 2, 28), 13),
        (date(2012, 2, 29), date(2026, 3, 1), 14),
        (date(2012, 2, 29), date(2024, 2, 29), 12),
        (date(2026, 11, 23), date(2026, 11, 23), 0),
    ],
)
def test_age_in_full_years(born_on, day, age):
    assert Child(born_on=born_on).age_on(day) == age


@pytest.mark.django_db
@pytest.mark.usefixtures("as_everyone")
@pytest.mark.parametrize("born_on", [date(2012, 2, 29), date(2012, 2, 28), date(2012, 3, 1), date(2012, 11, 23)])
@pytest.mark.parametrize("day", [date(2026, 2, 28), date(2026, 3, 1), date(2028, 2, 29), date(2026, 11, 22)])
def test_ages_in_queries_equal_ages_of_rows(born_on, day):
    child = factories.child(born_on=born_on)
    age = child.age_on(day)
    assert list(Child.objects.aged(age, age, day)) == [child]
    assert not Child.objects.aged(age + 1, age + 1, day).exists()
    assert Child.objects.aged(0, age, day).exists()
    assert not Child.objects.aged(0, age - 1, day).exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("as_everyone")
@pytest.mark.parametrize(
    "fields",
    [
        {"id_number": "500117201403024325"},
        {"closed_on": date(2020, 8, 31), "exit_reason": "moved"},
        {"opened_on": date(2015, 5, 5)},
        {"exit_reason": "moved"},
    ],
    ids=["ID number twice", "closed before opened", "opened before birth", "exit reason of a live archive"],
)
def test_an_archive_the_database_refuses(fields):
    factories.child(id_number="500117201403024325")
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.child(**{"id_number": "", **fields})


@pytest.mark.django_db
@pytest.mark.usefixtures("as_everyone")
def test_no_id_number_and_a_closed_archive_do_not_collide():
    factories.child(id_number="")
    factories.child(id_number="")
    factories.child(id_number="500117201403024325", closed_on=date(2024, 1, 1), exit_reason="moved")
    factories.child(id_number="500117201403024325")
    assert Child.objects.count() == 4


def _places(cast):
    both = {"child": cast.child, "from_on": date(2020, 1, 1)}
    return {
        "a second open enrolment": lambda: Enrolment.objects.create(school=cast.other_school, **both),
        "a second open residence": lambda: Residence.objects.create(village=cast.other_village, **both),
        "an enrolment that ends first": lambda: Enrolment.objects.create(
            school=cast.school, until_on=date(2019, 12, 31), **both
        ),
        "a residence that ends first": lambda: Residence.objects.create(
            village=cast.village, until_on=date(2019, 12, 31), **both
        ),
        "a road twice": lambda: Reach.objects.create(child=cast.child, via=Via.ENROLMENT, path=cast.school.path),
        "a pupil count twice": lambda: [factories.pupil_count(cast.school, 10), factories.pupil_count(cast.school, 11)],
        "more rural pupils than pupils": lambda: factories.pupil_count(cast.school, 10, rural=11),
    }


@pytest.mark.parametrize(
    "what",
    [
        "a second open enrolment",
        "a second open residence",
        "an enrolment that ends first",
        "a residence that ends first",
        "a road twice",
        "a pupil count twice",
        "more rural pupils than pupils",
    ],
)
def test_a_row_the_database_refuses(cast, what):
    with access.everyone("test"), pytest.raises(IntegrityError), transaction.atomic():
        _places(cast)[what]()


def test_a_row_that_ended_makes_room_for_the_next(cast):
    with access.everyone("test"):
        Enrolment.objects.filter(child=cast.child).update(until_on=date(2026, 9, 1))
        Enrolment.objects.create(child=cast.child, school=cast.other_school, from_on=date(2026, 9, 1))
        Residence.objects.create(
            child=cast.child, village=cast.village, from_on=date(2019, 1, 1), until_on=date(2019, 1, 1)
        )
        PupilCount.objects.create(
            school=cast.school, term="2025-1", counted_on=date(2025, 9, 1), pupils=10, rural_pupils=10
        )
        assert cast.child.enrolments.count() == 2
