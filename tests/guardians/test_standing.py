"""The reasons must be true: whenever a reason is given, the definition says no, and the fact named is so."""

from __future__ import annotations

from datetime import date

import pytest

from children.models import Child
from guardians.definitions import DEFINITIONS
from guardians.family import cared_for_by, latest_declaration, relatives_shared_with
from guardians.household import household
from guardians.standing import held, report
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_everyone")]
ON = date(2026, 11, 23)


def _because(child: Child) -> dict[str, str]:
    found = report(child, household(child, ON), latest_declaration(child, ON), ON)
    for standing in found.standings:
        assert standing.counts == standing.definition.counts(child, ON)
        assert bool(standing.because) != standing.counts
    return {standing.definition.key: standing.because for standing in found.standings}


def _facts(child: Child) -> tuple[str, ...]:
    return report(child, household(child, ON), latest_declaration(child, ON), ON).facts


@pytest.fixture
def child(db):
    return factories.child(born_on=date(2015, 5, 6))


def test_nobody_away(child):
    factories.relative(child, relation="51")
    assert set(_because(child).values()) == {"父母都没有外出"}
    assert _facts(child) == ("没有父母外出的登记。",)


def test_where_nobody_is_on_record_it_is_not_collected_and_not_no(cast, child):
    def known() -> set[bool]:
        found = report(child, household(child, ON), latest_declaration(child, ON), ON)
        return {standing.known for standing in found.standings}

    assert known() == {False}
    factories.declaration(child, "0", cast.school)
    assert known() == {True}


def test_father_away_and_mother_able(child):
    factories.absence(factories.relative(child, relation="51"), from_on=date(2025, 1, 1))
    factories.relative(child, relation="52")
    assert _because(child) == {"wide": "", "civil": "母亲没有外出，有监护能力", "school": ""}
    assert _facts(child) == ("父亲：从 2025-01-01 起在广东省东莞市务工",)


def test_both_away_and_everything_counts(child):
    for relation in ("51", "52"):
        factories.absence(factories.relative(child, relation=relation), from_on=date(2025, 1, 1))
    assert set(_because(child).values()) == {""}


def test_away_a_short_while_or_since_when_is_not_known(child):
    father = factories.relative(child, relation="51")
    factories.absence(father, from_on=date(2026, 10, 1), from_known=False, place="")
    assert _because(child)["school"] == "外出未满三个月，或何时开始不清楚"
    assert _facts(child) == ("父亲：在地点不清楚务工，何时开始不清楚（2026-10-01 报告）",)


def test_urban_registration_and_age():
    urban = factories.child(registration="2", born_on=date(2015, 5, 6))
    grown = factories.child(born_on=date(2010, 11, 23))
    adult = factories.child(born_on=date(2008, 11, 23))
    for child in (urban, grown, adult):
        for relation in ("51", "52"):
            factories.absence(factories.relative(child, relation=relation))
    assert _because(urban)["civil"] == "户口性质：非农业户口"
    assert _because(grown) == {"wide": "", "civil": "已满 16 周岁", "school": ""}
    assert _because(adult) == {"wide": "已满 18 周岁", "civil": "已满 16 周岁", "school": "已满 18 周岁"}


@pytest.mark.parametrize(
    ("value", "civil", "wide"),
    [
        ("0", "申报为非留守", "申报为非留守"),
        ("1", "只申报了一方外出", ""),
        ("9", "申报时没有写明谁外出", ""),
        ("2", "", ""),
    ],
)
def test_judged_by_a_declaration(cast, child, value, civil, wide):
    factories.declaration(child, value, cast.school)
    because = _because(child)
    assert (because["civil"], because["wide"]) == (civil, wide)
    assert "石镇小学 2025-09-01 申报" in _facts(child)[0]


def test_a_declaration_outranked_by_an_absence_is_not_named(cast, child):
    factories.declaration(child, "2", cast.school)
    factories.absence(factories.relative(child, relation="51"), until_on=date(2026, 1, 1))
    assert set(_because(child).values()) == {"父母都没有外出"}
    assert _facts(child) == ("没有父母外出的登记。",)


def _since(child: Child) -> dict[str, date | None]:
    found = report(child, household(child, ON), latest_declaration(child, ON), ON)
    return {standing.definition.key: standing.since for standing in found.standings}


