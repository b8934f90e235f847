"""Who counts as left behind: the examples of the law and of the school roll, to the day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from children.models import Child
from guardians.definitions import DEFINITIONS, definition, three_months_before
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_everyone")]
ON = date(2026, 11, 23)
LONG = date(2025, 2, 17)


def counts(child: Child, on: date = ON) -> set[str]:
    """The definitions by which the child counts on a day, asked both ways: one child, and among all."""
    one = {key for key, entry in DEFINITIONS.items() if entry.counts(child, on)}
    among = {key for key, entry in DEFINITIONS.items() if child in entry.children(Child.objects.all(), on)}
    assert one == among
    return one


@pytest.fixture
def child(db):
    return factories.child(born_on=date(2015, 5, 6))


@pytest.fixture
def father(child):
    return factories.relative(child, relation="51", name="张大山")


@pytest.fixture
def mother(child):
    return factories.relative(child, relation="52", name="王芳")


def test_a_child_with_both_parents_at_home_counts_nowhere(child, father, mother):
    assert counts(child) == set()


def test_both_parents_away(child, father, mother):
    factories.absence(father, from_on=LONG)
    factories.absence(mother, from_on=LONG)
    assert counts(child) == {"wide", "civil", "school"}


@pytest.mark.parametrize("away", ["father", "mother"])
def test_one_parent_away_and_the_other_able(child, father, mother, away):
    factories.absence({"father": father, "mother": mother}[away], from_on=LONG)
    assert counts(child) == {"wide", "school"}


@pytest.mark.parametrize("kind", ["disabled", "ill", "imprisoned", "lost", "dead", "revoked"])
def test_one_parent_away_and_the_other_unable(child, father, mother, kind):
    factories.absence(father, from_on=LONG)
    factories.situation(mother, kind=kind, from_on=LONG)
    assert counts(child) == {"wide", "civil", "school"}


def test_the_other_parent_was_unable_but_is_so_no_longer(child, father, mother):
    factories.absence(father, from_on=LONG)
    factories.situation(mother, kind="ill", from_on=LONG, until_on=ON)
    assert "civil" in counts(child, ON - timedelta(days=1))
    assert "civil" not in counts(child, ON)


def test_a_parent_away_who_is_also_ill_does_not_make_the_other_unable(child, father, mother):
    factories.absence(father, from_on=LONG)
    factories.situation(father, kind="ill", from_on=LONG)
    assert counts(child) == {"wide", "school"}


def test_step_parents_are_parents(child):
    factories.absence(factories.relative(child, relation="57"), from_on=LONG)
    factories.absence(factories.relative(child, relation="58"), from_on=LONG)
    assert counts(child) == {"wide", "civil", "school"}


def test_a_grandmother_away_leaves_nobody_behind(child, father, mother):
    factories.absence(factories.relative(child, relation="62"), from_on=LONG)
    assert counts(child) == set()


@pytest.mark.parametrize("registration", ["2", "3", "9", ""])
def test_civil_affairs_counts_rural_registration_only(father, mother, child, registration):
    Child.objects.filter(pk=child.pk).update(registration=registration)
    factories.absence(father, from_on=LONG)
    factories.absence(mother, from_on=LONG)
    assert counts(child) == {"wide", "school"}


def test_the_sixteenth_birthday_ends_civil_affairs_and_the_eighteenth_everything():
    child = factories.child(born_on=date(2010, 11, 23))
    for relation in ("51", "52"):
        factories.absence(factories.relative(child, relation=relation), from_on=date(2020, 1, 1))
    assert counts(child, date(2026, 11, 22)) == {"wide", "civil", "school"}
    assert counts(child, date(2026, 11, 23)) == {"wide", "school"}
    assert counts(child, date(2028, 11, 22)) == {"wide", "school"}
    assert counts(child, date(2028, 11, 23)) == set()


def test_a_child_born_on_29_february_has_a_birthday_on_1_march():
    child = factories.child(born_on=date(2008, 2, 29))
    factories.absence(factories.relative(child), from_on=date(2020, 1, 1))
    assert "wide" in counts(child, date(2026, 2, 28))
    assert counts(child, date(2026, 3, 1)) == set()


def test_the_school_roll_counts_from_the_day_three_months_are_full(child, father):
    factories.absence(father, from_on=date(2026, 8, 23))
    assert counts(child, date(2026, 11, 22)) == {"wide"}
    assert counts(child, date(2026, 11, 23)) == {"wide", "school"}


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 11, 23), date(2026, 8, 23)),
        (date(2026, 5, 31), date(2026, 2, 28)),
        (date(2024, 5, 30), date(2024, 2, 29)),
        (date(2026, 1, 31), date(2025, 10, 31)),
        (date(2026, 3, 1), date(2025, 12, 1)),
        (date(2026, 7, 31), date(2026, 4, 30)),
    ],
)
def test_three_months_before(day, before):
    assert three_months_before(day) == before


def test_an_absence_of_unknown_beginning_is_long_if_the_roll_says_so(cast, child, father):
    factories.absence(father, from_on=date(2026, 11, 1), from_known=False)
    assert counts(child) == {"wide"}
    factories.declaration(child, "1", cast.school, declared_on=date(2026, 11, 1))
    assert counts(child) == {"wide", "school"}


def test_a_roll_does_not_lengthen_an_absence_whose_beginning_is_known(cast, child, father):
    factories.absence(father, from_on=date(2026, 11, 1))
    factories.declaration(child, "1", cast.school, declared_on=date(2026, 11, 1))
    assert counts(child) == {"wide"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0", set()), ("1", {"wide", "school"}), ("2", {"wide", "civil", "school"}), ("9", {"wide", "school"})],
)
def test_a_child_about_whose_parents_nothing_is_known_is_judged_by_the_declaration(cast, child, value, expected):
    factories.declaration(child, value, cast.school)
    assert counts(child) == expected
    assert counts(child, date(2025, 8, 31)) == set()


def test_the_latest_declaration_counts(cast, child):
    factories.declaration(child, "2", cast.school, declared_on=date(2025, 9, 1))
    factories.declaration(child, "0", cast.school, declared_on=date(2026, 9, 1))
    assert counts(child, date(2026, 8, 31)) == {"wide", "civil", "school"}
    assert counts(child, date(2026, 9, 1)) == set()


def test_an_outranked_declaration_counts_for_nothing(cast, child):
    factories.declaration(child, "2", cast.school, outranked=True)
    assert counts(child) == set()
    factories.declaration(child, "1", cast.village, declared_on=date(2025, 3, 1))
    assert counts(child) == {"wide", "school"}


def test_facts_outrank_a_declaration(cast, child, father, mother):
    factories.declaration(child, "2", cast.school)
    assert "civil" in counts(child)
    factories.absence(father, from_on=LONG)
    assert counts(child) == {"wide", "school"}


def test_an_absence_that_ended_outranks_a_declaration_too(cast, child, father):
    factories.declaration(child, "2", cast.school)
    factories.absence(father, from_on=LONG, until_on=date(2026, 1, 20))
    assert counts(child) == set()


def test_a_past_day_is_read_as_it_was(child, father, mother):
    factories.absence(father, from_on=date(2025, 2, 17), until_on=date(2026, 1, 20))
    factories.absence(mother, from_on=date(2025, 9, 1), until_on=date(2025, 12, 1))
    assert counts(child, date(2025, 2, 16)) == set()
    assert counts(child, date(2025, 2, 17)) == {"wide"}
    assert counts(child, date(2025, 5, 17)) == {"wide", "school"}
    assert counts(child, date(2025, 9, 1)) == {"wide", "civil", "school"}
    assert counts(child, date(2025, 12, 1)) == {"wide", "school"}
    assert counts(child, date(2026, 1, 19)) == {"wide", "school"}
    assert counts(child, date(2026, 1, 20)) == set()


def test_a_child_with_two_absent_parents_counts_once(child, father, mother):
    factories.absence(father, from_on=LONG)
    factories.absence(mother, from_on=LONG)
    assert DEFINITIONS["wide"].children(Child.objects.all(), ON).count() == 1


def test_an_unknown_definition_is_the_wide_one():
    assert definition("narrow") is DEFINITIONS["wide"]
    assert definition("civil").under == 16
