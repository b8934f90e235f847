"""What must never be false is kept by the database itself."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from tests import factories
from visits.models import ContactChild, ContactRule, Counterpart, Mentor, Pairing

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(cast, as_everyone):
    return factories.contact(
        cast.child, by=cast.caseworker, place=cast.village, met=(("carer", cast.grandmother), ("child", None))
    )


BROKEN = {
    "a_child_once_per_contact": lambda cast, contact: ContactChild.objects.create(contact=contact, child=cast.child),
    "a_relative_once_per_contact": lambda cast, contact: Counterpart.objects.create(
        contact=contact, kind="relative", relative=cast.grandmother
    ),
    "one_open_pairing_per_mentor_and_child": lambda cast, contact: Pairing.objects.create(
        mentor=cast.pairing.mentor, child=cast.child, from_on=date(2026, 1, 1)
    ),
    "pairing_ends_after_it_begins": lambda cast, contact: Pairing.objects.update(until_on=date(2025, 8, 31)),
    "mentor_ends_after_they_begin": lambda cast, contact: Mentor.objects.update(until_on=date(2020, 8, 31)),
    "contact_rule_ends_after_it_begins": lambda cast, contact: ContactRule.objects.create(
        organization=cast.town, role="caseworker", every_days=30, from_on=date(2026, 2, 1), until_on=date(2026, 1, 1)
    ),
    "contact_rule_at_least_daily": lambda cast, contact: factories.contact_rule(cast.town, "caseworker", every_days=0),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_database_refuses(cast, contact, name):
    with pytest.raises(IntegrityError), transaction.atomic():
        BROKEN[name](cast, contact)


def test_what_looks_alike_and_is_allowed(cast, contact):
    Counterpart.objects.create(contact=contact, kind="teacher")
    Counterpart.objects.create(contact=contact, kind="teacher")
    Pairing.objects.update(until_on=date(2026, 1, 1))
    Pairing.objects.create(mentor=cast.pairing.mentor, child=cast.child, from_on=date(2026, 1, 1))
