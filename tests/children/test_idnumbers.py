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


@pytest.mark.parametrize(
    "written",
    ["11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ", "'11010519491231002X",
     "110105-19491231-002X", "\ufeff11010519491231002X", "‘11010519491231002X’"],
)  # fmt: skip
def test_however_it_is_written_it_is_the_same_number(written):
    assert idnumbers.clean(written) == "11010519491231002X"
    assert idnumbers.read(written).fault == ""


@pytest.mark.parametrize("number", ["5.00381E+17", "5.0038E17", "5e+17", "500116201403024e5"])
def test_a_number_that_excel_rounded(number):
    assert idnumbers.read(number).fault == "scientific"


@pytest.mark.parametrize(
    "number", ["", "1", "1101051949123100", "110105194912310020X", "X10105194912310021", "无", "440524800101001"]
)
def test_what_is_no_number_at_all(number):
    reading = idnumbers.read(number)
    assert (reading.fault, reading.born_on, reading.sex) == ("shape", None, "")


@pytest.mark.parametrize(
    ("born", "fault"),
    [("20240229", "check"), ("20230229", "date"), ("20000229", "check"), ("19000229", "date"), ("20241301", "date"),
     ("20240431", "date"), ("20240000", "date")],
)  # fmt: skip
def test_29_february_exists_in_leap_years_only(born, fault):
    number = next(
        candidate
        for digit in "01"
        if (candidate := f"500116{born}001{digit}") and idnumbers.read(candidate).fault == fault
    )
    assert (idnumbers.read(number).born_on is None) == (fault == "date")
