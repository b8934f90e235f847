"""Golden samples from real reports."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from caseworks.reports import wording


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"):
        yield


@pytest.mark.parametrize(
    ("exact", "worded"),
    [
        (0, "0"),
        (7, "7"),
        (10, "10"),
        (12, "10多"),
        (23, "20多"),
        (33, "30多"),
        (43, "40多"),
        (99, "90多"),
        (100, "100"),
        (120, "120"),
        (124, "120多"),
        (999, "990多"),
        (1000, "1000"),
        (2180, "2000多"),
        (3260, "3000多"),
        (5440, "5000多"),
        (13965, "13000多"),
        (120_000, "120000"),
        (123_456, "12万多"),
    ],
)
def test_numbers_are_worded_as_the_reports_word_them(exact, worded):
    assert wording.about(exact) == worded


def test_a_sum_is_worded_from_the_exact_sum():
    assert [wording.about(amount) for amount in (3260, 2180, 3260 + 2180)] == ["3000多", "2000多", "5000多"]


def test_english_has_its_own_words():
    with translation.override("en"):
        assert wording.about(124) == "more than 120"
        assert wording.number(16856) == "16,856"
    assert wording.number(16856) == "16856"


@pytest.mark.parametrize(
    ("part", "whole", "digits", "share"),
    [(12285, 16856, 1, "72.9"), (12285, 16856, 2, "72.88"), (16013, 16856, 1, "95.0"), (49, 90, 2, "54.44")],
)
def test_a_share_is_rounded_half_up(part, whole, digits, share):
    assert wording.percent(part, whole, digits) == Decimal(share)
    assert wording.with_percent_sign(wording.percent(part, whole, digits)) == f"{share}%"


def test_half_a_digit_rounds_up_not_to_even():
    assert wording.percent(1, 800) == Decimal("0.1")
    assert wording.percent(5, 1000, 0) == Decimal(1)


def test_without_a_whole_there_is_no_share():
    assert wording.percent(0, 0) is None
    assert wording.with_percent_sign(None) == "—"
    assert wording.shares([0, 0]) == [None, None]
    assert wording.shares([]) == []


@pytest.mark.parametrize(
    ("parts", "row"),
    [
        ([18999, 2404, 1451], "83.1 10.5 6.4"),
        ([9160, 10428, 3266], "40.1 45.6 14.3"),
        ([11541, 11313], "50.5 49.5"),
        ([1, 1, 1], "33.4 33.3 33.3"),
        ([0, 5], "0.0 100.0"),
    ],
)
def test_a_row_of_shares_adds_up_to_100(parts, row):
    assert " ".join(str(share) for share in wording.shares(parts)) == row


@pytest.mark.parametrize("digits", [0, 1, 2])
def test_every_row_of_shares_adds_up_and_stays_within_a_digit(digits):
    step = Decimal(1).scaleb(-digits)
    for seed in range(1, 200):
        parts = [(seed * 37 * at + at * at) % 101 for at in range(1, 9)]
        row = wording.shares(parts, digits)
        assert sum(row) == 100
        for part, share in zip(parts, row, strict=True):
            assert abs(share - Decimal(part) * 100 / sum(parts)) < step


def test_money_in_ten_thousands():
    assert wording.ten_thousands(5440) == "0.54万元"
    assert wording.ten_thousands(Decimal("125000")) == "12.50万元"
