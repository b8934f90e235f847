"""Finding a child by whatever one remembers, the telephone of a relative included: the search box and the lists."""

from __future__ import annotations

import re

from django.db.models import Q

from caseworks import phones
from caseworks.scoped import subquery
from children import idnumbers
from children.models import Child
from children.models.archive import ChildQuerySet
from guardians.models import Kinship

_TAIL = re.compile(r"\d{3}[\dXx]")
_DIALLED = re.compile(r"[\d\s+()-]{11,20}")
_MOBILE = re.compile(r"1\d{10}")


def kind_of_number(words: str) -> str:
    """What kind of number was typed: `id_number` or `phone` for a whole one, which must stand in no address, `tail` for
    the last four characters of either; empty for anything else."""
    if _DIALLED.fullmatch(words) and _MOBILE.fullmatch(phones.clean(words)):
        return "phone"
    number = idnumbers.clean(words)
    if len(number) >= 15 and number[:14].isdigit():
        return "id_number"
    return "tail" if _TAIL.fullmatch(words.strip()) else ""


def found_by(children: ChildQuerySet, words: str, *, most: int | None = None) -> ChildQuerySet:
    """Those of the children found by name, pinyin, initials, ID number, archive code or the telephone of a relative; of
    numbers the last four characters are enough. `most` is explained at `ChildQuerySet.matching`."""
    kind = kind_of_number(words)
    if kind not in {"phone", "tail"}:
        return children.matching(words, most=most)
    if kind == "phone":
        return children.filter(pk__in=subquery(Kinship).filter(relative__phone_index=words).values("child"))
    tail = words.strip()
    found = subquery(Child).filter(id_tail_index=tail).values("pk")
    if tail.isdigit():
        found = found.union(subquery(Kinship).filter(relative__phone_tail_index=tail).values("child"))
    return children.filter(Q(pk__in=found))
