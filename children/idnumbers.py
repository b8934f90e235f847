"""Citizen identity numbers (公民身份号码, GB 11643): reading them, and saying what is wrong with one.

A doubtful number is a warning, not a refusal: twins registered twice, typing errors in the household register and
numbers issued with a wrong check digit all exist, and a child must not go without an archive because of one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric

_NOISE = re.compile(r"[\s'’‘`\u200b\ufeff-]")
_SHAPE = re.compile(r"\d{17}[\dX]")
_FLOAT = re.compile(r"\d+(\.\d+)?E\+?\d+", re.IGNORECASE)


def clean(number: str) -> str:
    """Full-width digits narrowed, spaces, quotes and dashes removed, a final x made X."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", number)).upper()


def tail(number: str) -> str:
    """The last four characters, by which people tell numbers apart."""
    return clean(number)[-4:]


@dataclass(frozen=True)
class Reading:
    """What a number says. `fault` is empty if nothing is wrong, else `scientific`, `shape`, `date` or `check`."""

    number: str
    fault: str
    born_on: date | None = None
    sex: str = ""


def read(number: str) -> Reading:
    """Birth date and sex from a number, and its fault if it has one.

    >>> read("11010519491231002X")
    Reading(number='11010519491231002X', fault='', born_on=datetime.date(1949, 12, 31), sex='2')
    """
    number = clean(number)
    if _FLOAT.fullmatch(number):
        return Reading(number, "scientific")
    if not _SHAPE.fullmatch(number):
        return Reading(number, "shape")
    sex = "1" if int(number[16]) % 2 else "2"
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return Reading(number, "date")
    fault = "" if ric.calc_check_digit(number) == number[-1] else "check"
    return Reading(number, fault, born_on, sex)


def contradictions(number: str, *, born_on: date | None, sex: str) -> str:
    """What is wrong with a number beside the archive it stands in, in letters: `n` it cannot be a number at all, `c` a
    wrong check character, `b` another birth date, `s` another sex. Empty if nothing is, or if there is no number.

    >>> contradictions("11010519491231002X", born_on=date(1949, 12, 31), sex="1")
    's'
    """
    if not number:
        return ""
    reading = read(number)
    if reading.born_on is None:
        return "n"
    found = "c" if reading.fault else ""
    if born_on is not None and reading.born_on != born_on:
        found += "b"
    if sex and reading.sex != sex:
        found += "s"
    return found


def complete(body: str) -> str:
    """The number that begins with these 17 digits: the check character appended.

    >>> complete("11010519491231002")
    '11010519491231002X'
    """
    # the library takes a whole number and looks past its last character
    return body + ric.calc_check_digit(f"{body}0")
