"""How a figure is written in an official report: “120多”, “72.9%”, a column of shares that adds up to 100.

Pure functions over numbers; the words follow the language of the page. Every text is made from the exact value, and
sums are made before they are worded, never after (3000多 + 2000多 is worded from 5440).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

NOTHING = "—"


def in_chinese() -> bool:
    """True if the report is being written in Chinese."""
    return (get_language() or "zh-hans").startswith("zh")


def number(value: int) -> str:
    """A number as reports print it: 16856 in Chinese, 16,856 in English."""
    return str(value) if in_chinese() else f"{value:,}"


def about(value: int) -> str:
    """A number as reports round it in a sentence: the leading digits and 多.

    Two and three digits keep the tens, four digits the thousands, longer ones their two leading digits. A number that
    has nothing left to drop, and one below ten, is printed as it is.

    >>> about(3260), about(124), about(43), about(120), about(7), about(13965)
    ('3000多', '120多', '40多', '120', '7', '13000多')
    """
    if value < 10:
        return number(value)
    digits = len(str(value))
    step = 10 if digits <= 3 else 1000 if digits == 4 else 10 ** (digits - 2)
    floor = value // step * step
    if floor == value:
        return number(value)
    if in_chinese() and floor >= 100_000:
        return f"{floor // 10_000}万多"
    return _("more than %(number)s") % {"number": number(floor)}


def percent(part: int, whole: int, digits: int = 1) -> Decimal | None:
    """The share in percent, rounded half up to that many decimals; None if there is no whole.

    >>> percent(12285, 16856), percent(49, 90, 2)
    (Decimal('72.9'), Decimal('54.44'))
    """
    if not whole:
        return None
    return (Decimal(part) * 100 / whole).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def shares(parts: Sequence[int], digits: int = 1) -> list[Decimal | None]:
    """The shares of parts that make a whole, in percent, rounded so that they add up to exactly 100.

    Each is rounded down, and the missing last digits go to those that lost most (largest remainder).

    >>> [str(share) for share in shares([18999, 2404, 1451])]
    ['83.1', '10.5', '6.4']
    """
    whole = sum(parts)
    if not whole:
        return [None] * len(parts)
    step = Decimal(1).scaleb(-digits)
    exact = [Decimal(part) * 100 / whole for part in parts]
    rounded = [share.quantize(step, ROUND_FLOOR) for share in exact]
    missing = int((100 - sum(rounded)) / step)
    losers = sorted(range(len(parts)), key=lambda at: (rounded[at] - exact[at], -parts[at], at))
    for at in losers[:missing]:
        rounded[at] += step
    return list(rounded)


def with_percent_sign(share: Decimal | None) -> str:
    """A share as it is printed: 72.9%, or a dash where there is no whole."""
    return NOTHING if share is None else f"{share}%"


def ten_thousands(yuan: Decimal | int) -> str:
    """An amount of money in 万元 with two decimals.

    >>> ten_thousands(5440)
    '0.54万元'
    """
    amount = (Decimal(yuan) / 10_000).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return _("%(amount)s × 10,000 yuan") % {"amount": amount}


def day(value: date) -> str:
    """A day as reports print it: 2025年12月31日, or 2025-12-31 in English."""
    return f"{value.year}年{value.month}月{value.day}日" if in_chinese() else value.isoformat()


def numbered(position: int, heading: str) -> str:
    """The heading of a section with its number: 一、基本情况, or 1. The children."""
    return f"{'零一二三四五六七八九'[position]}、{heading}" if in_chinese() else f"{position}. {heading}"


def enumerated(items: Sequence[str]) -> str:
    """Several words as a list in a sentence."""
    return ("、" if in_chinese() else ", ").join(items)
