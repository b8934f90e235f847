"""What somebody typed reads back from a sheet as it was, whatever it looks like."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from caseworks.sheets import LONGEST_TEXT, Column, write_sheet


@pytest.fixture(autouse=True)
def _own_vault(settings, tmp_path):
    settings.VAULT = str(tmp_path / "vault")


def read_back(*rows):
    with write_sheet("页", [Column("甲"), Column("乙")], rows) as file:
        return [list(row) for row in openpyxl.load_workbook(file).active.iter_rows(min_row=2, values_only=True)]


@pytest.mark.parametrize(
    "text",
    [
        "张伟", "=1+1", "<r>甲</r>", "<r><t>甲</t></r>", "&amp;", "甲 & 乙 > 丙", '"', " 前后 ", "甲\u3000", "两\n行", "一\t格",
        "00123", "500116201401011234", "_x0041_", "😀", "甲_x", "http://x.cn", "\u00a0", "|",
    ],
)  # fmt: skip
def test_a_text_stays_the_text_it_was(text):
    [[one, two]] = read_back([text, "另一格"])
    assert (unescape(one), two) == (text, "另一格")


def test_control_characters_have_the_names_excel_gives_them():
    [[one, _two]] = read_back(["a\x00b\x1fc\r\ufffe", "x"])
    assert one == "a_x0000_b_x001F_c_x000D__xFFFE_"


def test_numbers_are_numbers_and_nothing_is_nothing():
    rows = read_back([3, Decimal("50.25")], [None, ""], [date(2026, 11, 25), True], [0, 1.5])
    assert rows == [[3, 50.25], [None, None], ["2026-11-25", "True"], [0, 1.5]]


@pytest.mark.parametrize("letter", ["甲", "😀"])
def test_a_text_too_long_for_a_cell_is_cut_where_excel_would_refuse_it(letter):
    [[one, two]] = read_back([letter * (LONGEST_TEXT + 5), "x"])
    assert len(one.encode("utf-16-le")) // 2 in (LONGEST_TEXT, LONGEST_TEXT - 1)
    assert two == "x"
