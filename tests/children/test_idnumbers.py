"""Reading citizen identity numbers (GB 11643)."""

from __future__ import annotations

from datetime import date

import pytest
from stdnum.cn import ric

from children import idnumbers
from tests import factories

# the two examples printed in GB 11643
PRINTED = ("11010519491231002X", "440524188001010014")


@pytest.mark.parametrize("number", PRINTED)
def test_the_numbers_printed_in_the_standard_have_no_fault(number):
    assert idnumbers.read(number).fault == ""
    assert idnumbers.complete(number[:17]) == number


@pytest.mark.parametrize("number", PRINTED)
def test_any_other_check_character_is_a_fault(number):
    faults = {last: idnumbers.read(number[:17] + last).fault for last in "0123456789X"}
    assert [last for last, fault in faults.items() if not fault] == [number[-1]]
    assert set(faults.values()) == {"", "check"}


def test_a_number_is_read_however_it_was_typed():
    reading = idnumbers.read(" 110105 19491231-002x ")
    assert (reading.number, reading.fault, reading.sex) == ("11010519491231002X", "", "2")
    assert reading.born_on == date(1949, 12, 31)


@pytest.mark.parametrize(
    ("number", "fault"),
    [("5.00116E+17", "scientific"), ("50011620160302", "shape"), ("500116201602300012", "date")],
)
def test_what_is_wrong_is_named(number, fault):
    assert idnumbers.read(number).fault == fault


def test_the_numbers_of_the_factories_are_right():
    assert ric.is_valid(factories.id_number(date(2015, 5, 6), "2"))
