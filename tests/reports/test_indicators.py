"""A figure and the list behind it are the same query, in every slice; and every split adds up."""

from __future__ import annotations

from datetime import date

import pytest

from caseworks import access
from caseworks.reports.indicators import INDICATORS
from caseworks.reports.question import Question
from guardians.definitions import DEFINITIONS, both_away
from tests import factories
from tests.reports.conftest import TODAY, ask

pytestmark = pytest.mark.django_db


def figure(key, organization, *, year=2025, definition="wide", **cells):
    return INDICATORS[key].value(
        ask(organization, year=year, definition=definition), {name: (cell,) for name, cell in cells.items()}
    )


def measured(indicator, rows):
    return sum(getattr(row, indicator.summed) for row in rows) if indicator.summed else len(rows)


OFFICES = ("county", "school", "village", "bureau")


@pytest.mark.parametrize("office", OFFICES)
def test_every_number_is_the_length_of_its_list_in_every_slice(busy, as_everyone, office):
    for definition in DEFINITIONS:
        question = ask(getattr(busy, office), definition=definition)
        for indicator in INDICATORS.values():
            rows, tally = list(indicator.records(question)), indicator.tally(question)
            assert len({row.pk for row in rows}) == len(rows)
            assert measured(indicator, rows) == indicator.value(question) == tally.total
            for split in indicator.splits:
                cells = tally.cells(split.key)
                assert sum(cells.values()) == tally.total, f"{split.key} does not add up"
                listed = set(split.in_order(cells))
                assert {cell for cell, count in cells.items() if count} <= listed
                assert set(split.labels(listed)) == listed
                found = []
                for cell in listed:
                    slice_ = {split.key: (cell,)}
                    inside = list(indicator.records(question, slice_))
                    assert measured(indicator, inside) == cells.get(cell, 0) == tally.count(slice_), (split.key, cell)
                    found += [row.pk for row in inside]
                assert sorted(found) == sorted(row.pk for row in rows), f"{split.key} loses or doubles a record"


CROSSED = {
    ("age", "sex"),
    ("school", "away"),
    ("school", "sex"),
    ("how", "outcome"),
    ("whom", "how"),
    ("carer", "away"),
}


def test_two_splits_at_once_and_several_cells_at_once_agree_with_the_list(busy, as_everyone):
    question, seen = ask(busy.county), set()
    for indicator in INDICATORS.values():
        tally = indicator.tally(question)
        keys = {split.key for split in indicator.splits}
        for one, other in (pair for pair in CROSSED if keys.issuperset(pair)):
            seen.add((one, other))
            for (first, second), count in tally.by(one, other).items():
                slice_ = {one: (first,), other: (second,)}
                assert measured(indicator, indicator.records(question, slice_)) == count == tally.count(slice_)
        for split in indicator.splits:
            cells = tuple(tally.cells(split.key))
            for some in (cells[:2], cells):
                slice_ = {split.key: some}
                assert measured(indicator, indicator.records(question, slice_)) == tally.count(slice_)
    assert seen == CROSSED


def test_the_busy_world_fills_the_cells_that_matter(busy, as_everyone):
    """Without this the two tests above could pass on empty cells."""
    tally = INDICATORS["left_behind"].tally(ask(busy.county))
    filled = {key: set(tally.cells(key)) for key in ("sex", "age", "away", "carer", "destination", "boarding")}
    assert filled["sex"] == {"1", "2", "-"}
    assert filled["age"] == {"0-5", "6-13", "14-15", "16-17"}
    assert filled["away"] == {"1", "2", "-"}
    assert filled["carer"] == {"paternal", "maternal", "grandparents", "parent", "relative", "unrelated", "-"}
    assert filled["destination"] == {"44", "33", "-"}
    assert filled["boarding"] == {"1", "2", "-"}
    for key in ("mentored", "reached", "complete", "declared"):
        assert set(tally.cells(key)) == {"yes", "no"}, key


def test_a_child_of_its_school_its_village_and_a_mentor_is_one_child(cast, as_everyone):
    assert figure("left_behind", cast.county) == 2
    assert figure("left_behind", cast.school) == 2
    assert figure("left_behind", cast.village) == 2
    assert figure("left_behind", cast.bureau) == 1
    assert figure("archives", cast.county) == 3


def test_both_parents_away_means_here_what_it_means_in_the_definition(busy, as_everyone):
    for definition in DEFINITIONS:
        question = ask(busy.county, definition=definition)
        both = INDICATORS["left_behind"].records(question, {"away": ("2",)})
        expected = question.left_behind().filter(both_away(question.last))
        assert set(both) == set(expected)
        assert definition != "wide" or both.count() > 1


def test_definitions_differ_on_the_same_facts(cast, as_everyone):
    assert figure("left_behind", cast.county, definition="wide") == 2
    assert figure("left_behind", cast.county, definition="civil") == 0
    father = factories.relative(cast.child, cast.sibling, relation="51")
    factories.situation(father, kind="disabled")
    assert figure("left_behind", cast.county, definition="civil") == 2


def test_a_stock_is_what_holds_on_the_cut_off_day(cast, as_everyone):
    factories.relative(cast.neighbour, relation="51", name="李父")
    assert figure("left_behind", cast.county, year=2024) == 0
    assert figure("left_behind", cast.county, year=2025) == 2
    cast.sibling.closed_on = date(2025, 12, 31)
    cast.sibling.save()
    assert figure("left_behind", cast.county, year=2025) == 1
    assert figure("archives_closed", cast.county, year=2025) == 1
    assert figure("archives_closed", cast.county, year=2026) == 0


