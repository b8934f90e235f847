"""What a row says about the dated facts of an archive (children/facts) and about the care: cells that hold several words,
a word and a level, a yes and a day. Pure; what it means beside the archive is for dated.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from caseworks import codelists
from caseworks.codelists import CodeList
from caseworks.exchange import values
from caseworks.exchange.problems import Problem
from caseworks.exchange.values import Cell, Problems

Fields = dict[str, Any]

NEEDS = {
    "need_living": "living",
    "need_medical": "medical",
    "need_schooling": "schooling",
    "need_rehabilitation": "rehabilitation",
    "need_care": "care",
    "need_housing": "housing",
    "need_psychology": "psychology",
}
FACETS = {f"facet_{entry.code}": entry.code for entry in codelists.FACET}
_SEVERAL = {"hardship": codelists.HARDSHIP, "relief": codelists.RELIEF}
_CARE_DAYS = {
    "care_since": "from_on",
    "agreement": "agreement_signed_on",
    "school_told": "school_notified_on",
    "village_told": "village_notified_on",
}
# which columns speak of which kind of fact
_TABLES = {
    "disability": ("disability", "disability_level", "disability_certificate"),
    "illness": ("illness",),
    "schooling": ("schooling", "school_class"),
    "rating": ("guardianship",),
    "hardship": ("hardship",),
    "relief": ("relief",),
    "livelihood": ("income", "income_yuan"),
    "need": tuple(NEEDS),
    "facet": tuple(FACETS),
}
_LEVEL = re.compile(r"^(?P<kind>.*?)[(]?(?P<level>(?:[一二三四1-4]|I{1,3}|IV)级)[)]?$")
_NOT_DISABLED = {"否", "无残疾", "健康", "正常", "没有", "非残疾"}
_NOT_ILL = {"否", "健康", "正常", "无病", "无疾病", "无重大疾病"}


@dataclass(slots=True)
class Stated:
    """What a row says of one kind of fact: the field it stands in, the values of each row that holds, and their day if
    the sheet gives one. No rows: the sheet says that nothing of the kind holds any more."""

    table: str
    key: str
    rows: list[Fields]
    on: date | None = None


@dataclass
class StatedReader:
    """Reads the dated facts from the rows of one sheet. `office` is who judged, where a sheet rates the guardianship."""

    keys: Sequence[str]
    on: date
    office: str
    _memory: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        have = set(self.keys)
        self.tables = frozenset(table for table, keys in _TABLES.items() if have.intersection(keys))
        readers: dict[str, Callable[..., Stated | None]] = {
            "disability": self._disability,
            "illness": self._illness,
            "schooling": self._schooling,
            "rating": self._rating,
            "hardship": lambda have, problems: self._several("hardship", have, problems),
            "relief": lambda have, problems: self._several("relief", have, problems),
            "livelihood": self._livelihood,
            "need": self._needs,
            "facet": self._facets,
        }
        self._readers = [reader for table, reader in readers.items() if table in self.tables]
        self._care_keys = [key for key in ("care_reason", "care_term", *_CARE_DAYS) if key in have]

    def read(self, have: Mapping[str, Cell], problems: Problems) -> tuple[list[Stated], Fields]:
        """The facts of a row, and what it says of the entrusted care."""
        found = [stated for reader in self._readers if (stated := reader(have, problems)) is not None]
        care = self._care(have, problems) if self._care_keys else {}
        return found, care

    # --- words ---

    def _codes(self, codelist: CodeList, key: str, cell: Cell, problems: Problems) -> list[str]:
        """The codes of the words in a cell; those that are unknown are left out with a warning each."""
        written = cell[0] if isinstance(cell[0], str) else None
        if written is not None and (known := self._memory.get((key, written))) is not None:
            return known
        before = len(problems)
        found: list[str] = []
        for word in values.several(cell, codelist):
            entry = values.found(codelist, word)
            if entry is None:
                problems.append(values.not_a_word(codelist, cell[1], word))
            elif entry.code not in found:
                found.append(entry.code)
        if "none" in found and len(found) > 1:
            found.remove("none")
        if written is not None and len(problems) == before:
            self._memory[key, written] = found
        return found

    def _several(self, table: str, have: Mapping[str, Cell], problems: Problems) -> Stated | None:
        cell = have.get(table)
        codes = self._codes(_SEVERAL[table], table, cell, problems) if cell else []
        return Stated(table, table, [{"kind": code} for code in codes]) if codes else None

    # --- health ---

    def _disability(self, have: Mapping[str, Cell], problems: Problems) -> Stated | None:
        level = values.coded(codelists.DISABILITY_LEVEL, have.get("disability_level"), problems)
        certificate = values.words(have.get("disability_certificate"))[:30]
        rows: list[Fields] = []
        cell = have.get("disability")
        if cell is not None:
            for word in values.several(cell, codelists.DISABILITY):
                if word in _NOT_DISABLED or word == "无":
                    continue
                split = _LEVEL.match(word)
                entry = values.found(codelists.DISABILITY, split["kind"] if split else word)
                if entry is None:
                    problems.append(values.not_a_word(codelists.DISABILITY, cell[1], word))
                    continue
                own = codelists.DISABILITY_LEVEL.find(split["level"]) if split else None
                rows.append({"kind": entry.code, "level": own.code if own else level, "certificate": ""})
        if rows:
            rows[0]["certificate"] = certificate
            return Stated("disability", "disability", rows)
        for key, value in (("disability_level", level), ("disability_certificate", certificate)):
            if value:
                problems.append(Problem("alone", have[key][1], {"value": values.words(have[key])[:30]}))
        return None

    def _illness(self, have: Mapping[str, Cell], problems: Problems) -> Stated | None:
        cell = have.get("illness")
        if cell is None:
            return None
        rows: dict[str, list[str]] = {}
        for word in values.several(cell, codelists.ILLNESS):
            entry = codelists.ILLNESS["none"] if word in _NOT_ILL else values.found(codelists.ILLNESS, word)
            rows.setdefault(entry.code if entry else "other", []).extend([] if entry else [word])
        if len(rows) > 1:
            rows.pop("none", None)
        found = [{"kind": kind, "name": "、".join(named)[:60]} for kind, named in rows.items()]
        return Stated("illness", "illness", found) if found else None

    # --- school ---

    def _schooling(self, have: Mapping[str, Cell], problems: Problems) -> Stated | None:
        code = values.coded(codelists.SCHOOLING, have.get("schooling"), problems)
        if not code and (cell := have.get("school_class")):  # 未入园 and 辍学 stand where the school would
            entry = codelists.STATED_SCHOOLING.find(values.words(cell).replace(" ", ""))
            code = entry.code if entry else ""
        if not code:
            return None
        # kindergarten to upper secondary follow from the enrolment: nothing else is stated any more
        return Stated("schooling", "schooling", [{"kind": code}] if code in codelists.STATED_SCHOOLING else [])

    # --- care and means ---

    def _rating(self, have: Mapping[str, Cell], problems: Problems) -> Stated | None:
        code = values.coded(codelists.GUARDIANSHIP, have.get("guardianship"), problems)
        on = values.past_day(have["assessed_on"], self.on, problems) if "assessed_on" in have else None
        if not code:
            return None
        return Stated("rating", "guardianship", [{"rating": code, "assessed_by": self.office[:72]}], on)

    def _livelihood(self, have: Mapping[str, Cell], problems: Problems) -> Stated | None:
        row: Fields = {}
        if cell := have.get("income"):
            told = self._codes(codelists.INCOME, "income", cell, problems)
            if told:
                row["sources"] = [entry.code for entry in codelists.INCOME if entry.code in told]
        if cell := have.get("income_yuan"):
            yuan = values.yuan(cell, problems)
            if yuan is not None:
                row["yuan_a_year"] = yuan
        return Stated("livelihood", "income" if "sources" in row else "income_yuan", [row]) if row else None

    def _needs(self, have: Mapping[str, Cell], problems: Problems) -> Stated | None:
        rows = []
        for key, area in NEEDS.items():
            if (cell := have.get(key)) and (state := values.coded(codelists.NEED_STATE, cell, problems)):
                rows.append({"kind": area, "state": state})
        return Stated("need", "need", rows) if rows else None

    def _facets(self, have: Mapping[str, Cell], problems: Problems) -> Stated | None:
        rows = []
        for key, facet in FACETS.items():
            if text := values.words(have.get(key)):
                rows.append({"facet": facet, "text": text})
        return Stated("facet", "facet", rows) if rows else None

    def _care(self, have: Mapping[str, Cell], problems: Problems) -> Fields:
        found: Fields = {}
        if reason := values.coded(codelists.ENTRUSTMENT_REASON, have.get("care_reason"), problems):
            found["reason"] = reason
        for key, name in _CARE_DAYS.items():
            if (cell := have.get(key)) and (day := values.past_day(cell, self.on, problems)):
                found[name] = day
        if (cell := have.get("care_term")) and (day := values.last_day(cell, problems)):
            found["term_until_on"] = day
        return found
