"""The sheet of the children list is read in plain values: each column says there what it says on the page."""

from __future__ import annotations

from datetime import date

import pytest

from caseworks import access
from caseworks.listed import Listed
from children.models import Child, Enrolment
from children.views.columns import COLUMNS
from children.views.lines import lines
from children.views.list_sheet import SAID, Some, cells
from guardians.definitions import DEFINITIONS
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
BESIDES = {"name", "carer_is"}  # the sheet says these in columns of their own


@pytest.fixture
def odd(cast):
    """Children with everything recorded, with next to nothing, born on 29 February, moved, with two carers in turn."""
    places = {"school": cast.school, "village": cast.village}
    whole = factories.child("张全", **places, sex="2", born_on=date(2012, 2, 29))
    father = factories.relative(whole, relation="51", name="张父")
    mother = factories.relative(whole, relation="52", name="张母")
    factories.absence(father)
    factories.absence(mother, place="")
    grandmother = factories.relative(whole, relation="62", name="张奶奶")
    neighbour = factories.relative(whole, relation="99", name="老邻居")
    factories.entrustment(whole, neighbour, from_on=date(2024, 1, 1), until_on=date(2025, 1, 1))
    factories.entrustment(whole, grandmother, from_on=date(2025, 1, 1))
    for name in ("李老师", "王老师"):
        factories.pairing(factories.mentor(cast.school, name=name), whole)
    factories.contact(whole, by=cast.caseworker, place=cast.village, held_on=date(2026, 3, 4))
    factories.contact(whole, by=cast.caseworker, place=cast.village, held_on=date(2026, 5, 6), reached=False)
    factories.child("李空", village=cast.village, id_number="", registration="", sex="")
    back = factories.child("王回", **places)
    factories.absence(factories.relative(back, relation="51"), until_on=date(2026, 1, 1))
    with access.everyone("test"):
        Enrolment.objects.filter(child=back).update(until_on=date(2026, 9, 1))
        Enrolment.objects.create(child=back, school=cast.school, from_on=date(2026, 9, 1), boarding="2")
    return cast


def test_every_column_of_the_page_has_one_in_the_sheet():
    assert set(SAID) == set(COLUMNS) | BESIDES


def _as_the_sheet_says(value):
    if value is None or isinstance(value, bool):
        return {None: "", True: "是", False: "否"}[value]
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("definition", ["wide", "civil"])
def test_a_column_says_in_the_sheet_what_it_says_on_the_page(odd, definition):
    used, keys = DEFINITIONS[definition], list(COLUMNS)
    with access.scope(odd.officer, today=TODAY):
        found = Child.objects.live().in_name_order()
        page = lines(list(found), used, TODAY)
        sheet = list(cells(found, ["name", "carer_is", *keys], used, TODAY, Listed()))
    said = [
        [line.child.name, line.carer_is, *(_as_the_sheet_says(COLUMNS[key].fact(line)) for key in keys)]
        for line in page
    ]
    assert len(sheet) >= 3
    assert [dict(zip(keys, row[2:], strict=True)) for row in sheet] == [
        dict(zip(keys, row[2:], strict=True)) for row in said
    ]
    assert [list(row[:2]) for row in sheet] == [row[:2] for row in said]


def test_what_is_read_in_several_pieces_reads_the_same(odd, monkeypatch):
    keys = list(SAID)
    with access.scope(odd.officer, today=TODAY):
        found = Child.objects.live().in_name_order()
        whole = list(cells(found, keys, DEFINITIONS["wide"], TODAY, Listed()))
        monkeypatch.setattr("children.views.list_sheet.CHUNK", 1)
        assert list(cells(found, keys, DEFINITIONS["wide"], TODAY, Listed())) == whole


def test_who_acts_decides_who_is_read(odd):
    with access.scope(odd.stranger, today=TODAY):
        rows = list(Child.objects.live().in_name_order().values_list("pk"))
        assert [name for (name,) in cells(Child.objects.live(), ["name"], DEFINITIONS["wide"], TODAY, Listed())] == [
            "单云飞"
        ]
    with access.scope(odd.officer, today=TODAY):
        some = Some([(str(rows[0][0]).replace("-", ""),)], DEFINITIONS["wide"], TODAY)
        assert not any((some.schools, some.villages, some.counted, some.carers, some.away))