def test_the_current_year_ends_today_and_is_compared_with_the_same_day(cast):
    now = ask(cast.county, year=2026)
    assert (now.first, now.last) == (date(2026, 1, 1), TODAY)
    assert now.a_year_before().last == date(2025, 11, 23)
    assert ask(cast.county, year=2025).a_year_before().last == date(2024, 12, 31)
    leap = Question.of_year(cast.county, 2024, DEFINITIONS["wide"], date(2024, 2, 29))
    assert leap.a_year_before().last == date(2023, 2, 28)


@pytest.mark.parametrize("year", [-1, 0, 1999, 2027, 10**30])
def test_a_year_without_records_is_refused(cast, year):
    with pytest.raises(ValueError, match="No report"):
        ask(cast.county, year=year)


def test_only_the_latest_declared_count_up_to_the_cut_off_counts(cast):
    factories.pupil_count(cast.school, 100, term="2024-1", counted_on=date(2024, 9, 20), rural=95)
    factories.pupil_count(cast.school, 120, term="2025-1", counted_on=date(2025, 9, 20), rural=114)
    factories.pupil_count(cast.school, 999, term="2026-1", counted_on=date(2026, 9, 20))
    factories.pupil_count(cast.other_school, 80, term="2025-1")
    factories.pupil_count(cast.foreign_school, 70, term="2025-1")
    assert figure("pupils", cast.county) == 200
    assert figure("pupils", cast.county, school="baisha-school") == 80
    assert figure("rural_pupils", cast.county) == 114
    assert figure("rural_asked", cast.county) == 120
    assert figure("pupils", cast.county, year=2024) == 100
    assert figure("schools_undeclared", cast.county, year=2024) == 1
    assert figure("schools_undeclared", cast.county) == 0


def test_times_and_person_times_are_different_counts(cast, as_everyone):
    day = date(2025, 5, 5)
    both = ((cast.child, cast.sibling), (("carer", cast.grandmother), ("teacher", None)))
    factories.contact(*both[0], by=cast.caseworker, place=cast.village, held_on=day, met=both[1])
    factories.contact(
        cast.child, by=cast.caseworker, place=cast.village, kind="call", held_on=day, met=(("mother", cast.mother),)
    )
    factories.contact(cast.child, by=cast.caseworker, place=cast.village, kind="call", held_on=day, reached=False)
    factories.contact(cast.child, by=cast.mentor, place=cast.bureau, kind="talk", held_on=day)
    factories.contact(cast.child, by=cast.caseworker, place=cast.village, held_on=date(2026, 1, 1))
    assert figure("contacts", cast.town) == 3
    assert figure("contacts", cast.town, outcome="no") == 1
    assert figure("contacts", cast.county) == 4
    assert figure("child_contacts", cast.town) == 4
    assert figure("child_contacts", cast.town, how="home") == 2
    assert figure("people_contacted", cast.town) == 3
    assert figure("people_contacted", cast.town, whom="mother", how="call") == 1
    assert figure("children_reached", cast.town) == 2
    assert figure("parents_reached", cast.town) == 1
    assert figure("contacts", cast.bureau) == 1


def test_pairings_count_pairs_mentors_and_children_apart(cast, as_everyone):
    second = factories.mentor(cast.bureau, name="第二位")
    factories.pairing(second, cast.child)
    factories.pairing(second, cast.sibling)
    factories.pairing(factories.mentor(cast.bureau, name="走了"), cast.child, until_on=date(2025, 12, 31))
    for organization in (cast.bureau, cast.school, cast.county):
        assert figure("pairings", organization) == 3
        assert figure("mentors", organization) == 2
        assert figure("paired", organization) == 2
    assert figure("pairings", cast.other_county) == 0


def test_a_bureau_counts_the_pairings_of_its_own_mentors_only(cast, as_everyone):
    factories.pairing(factories.mentor(cast.school, name="班主任"), cast.child)
    assert figure("pairings", cast.bureau) == 1
    assert figure("pairings", cast.school) == 2


def test_the_scope_in_force_filters_the_records(cast):
    with access.scope(cast.stranger):
        assert figure("left_behind", cast.county) == 0
        assert figure("archives", cast.county) == 0
        assert figure("pairings", cast.county) == 0
        assert figure("paired", cast.county) == 0
    with access.scope(cast.officer):
        assert figure("left_behind", cast.county) == 2


def test_a_parent_at_home_is_the_carer_where_no_other_is_named(cast, as_everyone):
    alone = factories.child("赵一", school=cast.school)
    factories.absence(factories.relative(alone, relation="51", name="赵父"))
    assert figure("left_behind", cast.county, carer="-") == 1
    mother = factories.relative(alone, relation="52", name="赵母")
    assert figure("left_behind", cast.county, carer="parent") == 1
    factories.situation(mother, kind="lost")
    assert figure("left_behind", cast.county, carer="parent") == 0
    factories.entrustment(alone, factories.relative(alone, relation="64", name="外婆"), from_on=date(2025, 3, 1))
    assert figure("left_behind", cast.county, carer="maternal") == 1


def test_the_destination_is_the_fathers_province_else_the_mothers(cast, as_everyone):
    assert figure("left_behind", cast.county, destination="44") == 2
    father = factories.relative(cast.child, relation="51", name="张父")
    factories.absence(father, place="浙江省宁波市")
    assert figure("left_behind", cast.county, destination="33") == 1
    assert figure("left_behind", cast.county, destination="44") == 1
