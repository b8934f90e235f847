"""The dated facts of a row against those the archive has: the same value is no news, another one begins on the day of the
roster, and the one before ends then. What a sheet lists of a kind (救助, 困境, 残疾) is all that holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from caseworks import codelists
from caseworks.exchange.archives import Archive
from caseworks.exchange.facts import Facts
from caseworks.exchange.problems import Problem
from caseworks.exchange.stated import FACETS, NEEDS, Fields, Stated
from caseworks.exchange.work import Change, Work

if TYPE_CHECKING:
    from caseworks.exchange.plan import Planner

# a row of these says nothing of the others of its kind
_EACH_ALONE = frozenset({"need"})
_KEY_OF = {("need", area): key for key, area in NEEDS.items()} | {
    ("facet", facet): key for key, facet in FACETS.items()
}
_SEPARATOR = "、"


def _disability(row: Any) -> str:
    return codelists.DISABILITY.zh(row["kind"]) + codelists.DISABILITY_LEVEL.zh(row["level"])


_WORDS: dict[str, Callable[[Fields], str]] = {
    "disability": _disability,
    "illness": lambda row: row["name"] or codelists.ILLNESS.zh(row["kind"]),
    "schooling": lambda row: codelists.SCHOOLING.zh(row["kind"]),
    "hardship": lambda row: codelists.HARDSHIP.zh(row["kind"]),
    "relief": lambda row: codelists.RELIEF.zh(row["kind"]),
    "need": lambda row: codelists.NEED_STATE.zh(row["state"]),
    "rating": lambda row: codelists.GUARDIANSHIP.zh(row["rating"]),
    "facet": lambda row: row["text"],
    "livelihood": lambda row: _SEPARATOR.join(
        [*map(codelists.INCOME.zh, row["sources"]), *([f"{row['yuan_a_year']}元"] if row["yuan_a_year"] else [])]
    ),
}
_FIELDS = {
    "disability": ("kind", "level", "certificate"),
    "illness": ("kind", "name"),
    "schooling": ("kind",),
    "hardship": ("kind",),
    "relief": ("kind",),
    "need": ("kind", "state"),
    "rating": ("rating",),
    "facet": ("facet", "text"),
    "livelihood": ("sources", "yuan_a_year"),
}


def words(table: str, rows: Sequence[Any]) -> str:
    """Rows of a kind, or their values, in the words of a sheet."""
    return _SEPARATOR.join(
        _WORDS[table](row if isinstance(row, dict) else {name: getattr(row, name) for name in _FIELDS[table]})
        for row in rows
    )


class DatedPlan:
    """Plans the dated facts of one row."""

    def __init__(
        self,
        planner: Planner,
        facts: Facts,
        archive: Archive | None,
        work: Work,
        changes: list[Change],
        problems: list[Problem],
    ) -> None:
        self.planner, self.facts, self.archive = planner, facts, archive
        self.work, self.changes, self.problems = work, changes, problems

    def run(self) -> None:
        for stated in self.facts.stated:
            known: list[Any] = self.archive.facts.get(stated.table, []) if self.archive else []
            if stated.table == "facet":
                for row in stated.rows:
                    self._latest(stated, row, [each for each in known if each.facet == row["facet"]])
            elif stated.table in {"rating", "livelihood"}:
                self._latest(stated, stated.rows[0], known)
            else:
                self._lasting(stated, known)

    def _note(self, stated: Stated, before: Sequence[Any], after: Sequence[Any]) -> None:
        single = (after or before)[0]
        name = str(single.get("kind") or single.get("facet") or "") if isinstance(single, dict) else ""
        key = _KEY_OF.get((stated.table, name), stated.key)
        self.changes.append((key, words(stated.table, before), words(stated.table, after)))

    def _is_newer(self, stated: Stated, days: Collection[date], on: date) -> bool:
        """True, with a warning, if the archive knows something later than the roster."""
        later = max((day for day in days if day > on), default=None)
        if later is not None:
            column = self.facts.columns.get(stated.key)
            self.problems.append(Problem("newer", column, {"date": later.isoformat()}))
        return later is not None

    def _make(self, table: str, **fields: Any) -> None:
        self.work.make(table, recorded_by_id=self.planner.by, **fields)

    # --- facts that hold from a day until a day ---

    def _lasting(self, stated: Stated, known: Sequence[Any]) -> None:
        on, told = self.work.on, {row["kind"]: row for row in stated.rows}
        fresh = [row for kind, row in told.items() if kind not in {each.kind for each in known}]
        others = () if stated.table in _EACH_ALONE else [each for each in known if each.kind not in told]
        filled: list[tuple[Any, Fields]] = []
        replaced: list[tuple[Any, Fields]] = []
        for each in known:
            row = told.get(each.kind, {})
            differing = {name: value for name, value in row.items() if value and getattr(each, name) != value}
            if differing:
                amends = each.from_on == on or all(not getattr(each, name) for name in differing)
                (filled if amends else replaced).append((each, differing))
        if not (fresh or others or filled or replaced):
            return
        if self._is_newer(stated, [each.from_on for each in (*others, *(row for row, _new in replaced))], on):
            return
        for each, differing in filled:
            self.work.amend(stated.table, each, differing)
        for each in (*others, *(row for row, _new in replaced)):
            self.work.end(stated.table, each)
        for each, differing in replaced:
            kept = {name: getattr(each, name) for name in _FIELDS[stated.table]}
            self._make(stated.table, from_on=on, **(kept | differing))
        for row in fresh:
            self._make(stated.table, from_on=on, **row)
        if stated.table in _EACH_ALONE:
            for area, row in told.items():
                before = [each for each in known if each.kind == area]
                if not before or words(stated.table, before) != words(stated.table, [row]):
                    self._note(stated, before, [row])
            return
        after = [
            {name: row.get(name) or getattr(before, name, "") for name in _FIELDS[stated.table]}
            for kind, row in told.items()
            for before in [next((each for each in known if each.kind == kind), None)]
        ]
        self._note(stated, known, after)

    # --- facts of a day, of which the latest counts ---

    def _latest(self, stated: Stated, row: Fields, known: Sequence[Any]) -> None:
        on = max(stated.on or self.work.on, self.facts.child["born_on"])
        last = known[-1] if known else None
        row = dict(row)
        if stated.table == "livelihood":
            row = {"sources": last.sources if last else [], "yuan_a_year": last.yuan_a_year if last else None} | row
            if not row["sources"]:
                column = self.facts.columns.get("income_yuan")
                self.problems.append(Problem("alone", column, {"value": f"{row['yuan_a_year']}元"}))
                return
        compared = _FIELDS[stated.table]
        if last is not None:
            if all(getattr(last, name) == row[name] for name in compared):
                return
            if self._is_newer(stated, [last.day], on):
                return
        self._note(stated, [last] if last else [], [row])
        if last is not None and last.day == on:
            self.work.amend(stated.table, last, {name: row[name] for name in compared})
            return
        self._make(stated.table, **row, **{_day_field(stated.table): on})


def _day_field(table: str) -> str:
    return {"rating": "assessed_on", "livelihood": "known_on", "facet": "noted_on"}[table]
