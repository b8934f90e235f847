"""A condition whose SQL is kept finds the same rows as the condition itself, wherever it stands in a query."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q

from caseworks import access
from caseworks.conditions import Holds, _text
from children.models import Child, Enrolment
from guardians.definitions import DEFINITIONS
from guardians.gaps import CHECKS
from tests import factories

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 23)
WIDE = DEFINITIONS["wide"]
CONDITIONS = {
    **{key: check.condition for key, check in CHECKS.items()},
    **{f"definition {key}": entry.is_counted for key, entry in DEFINITIONS.items()},
}


@pytest.fixture
def two(cast) -> set[object]:
    """Two siblings whose mother is away, among children about whom nothing is known."""
    factories.child("周空", school=cast.school, village=cast.village)
    return {cast.child.pk, cast.sibling.pk}


# each asks for the children of whom the condition holds, or does not
PLACES = {
    "filter": Child.objects.filter,
    "filter with more": lambda holds: Child.objects.filter(holds, Q(closed_on__isnull=True) | Q(sex="9")),
    "or": lambda holds: Child.objects.filter(Q(holds) | Q(name="nobody")),
    "not not": lambda holds: Child.objects.exclude(~Q(holds)),
    "annotated": lambda holds: Child.objects.annotate(found=holds).filter(found=True),
    "in": lambda holds: Child.objects.filter(pk__in=Child.objects.filter(holds).values("pk")),
    "in, twice": lambda holds: Child.objects.filter(
        pk__in=Child.objects.filter(holds, pk__in=Child.objects.filter(holds).values("pk")).values("pk")
    ),
    "in of another table": lambda holds: Child.objects.filter(
        pk__in=Enrolment.objects.filter(child__in=Child.objects.filter(holds)).values("child")
    ),
    "exists": lambda holds: Child.objects.filter(Exists(Child.objects.filter(holds, pk=OuterRef("pk")))),
    "exists in exists": lambda holds: Child.objects.filter(
        Exists(
            Enrolment.objects.filter(Exists(Child.objects.filter(holds, pk=OuterRef("child"))), child=OuterRef("pk"))
        )
    ),
    "union": lambda holds: Child.objects.filter(holds).union(Child.objects.filter(holds)),
    "combined": lambda holds: Child.objects.filter(holds) | Child.objects.none(),
    "sliced": lambda holds: Child.objects.filter(
        pk__in=list(Child.objects.filter(holds).values_list("pk", flat=True)[:9])
    ),
    "grouped": lambda holds: Child.objects.annotate(n=Count("enrolments")).filter(holds, n__gte=1),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_kept_condition_finds_what_the_condition_finds(place, two, cast):
    with access.scope(cast.officer, today=ON):
        kept = {child.pk for child in PLACES[place](Holds(Child, WIDE.is_counted, ON))}
        plain = {child.pk for child in Child.objects.filter(WIDE.is_counted(ON))}
    assert kept == plain == two


@pytest.mark.parametrize("key", CONDITIONS)
def test_what_a_condition_says_is_the_same_whoever_asks(key):
    """Written outside any scope: a condition that asked a scoped table would raise here, and keep one person's scope."""
    _text.cache_clear()
    assert access.acting() is None
    assert _text(Child, CONDITIONS[key], ON).for_rows("children_child", connection)


def test_a_day_has_a_text_of_its_own(two, cast):
    with access.scope(cast.officer, today=ON):
        for day, found in ((ON, 2), (date(2025, 2, 16), 0), (ON, 2)):  # the mother left on the 17th
            assert Child.objects.filter(Holds(Child, WIDE.is_counted, day)).count() == found
