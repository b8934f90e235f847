"""A summary of one office on one day: its rows, its total, and what does not foot."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from caseworks.reports import wording
from caseworks.reports.document import SHARE, Figure
from caseworks.reports.figures import OutdatedError
from caseworks.reports.indicators import Slice, Tally
from caseworks.reports.question import Question
from caseworks.reports.splits import BLANK
from caseworks.reports.summary.columns import (
    BY_AREA,
    CHILDREN,
    EQUALITIES,
    FIGURES,
    NATIONAL,
    OFFICIAL,
    THIRTY_TWO,
    Column,
    Equality,
)
from caseworks.reports.summary.splits import parts_of

TITLES = {OFFICIAL: "农村留守儿童基本情况汇总表", NATIONAL: "农村留守儿童基本情况排查汇总表"}
TOTAL, ELSEWHERE = "合计", "其他地方或未登记"
_DIGITS = 2


@dataclass(frozen=True)
class Line:
    """A row: its words, the office it is about (empty: none), and its figures."""

    label: str
    code: str
    cells: tuple[Figure, ...]

    def number(self, column: int) -> int:
        """The figure of a column by its number, which counts from 1."""
        return self.cells[column - 1].value


@dataclass(frozen=True)
class Mismatch:
    """An equality that a row does not keep: what both sides are, and the children who keep it from footing."""

    line: Line
    equality: Equality
    left: int
    right: int
    missing: Figure

    @property
    def by(self) -> int:
        """By how much; never less than nothing."""
        return abs(self.left - self.right)


@dataclass(frozen=True)
class Summary:
    """One of the two forms, filled."""

    kind: str
    by: str
    question: Question
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    total: Line
    mismatches: tuple[Mismatch, ...] = field(default=())
    counted_at: datetime | None = None  # if that was before

    @property
    def title(self) -> str:
        return TITLES[self.kind]

    @property
    def all_lines(self) -> tuple[Line, ...]:
        return (*self.lines, self.total)

    @property
    def groups(self) -> list[tuple[str, list[Column]]]:
        """The upper headings, each with the columns it stands over; a column that has none stands alone."""
        found: list[tuple[str, list[Column]]] = []
        for column in self.columns:
            if found and column.group and found[-1][0] == column.group:
                found[-1][1].append(column)
            else:
                found.append((column.group, [column]))
        return found


class Numbers:
    """Every number of a form. What was asked is in `asked`, so that a form counted once can be shown again: with `kept`,
    nothing is counted, and OutdatedError is raised for a number that is not among the kept ones."""

    def __init__(self, question: Question, kept: dict[str, int] | None = None) -> None:
        self.asked: dict[str, int] = dict(kept or {})
        self._question, self._is_kept = question, kept is not None
        self._tallies: dict[str, Tally] = {}

    def count(self, key: str, slice_: Slice) -> int:
        """How many of a figure lie in a slice."""
        name = f"{key}?{urlencode(sorted((split, ','.join(cells)) for split, cells in slice_.items()))}"
        if name not in self.asked:
            if self._is_kept:
                raise OutdatedError(name)
            if key not in self._tallies:
                self._tallies[key] = FIGURES[key].tally(self._question)
            self.asked[name] = self._tallies[key].count(slice_)
        return self.asked[name]


def summary(question: Question, kind: str, by: str, numbers: Numbers | None = None) -> Summary:
    """Fill a form for an office, a row for each part of it. Without `numbers` they are counted now; raises OutdatedError if
    those counted before do not answer what the form asks today."""
    columns = THIRTY_TWO if kind == OFFICIAL else BY_AREA
    numbers = numbers or Numbers(question)
    whole = numbers.count(CHILDREN, {})

    def figure(key: str, slice_: Slice, *, share: bool = False) -> Figure:
        value = numbers.count(key, slice_)
        percent = wording.percent(value, whole, _DIGITS) if share else None
        return Figure(FIGURES[key], slice_, value, 0, SHARE if share else "exact", share=percent)

    def line(label: str, code: str, place: Slice) -> Line:
        cells = (figure(column.figure, {**place, **column.slice}, share=column.share) for column in columns)
        return Line(label, code, tuple(cells))

    places = {place.code: place.name for place in parts_of(question.organization, by)}
    lines = [line(name, code, {by: (code,)}) for code, name in places.items()]
    elsewhere = line(ELSEWHERE, "", {by: (BLANK,)})
    if elsewhere.cells[0].value:
        lines.append(elsewhere)
    total = line(TOTAL, "", {})
    mismatches = []
    if kind == OFFICIAL:
        for row, place in [(total, {}), *((row, {by: (row.code or BLANK,)}) for row in lines)]:
            for equality in EQUALITIES:
                left, right = (sum(map(row.number, side)) for side in (equality.left, equality.right))
                if left != right:
                    missing = figure(CHILDREN, {**place, **equality.missing})
                    mismatches.append(Mismatch(row, equality, left, right, missing))
    return Summary(kind, by, question, columns, tuple(lines), total, tuple(mismatches))
