"""What one cell means: dates, ID numbers, phones, names and words as people really write them. Pure; every function
returns the value and, if something is wrong, appends a Problem to the row's list."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from typing import Any

from caseworks import phones
from caseworks.codelists import Code, CodeList
from caseworks.exchange.columns import FIELDS
from caseworks.exchange.layout import text
from caseworks.exchange.problems import Problem
from children import idnumbers, names

Cell = tuple[Any, int]  # what stands there, and its column
Problems = list[Problem]

_MOBILE = re.compile(r"1[3-9]\d{9}")
_PHONE_BREAK = re.compile(r"[/、,，;；\s]+")
_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?(?:[T ].*)?")
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})[-./年]?(\d{1,2})月?")
_NAME_PHONE = re.compile(r"([^(\d]*)\(?([^)]*)\)?")
_NAMES_BREAK = re.compile(r"[、,;/|&\n]+")
_TERM_BREAK = re.compile(r"[至到~～]|--|—|(?<=[\d日])-(?=\d{4}\b)")
_YUAN = re.compile(r"(\d+(?:\.\d+)?)(万)?元?(?:/年)?左?右?")
# between words, but not inside brackets: 家庭贫困(低保、特困、脱贫监测) is one
_BREAK = re.compile(r"[、,;/|+\n]+(?![^(]*\))|\s+(?![^(]*\))")
_ENDINGS = ("户", "儿童", "家庭", "待遇", "贫困户", "对象", "情况")
MOST_YUAN = 2_000_000_000
_NONE = {"", "无", "-", "/", "\\", "—", "--", "无无", "不详", "未知", "暂无", "空", "没有"}
KEY_FIELDS = ("name", "id_number", "born_on")
YES, NO = {"是", "√", "有", "y", "yes", "1", "对", "true"}, {"否", "×", "x", "无", "n", "no", "0", "不是", "false"}
MOST_YEARS = 25
MOST_WORDS = 16
EARLIEST_YEAR = 1900
EARLIEST_SERIAL, LATEST_SERIAL = 30_000, 80_000  # of an Excel date: 1982 to 2119


def _nfkc(value: str) -> str:
    return (
        value if value.isascii() or unicodedata.is_normalized("NFKC", value) else unicodedata.normalize("NFKC", value)
    )


def words(cell: Cell | None) -> str:
    """A cell as clean words on one line; nothing for 无, - and the like."""
    if cell is None:
        return ""
    value = " ".join(_nfkc(text(cell[0])).split())
    if "\u200b" in value:
        value = value.replace("\u200b", "").strip()
    return "" if value in _NONE else value


def refusals(field: str, cell: Cell) -> Problem | None:
    """Why a cell cannot be used at all: too long, or a formula where a child is told from another."""
    value, column = cell
    limit = FIELDS[field].limit or 60
    if type(value) is str:
        if len(value) > limit and len(words(cell)) > limit:
            return Problem("too_long", column, {"length": len(value), "limit": limit})
        return None
    if isinstance(value, dict):
        if "long" in value:
            return Problem("too_long", column, {"length": value["long"], "limit": limit})
        if "formula" in value:
            if field in KEY_FIELDS:
                return Problem("formula", column)
            return refusals(field, (value["formula"], column))
    return None


def name(cell: Cell | None, problems: Problems) -> str:
    """A child's name, kept as children/names.py keeps names; what cannot be one child's name is refused."""
    return _name(cell, problems, "name_none", "name_several")


def adult_name(cell: Cell | None, problems: Problems) -> str:
    """An adult's name; what cannot be one person's name is left out with a warning."""
    return _name(cell, problems, "adult_none", "adult_several")


def _name(cell: Cell | None, problems: Problems, none: str, several: str) -> str:
    if cell is None:
        return ""
    raw = text(cell[0])
    written = names.clean(raw)
    if written[:1] in ("=", "+", "-", "@"):
        problems.append(Problem("name_formula", cell[1], {"value": written[:1]}))
        return ""
    if not written or written in _NONE:
        return ""
    key = ""
    if not any(character.isalpha() for character in written):
        key = none
    elif len([part for part in _NAMES_BREAK.split(_nfkc(raw)) if part.strip()]) > 1:
        key = several
    if key:
        problems.append(Problem(key, cell[1], {"value": written[:30]}))
        return ""
    if "?" in written:
        problems.append(Problem("name_lost", cell[1], {"value": written[:30]}))
    return written


def coded(codelist: CodeList, cell: Cell | None, problems: Problems) -> str:
    """The code of a word, "" if blank; a word the list does not know is left out with a warning."""
    word = words(cell).replace(" ", "")
    if not word:
        return ""
    entry = codelist.find(word)
    if entry is None:
        problems.append(not_a_word(codelist, cell[1], word))  # type: ignore[index]
        return ""
    return entry.code


def not_a_word(codelist: CodeList, column: int, word: str) -> Problem:
    """A word that a list does not know, with those it does."""
    known = [entry.zh for entry in codelist]
    more = "…" if len(known) > MOST_WORDS else ""
    return Problem("word", column, {"value": word[:30], "known": "、".join(known[:MOST_WORDS]) + more})


def several(cell: Cell, codelist: CodeList) -> list[str]:
    """The words of a cell that may hold several, separated by 、 , ; / or blanks; the whole cell if the list knows it."""
    whole = " ".join(_nfkc(text(cell[0])).replace("\u200b", "").split())
    if codelist.find(whole):
        return [whole]
    return [part for part in _BREAK.split(whole) if part and part not in _NONE]


def found(codelist: CodeList, word: str) -> Code | None:
    """The entry of a word, also of 低保户 and 孤儿儿童."""
    if entry := codelist.find(word):
        return entry
    for ending in _ENDINGS:
        if word.endswith(ending) and (entry := codelist.find(word.removesuffix(ending))):
            return entry
    return None


def yes_or_no(cell: Cell | None, problems: Problems) -> bool | None:
    """True, False, or None if nothing is said. 无 means no here."""
    word = _nfkc(text(cell[0])).strip().lower() if cell else ""
    if not word or word in YES | NO:
        return None if not word else word in YES
    problems.append(Problem("word", cell[1], {"value": word[:30], "known": "是、否"}))  # type: ignore[index]
    return None


def phone(cell: Cell | None, problems: Problems) -> str:
    """A telephone number as it is dialled; one that cannot be dialled is kept as written, with a warning."""
    written = words(cell)
    if not written or _MOBILE.fullmatch(written):
        return written
    column = cell[1]  # type: ignore[index]
    several = [part for part in _PHONE_BREAK.split(written) if len(part) >= 7]
    if len(several) > 1:
        problems.append(Problem("phones", column, {"value": written[:40]}))
        written = several[0]
    cleaned = phones.clean(written)
    if not phones.is_plausible(cleaned) or (cleaned.startswith("1") and not _MOBILE.fullmatch(cleaned)):
        problems.append(Problem("phone", column, {"value": written[:30]}))
    return cleaned[:20]


def name_and_phone(cell: Cell) -> tuple[Cell, Cell]:
    """`毛小雅(19976568662)` as two cells of the same column."""
    match = _NAME_PHONE.match(_nfkc(text(cell[0])).strip())
    who, number = match.groups() if match else ("", "")
    return (who, cell[1]), (number, cell[1])


def born(cell: Cell, on: date, problems: Problems) -> tuple[date | None, int | None]:
    """When an adult was born: the day, if a day is written, and the year."""
    value, column = cell
    if isinstance(value, dict) and "date" in value:
        day = date.fromisoformat(value["date"])
        return day, day.year
    written = words(cell)
    if not written:
        return None, None
    compact = "".join(written.split())
    if match := _EIGHT.fullmatch(compact) or _DAY.fullmatch(compact):
        try:
            day = date(*(int(part) for part in match.groups()))
        except ValueError:
            problems.append(Problem("no_such_date", column, {"value": written[:30]}))
            return None, None
        if day < on:
            return day, day.year
    elif (digits := re.match(r"(19|20)\d{2}(?!\d)|(19|20)\d{2}(?=(0[1-9]|1[0-2])$)", compact)) and int(
        digits[0]
    ) <= on.year:
        return None, int(digits[0])
    problems.append(Problem("no_year", column, {"value": written[:30]}))
    return None, None


def yuan(cell: Cell, problems: Problems) -> int | None:
    """An amount in whole yuan: 30000, 30,000元, 3万元, 3.5万."""
    written = words(cell).replace(",", "").replace(" ", "")
    if not written:
        return None
    if (match := _YUAN.fullmatch(written)) is None:
        problems.append(Problem("no_number", cell[1], {"value": written[:30]}))
        return None
    amount = float(match[1]) * (10_000 if match[2] else 1)
    return int(amount) if amount < MOST_YUAN else None


# --- ID numbers and dates ---------------------------------------------------------------------------------------------


def id_number(cell: Cell | None, kind: str, problems: Problems) -> idnumbers.Reading | None:
    """What the ID number says; None if there is none, or if it must be refused (a problem says so)."""
    if cell is None or cell[0] is None:
        return None
    value, column = cell
    if isinstance(value, int | float) and not isinstance(value, bool):
        problems.append(Problem("id_number_cell", column))
        return None
    written = idnumbers.clean(text(value))
    if written.lower() in _NONE:
        return None
    if kind and "居民身份证" not in kind and "户口" not in kind:
        problems.append(Problem("id_other", column, {"kind": kind[:20], "value": written[:30]}))
        return idnumbers.Reading(written[:18], "kind")
    reading = idnumbers.read(written)
    if reading.fault == "scientific":
        problems.append(Problem("id_scientific", column, {"value": written[:30]}))
        return None
    if reading.fault == "shape":
        problems.append(Problem("id_shape", column, {"value": written[:30], "length": len(written)}))
        return None
    if reading.fault == "date":
        problems.append(Problem("id_date", column, {"value": written}))
        return None
    if reading.fault == "check":
        problems.append(Problem("id_check", column, {"value": written}))
    return reading


def serial_day(number: float, *, since_1904: bool) -> date | None:
    """The day of an Excel serial number, or None if it is none of this century's or the last's."""
    if not 1 <= number < 80_000:
        return None
    start = date(1904, 1, 1) if since_1904 else date(1899, 12, 30)
    return start + timedelta(days=int(number))


def born_on(
    cell: Cell | None, number: idnumbers.Reading | None, on: date, *, since_1904: bool, problems: Problems
) -> date | None:
    """The date of birth in a cell. A bare serial number is believed if the ID number agrees, else it is a warning."""
    if cell is None or cell[0] is None:
        return None
    value, column = cell
    if isinstance(value, dict) and "date" in value:
        return date.fromisoformat(value["date"])
    written = _nfkc(text(value)).replace("\u200b", "").strip(" '’‘")
    serial = value if isinstance(value, int | float) else int(written) if re.fullmatch(r"\d{5}", written) else 0
    if serial and serial < 80_000:
        day = serial_day(serial, since_1904=since_1904)
        if day is None or not on.year - MOST_YEARS <= day.year <= on.year:
            problems.append(Problem("no_date", column, {"value": written[:30]}))
            return None
        if number is None or number.born_on != day:
            problems.append(Problem("born_serial", column, {"value": written[:10], "date": day.isoformat()}))
        return day
    return day_in(written, column, problems)


def day_in(written: str, column: int, problems: Problems) -> date | None:
    """A written date: 20150131, 2015-1-31, 2015.1.31, 2015/1/31, 2015年1月31日; without a day, the first."""
    compact = "".join(written.split())
    if not compact or compact in _NONE:
        return None
    if match := _EIGHT.fullmatch(compact) or _DAY.fullmatch(written.replace(" ", "")) or _DAY.fullmatch(written):
        parts = [int(part) for part in match.groups()]
    elif (match := _MONTH.fullmatch(compact)) and int(match[1]) >= EARLIEST_YEAR:  # 160304 is no month of 1603
        parts = [int(match[1]), int(match[2]), 1]
        problems.append(Problem("month_only", column, {"value": written[:30]}))
    else:
        problems.append(Problem("no_date", column, {"value": written[:30]}))
        return None
    try:
        return date(*parts)
    except ValueError:
        problems.append(Problem("no_such_date", column, {"value": written[:30]}))
        return None


def month(cell: Cell | None) -> date | None:
    """The first day of the month a pupil entered school (202509, 2025年9月, a date); None if it cannot be read."""
    if cell is None:
        return None
    if isinstance(cell[0], dict) and "date" in cell[0]:
        return date.fromisoformat(cell[0]["date"]).replace(day=1)
    quiet: Problems = []
    found = day_in(words(cell), cell[1], quiet)
    return found.replace(day=1) if found else None


def _day(cell: Cell, written: str, problems: Problems) -> date | None:
    """A day that is left out, with a warning, if it cannot be read: only a birth date refuses the whole row."""
    value, column = cell
    if isinstance(value, dict) and "date" in value:
        return date.fromisoformat(value["date"])
    if isinstance(value, int | float) and EARLIEST_SERIAL < value < LATEST_SERIAL:
        return serial_day(value, since_1904=False)
    quiet: Problems = []
    day = day_in(written, column, quiet)
    if day is not None:
        problems += quiet  # month_only
    elif quiet:
        problems.append(Problem("no_day", column, {"value": written[:30]}))
    return day


def past_day(cell: Cell, on: date, problems: Problems) -> date | None:
    """A day up to that of the roster; a later one is left out with a warning."""
    day = _day(cell, words(cell), problems)
    if day is not None and day > on:
        problems.append(Problem("day_later", cell[1], {"date": day.isoformat()}))
        return None
    return day


def last_day(cell: Cell, problems: Problems) -> date | None:
    """The last day in a cell: of a term written 2026.1.1-2026.12.31 or 2026年1月1日至2026年12月31日, its end."""
    *_begin, end = _TERM_BREAK.split(words(cell))
    return _day(cell, end, problems)
