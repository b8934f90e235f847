"""Chinese names: how they are found and sorted.

张伟 is found by 张, 伟, 张伟, zhangwei, zhang, wei and zw. Characters with several readings are found by each of them
(单 as a surname is shan, elsewhere dan; both are tried), because whoever searches knows only one.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata

from pypinyin import Style, pinyin

MOST_READINGS = 6
# The words stand in an index, whose rows may have 2,700 bytes at most: names of 15 characters and more are found by
# their beginning and by most, not all, of their later parts.
_MOST_BYTES = 2000
_SPACE = re.compile(r"\s+")
# Surnames whose reading differs from the usual one of the character (GB/T 28039 follows the bearer's own reading).
SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "任": "ren", "区": "ou", "朴": "piao", "覃": "qin",
    "翟": "zhai", "盖": "ge", "尉": "wei", "乐": "yue", "员": "yun", "华": "hua", "燕": "yan", "缪": "miao", "宁": "ning",
    "尹": "yin", "万": "wan", "长孙": "zhangsun", "尉迟": "yuchi", "欧阳": "ouyang", "上官": "shangguan", "诸葛": "zhuge",
}  # fmt: skip


def clean(name: str) -> str:
    """The name as it is kept: full-width letters narrowed, spaces inside a Chinese name removed, one space elsewhere."""
    name = _SPACE.sub(" ", unicodedata.normalize("NFKC", name).replace("\u200b", "")).strip()
    return name.replace(" ", "") if any("\u4e00" <= character <= "\u9fff" for character in name) else name


@functools.cache
def _of(character: str) -> tuple[str, ...]:
    """The readings of one character without tones, the likeliest first; anything not Chinese reads as itself."""
    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors=str.lower)
    return tuple(dict.fromkeys(found[0])) or (character.lower(),)


def _readings(name: str) -> list[tuple[str, ...]]:
    """For each character its readings, the likeliest first; a surname is read as a surname."""
    readings = [_of(character) for character in name]
    surname = name[:2] if name[:2] in SURNAMES else name[:1]
    if surname in SURNAMES and len(surname) == 1:
        readings[0] = tuple(dict.fromkeys([SURNAMES[surname], *readings[0]]))
    elif surname in SURNAMES:
        whole = SURNAMES[surname]
        first = next((reading for reading in readings[0] if whole.startswith(reading)), readings[0][0])
        readings[0], readings[1] = (first,), (whole.removeprefix(first),)
    return readings


def sort_key(name: str) -> str:
    """The reading by which lists are ordered: zhang wei before zhang xia."""
    return " ".join(reading[0] for reading in _readings(name))[:80] if name else ""


def search_text(name: str) -> str:
    """Every word by which the name may be found, each after a space: ` 张伟 zhangwei zw 伟 wei w`.

    A search matches where a word *begins*, so the text is searched for a space and what was typed. The whole name comes
    first, then the name without its first character, and so on.
    """
    if not name:
        return ""
    combinations = list(itertools.islice(itertools.product(*_readings(name)), MOST_READINGS))
    words: dict[str, None] = {}
    for start in range(len(name)):
        words[name[start:]] = None
        words |= dict.fromkeys("".join(syllables[start:]) for syllables in combinations)
        words |= dict.fromkeys("".join(syllable[:1] for syllable in syllables[start:]) for syllables in combinations)
    text, room = "", _MOST_BYTES
    for word in words:
        room -= len(word.encode()) + 1
        if room < 0:
            break
        text += f" {word}"
    return text