def test_since_when_a_child_counts_by_each_definition(child):
    father, mother = (factories.relative(child, relation=relation) for relation in ("51", "52"))
    factories.absence(father, from_on=date(2024, 2, 17))
    factories.absence(mother, from_on=date(2026, 3, 1))
    assert _since(child) == {"wide": date(2024, 2, 17), "civil": date(2026, 3, 1), "school": date(2024, 5, 17)}


def test_a_break_begins_it_anew(child):
    father = factories.relative(child, relation="51")
    factories.absence(father, from_on=date(2020, 2, 1), until_on=date(2025, 1, 10))
    factories.absence(father, from_on=date(2025, 3, 1))
    assert _since(child) == {"wide": date(2025, 3, 1), "civil": None, "school": date(2025, 6, 1)}


def test_one_parent_takes_over_from_the_other_without_a_break(child):
    father, mother = (factories.relative(child, relation=relation) for relation in ("51", "52"))
    factories.absence(father, from_on=date(2024, 2, 1), until_on=date(2025, 8, 1))
    factories.absence(mother, from_on=date(2025, 8, 1))
    assert _since(child)["wide"] == date(2024, 2, 1)


def test_the_end_of_november_and_three_months(child):
    factories.absence(factories.relative(child, relation="51"), from_on=date(2025, 11, 30))
    assert _since(child)["school"] == date(2026, 3, 1)


def test_one_away_and_the_other_unable_since_the_later_day(child):
    father, mother = (factories.relative(child, relation=relation) for relation in ("51", "52"))
    factories.absence(father, from_on=date(2024, 2, 1))
    factories.situation(mother, kind="ill", from_on=date(2026, 4, 5))
    assert _since(child)["civil"] == date(2026, 4, 5)


def test_since_a_declaration(cast, child):
    factories.declaration(child, "2", cast.school, declared_on=date(2025, 9, 12))
    assert set(_since(child).values()) == {date(2025, 9, 12)}


@pytest.mark.parametrize("declared", ["", "0", "1", "2", "9"])
@pytest.mark.parametrize("home", ["nobody", "never", "one", "both", "doubtful", "ill"])
def test_the_days_of_one_child_are_judged_as_the_figures_are(cast, child, home, declared):
    """`held` repeats the conditions in Python: it must say what the SQL says, on every day on which something turns."""
    if home != "nobody":
        father, mother = (factories.relative(child, relation=relation) for relation in ("51", "52"))
    if home in ("one", "both", "ill"):
        factories.absence(father, from_on=date(2023, 2, 1), until_on=date(2024, 2, 1))
        factories.absence(father, from_on=date(2025, 11, 30))
    if home == "both":
        factories.absence(mother, from_on=date(2024, 1, 15))
    if home == "doubtful":
        factories.absence(mother, from_on=date(2026, 10, 1), from_known=False)
    if home == "ill":
        factories.situation(mother, kind="ill", from_on=date(2023, 6, 1), until_on=date(2026, 1, 1))
    if declared:
        factories.declaration(child, declared, cast.school, declared_on=date(2025, 9, 1))
    declaration, members = latest_declaration(child, ON), household(child, ON)
    for day in {
        ON,
        date(2023, 7, 1),
        date(2024, 2, 1),
        date(2025, 9, 1),
        date(2025, 12, 1),
        date(2026, 2, 28),
        date(2026, 3, 1),
    }:
        for key, entry in DEFINITIONS.items():
            told = held(key, child, members, declaration, day) and child.age_on(day) < entry.under
            assert told == entry.counts(child, day), (key, day)


def test_children_who_share_any_relative_are_family(cast):
    assert list(relatives_shared_with(cast.child)) == [cast.sibling]
    factories.relative(cast.child, cast.neighbour, relation="61")
    assert set(relatives_shared_with(cast.child)) == {cast.sibling, cast.neighbour}
    assert list(relatives_shared_with(cast.foreigner)) == []


def test_a_carer_counts_by_what_they_are_to_this_child(cast):
    factories.relative(cast.neighbour, relation="51")
    neighbour_too = cast.grandmother
    neighbour_too.kinships.create(child=cast.neighbour, relative=neighbour_too, relation="64")
    factories.entrustment(cast.neighbour, neighbour_too)
    assert set(Child.objects.filter(cared_for_by("paternal", ON))) == {cast.child, cast.sibling}
    assert set(Child.objects.filter(cared_for_by("maternal", ON))) == {cast.neighbour}
    assert set(Child.objects.filter(cared_for_by("none", ON))) == {cast.foreigner}
