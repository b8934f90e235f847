"""Every figure of a report: asked of its indicators, or read from what was counted before."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from caseworks.reports import wording
from caseworks.reports.completeness import LACKING, lacking
from caseworks.reports.document import SHARE, Figure
from caseworks.reports.indicators import INDICATORS, Slice, Tally
from caseworks.reports.question import Question
from caseworks.reports.splits import Split

SHARES_DIGITS = 1
SLICED = {"pupils", "left_behind", "mentors", "contacts", "child_contacts", "people_contacted"}  # by the annual report

Pair = tuple[int, int | None]  # this year, the year before


class OutdatedError(LookupError):
    """Figures counted before do not answer what is asked today: a school was opened since, or the report was changed."""


class Figures:
    """Every figure of a question and of the same question a year before; each indicator is asked once a year.

    What was asked is remembered (`as_data`), so that a report counted once can be shown again without counting: with
    `kept`, nothing is counted. Raises OutdatedError for a figure that is not among the kept ones.
    """

    def __init__(self, question: Question, kept: dict[str, Any] | None = None) -> None:
        self._questions = (question, question.a_year_before())
        self._tallies: dict[str, tuple[Tally, Tally]] = {}
        self._is_kept = kept is not None
        self._pairs: dict[str, Pair] = {
            key: (now, before) for key, (now, before) in (kept or {}).get("pairs", {}).items()
        }
        self._cells: dict[str, list[dict[str, int]]] = dict((kept or {}).get("cells", {}))

    def as_data(self) -> dict[str, Any]:
        """All that was asked, to be kept."""
        return {"pairs": self._pairs, "cells": self._cells}

    def _tally(self, key: str) -> tuple[Tally, Tally]:
        """The counts of this year and of the year before, in all their slices."""
        if key not in self._tallies:
            this, last = (INDICATORS[key].tally(question) for question in self._questions)
            self._tallies[key] = this, last
        return self._tallies[key]

    def _pair(self, key: str, slice_: Slice) -> Pair:
        """A figure of this year and of the year before; one that is never sliced is only counted."""
        asked = f"{key}?{urlencode(sorted((split, ','.join(cells)) for split, cells in slice_.items()))}"
        if asked not in self._pairs:
            if self._is_kept:
                raise OutdatedError(asked)
            if key in LACKING:
                self._count_lacking()
                return self._pairs[asked]
            if slice_ or key in SLICED:
                now, before = (tally.count(slice_) for tally in self._tally(key))
            else:
                now, before = (INDICATORS[key].value(question) for question in self._questions)
            self._pairs[asked] = now, before
        return self._pairs[asked]

    def _count_lacking(self) -> None:
        """What the archives lack, all checks in one query. Nobody knows what they lacked a year ago: half of it has no date."""
        self._pairs |= {f"{key}?": (number, None) for key, number in lacking(self._questions[0]).items()}

    def _both(self, key: str, split: str) -> list[dict[str, int]]:
        """The counts in the cells of a split, of this year and of the year before."""
        asked = f"{key}/{split}"
        if asked not in self._cells:
            if self._is_kept:
                raise OutdatedError(asked)
            self._cells[asked] = [dict(tally.cells(split)) for tally in self._tally(key)]
        return self._cells[asked]

    def counts(self, key: str, split: str) -> dict[str, int]:
        """This year's counts in the cells of a split."""
        return self._both(key, split)[0]

    def cells(self, key: str, split: Split) -> list[str]:
        """The cells of a split that a table needs for this year and the year before to add up."""
        either: Counter[str] = Counter()
        for counts in self._both(key, split.key):
            either.update(counts)
        return split.in_order(either)

    def cell(self, key: str, **cells: str | tuple[str, ...]) -> Figure:
        """A cell of a split, in a sentence that lists them all: not repeated in the margin."""
        return replace(self.get(key, "exact", **cells), noted=False)

    def get(self, key: str, shown: str = "exact", **cells: str | tuple[str, ...]) -> Figure:
        """A figure, or a slice of it: `get("left_behind", sex="1")`."""
        slice_ = _slice(cells)
        now, before = self._pair(key, slice_)
        return Figure(INDICATORS.get(key) or LACKING[key], slice_, now, before, shown)

    def share(self, key: str, of: Figure, **cells: str | tuple[str, ...]) -> Figure:
        """A slice as a share of another figure, in percent."""
        part = self.get(key, SHARE, **cells)
        return as_share(
            part,
            wording.percent(part.value, of.value, SHARES_DIGITS),
            wording.percent(part.before or 0, of.before or 0, SHARES_DIGITS),
        )


def _slice(cells: dict[str, str | tuple[str, ...]]) -> Slice:
    return {key: (cell,) if isinstance(cell, str) else cell for key, cell in cells.items()}


def as_share(figure: Figure, share: Any, share_before: Any = None) -> Figure:
    """The figure written as a share, beside the figure itself."""
    return replace(figure, shown=SHARE, share=share, share_before=share_before, noted=False)
