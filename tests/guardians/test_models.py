"""What the database never lets be false about the adults."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from guardians.models import Absence, Kinship
from tests import factories

pytestmark = pytest.mark.django_db
EARLY, LATE = date(2026, 1, 1), date(2026, 2, 1)

REFUSED = {
    "the same relative twice": lambda cast: Kinship.objects.create(
        child=cast.child, relative=cast.mother, relation="58"
    ),
    "a second open absence": lambda cast: factories.absence(cast.mother, from_on=LATE),
    "an absence that ends first": lambda cast: factories.absence(cast.grandmother, from_on=LATE, until_on=EARLY),
    "a situation that ends first": lambda cast: factories.situation(cast.mother, from_on=LATE, until_on=EARLY),
    "a care that ends first": lambda cast: factories.entrustment(
        cast.child, cast.grandmother, from_on=LATE, until_on=EARLY
    ),
    "two declarations of one office on one day": lambda cast: [
        factories.declaration(cast.child, value, cast.school) for value in ("1", "2")
    ],
}


@pytest.mark.usefixtures("as_everyone")
@pytest.mark.parametrize("what", REFUSED)
def test_a_row_the_database_refuses(cast, what):
    with pytest.raises(IntegrityError), transaction.atomic():
        REFUSED[what](cast)


@pytest.mark.usefixtures("as_everyone")
def test_the_province_follows_the_place(cast):
    absence = factories.absence(cast.grandmother, place="浙江宁波")
    assert absence.province == "33"
    absence.place = "本县县城"
    absence.save()
    assert Absence.objects.get(pk=absence.pk).province == ""
