"""The reasons must be true: whenever a reason is given, the definition says no, and the fact named is so."""

from __future__ import annotations

from datetime import date

import pytest

from children.models import Child
from guardians.family import cared_for_by, latest_declaration, relatives_shared_with
from guardians.gaps import gaps
from guardians.household import household
from guardians.standing import report
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


def _gaps(child: Child, *, care=None, in_school=True, in_village=True) -> list[tuple[str, str]]:
    home = household(child, ON)
    found = gaps(child, home, in_school=in_school, in_village=in_village, care=care, on=ON)
    return [(gap.page.partition(":")[2], gap.field) for gap in found]


@pytest.fixture
def complete(child):
    for relation in ("51", "52"):
        factories.relative(child, relation=relation)
    return child


def test_a_complete_archive_lacks_nothing(complete):
    assert _gaps(complete) == []


def test_both_away_and_nobody_entrusted(complete):
    for kinship in complete.kinships.select_related("relative"):
        factories.absence(kinship.relative)
    assert _gaps(complete) == [("entrust", "")]
    carer = factories.relative(complete, relation="62", phone="")
    care = factories.entrustment(complete, carer, agreement_signed_on=ON)
    assert _gaps(complete, care=care) == [
        ("relative_edit", "phone"),
        ("care_edit", "school_notified_on"),
        ("care_edit", "village_notified_on"),
    ]


def test_nothing_about_the_parents(child):
    assert _gaps(child) == [("relative_add", "name")]
    father = factories.relative(child, relation="51", phone="")
    assert _gaps(child) == [("relative_edit", "phone")]
    factories.relative(child, relation="52")
    assert _gaps(child) == []
    father.situations.create(relative=father, kind="dead", from_on=date(2020, 1, 1))
    assert _gaps(child) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"id_number": ""}, [("edit", "id_number")]),
        ({"id_number": "", "registration": "3"}, []),
        ({"id_doubtful": True}, [("edit", "id_number")]),
        ({"registration": ""}, [("edit", "registration")]),
    ],
)
def test_what_the_child_itself_lacks(complete, fields, expected):
    for field, value in fields.items():
        setattr(complete, field, value)
    assert _gaps(complete) == expected


def test_no_village_and_no_school(complete):
    assert _gaps(complete, in_school=False, in_village=False) == [("settle", "village"), ("enrol", "school")]
    complete.born_on = date(2022, 1, 1)
    assert _gaps(complete, in_school=False) == []


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
