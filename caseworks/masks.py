"""What is shown of a value that may not be read in full. Every mask keeps the empty text empty."""

from __future__ import annotations

import re

HIDDEN = "•••"
_COMPOUND_SURNAMES = frozenset(
    "欧阳 上官 司马 诸葛 夏侯 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 司空 端木 百里 东郭 南宫 呼延 轩辕 太史 申屠 公羊 澹台 "
    "拓跋 独孤 万俟 闻人 赫连 钟离 濮阳 淳于 单于 公冶 宗政 仲孙 鲜于 闾丘 亓官 司寇 子车 颛孙 巫马 漆雕 乐正 壤驷 公良".split()
)
# as far as the village or the residents' committee; where none is named, as far as the smallest area that is
_VILLAGE = re.compile(r"^.*?(?:村|社区|居委会|嘎查)")
_AREA = re.compile(r"^.*(?:镇|乡|街道|苏木|[县旗区市省])")


def name(text: str) -> str:
    """张* for 张丰, 张*丰 for 张三丰, 欧阳* for 欧阳修; of a name that is not Chinese, its first letter."""
    if not text or not "\u4e00" <= text[0] <= "\u9fff":
        return f"{text[0]}***" if text else ""
    surname = text[:2] if text[:2] in _COMPOUND_SURNAMES and len(text) > 2 else text[:1]
    given = text[len(surname) :]
    return surname + ("*" if len(given) < 2 else "*" * (len(given) - 1) + given[-1])


def id_number(text: str) -> str:
    """500116********1234: area and last four; the birth date vanishes. Anything shorter than an ID number vanishes whole."""
    return f"{text[:6]}{'*' * (len(text) - 10)}{text[-4:]}" if len(text) >= 15 else "*" * len(text)


def phone(text: str) -> str:
    """138****5678; a number too short for that vanishes whole."""
    return f"{text[:3]}****{text[-4:]}" if len(text) >= 9 else "*" * len(text)


def address(text: str) -> str:
    """石门镇双龙村***: as far as the village."""
    area = _VILLAGE.match(text) or _AREA.match(text)
    return f"{area.group() if area else ''}***" if text else ""


def day(text: str) -> str:
    """2014-**-**: the year."""
    return f"{text[:4]}-**-**" if text else ""


def hidden(text: str) -> str:
    """Only that something is recorded."""
    return HIDDEN if text else ""
