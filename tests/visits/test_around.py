"""Who a contact may be about and with."""

from __future__ import annotations

from datetime import date

import pytest

from caseworks import access
from tests import factories
from visits.around import around

pytestmark = pytest.mark.django_db


def test_siblings_carer_parents_and_when_each_was_last_reached(cast, today):
    factories.contact(
        cast.sibling,
        by=cast.caseworker,
        place=cast.village,
        held_on=date(2026, 11, 11),
        met=(("carer", cast.grandmother),),
    )
    factories.contact(cast.child, by=cast.caseworker, place=cast.village, reached=False, met=(("mother", cast.mother),))
    with access.scope(cast.caseworker, today=today):
        found = around(cast.child, today)
    assert found.siblings == (cast.sibling,)
    grandmother, mother, father, *others = found.people
    assert (grandmother.relative, grandmother.kind, grandmother.cares, grandmother.last_on) == (
        cast.grandmother,
        "carer",
        True,
        date(2026, 11, 11),
    )
    assert (mother.relative, mother.kind, mother.away, mother.last_on) == (cast.mother, "mother", True, None)
    assert (father.relative, father.value) == (None, "father")
    assert [person.value for person in others] == ["child", "teacher", "village", "town", "other"]


def test_others_share_the_carer_or_the_address_and_are_in_scope(cast, today):
    cousin = factories.child("张小海", village=cast.village, address="5组1号")
    factories.entrustment(cousin, cast.grandmother)
    housemate = factories.child("张小河", village=cast.village, address="3组12号")
    elsewhere = factories.child("张小江", village=cast.other_village, address="3组12号")
    unseen = factories.child("张小湖", village=cast.other_village)
    factories.entrustment(unseen, cast.grandmother)
    with access.scope(cast.caseworker, today=today):
        assert set(around(cast.child, today).others) == {cousin, housemate}
    with access.scope(cast.officer, today=today):
        found = around(cast.child, today)
    assert unseen in found.others
    assert elsewhere not in found.others


def test_a_mentor_is_offered_no_child_they_are_not_paired_with(cast, today):
    with access.scope(cast.mentor, today=today):
        found = around(cast.child, today)
    assert found.children == (cast.child,)
    assert cast.grandmother in {person.relative for person in found.people}
