"""What the rosters say of the dated facts of an archive (children/facts), in the words the import reads back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from caseworks import codelists
from caseworks.models import in_force
from caseworks.plain import Among, plain
from children.models import Disability, GuardianshipRating, Illness, Livelihood, Relief, Schooling

_SEPARATOR = "、"
KINDS_OF_DISABILITY, DISABILITY, ILLNESS, SCHOOLING, RATING, INCOME, RELIEF = (
    "kinds of disability", "disability", "illness", "schooling", "rating", "income", "relief",
)  # fmt: skip
PARTS = frozenset({KINDS_OF_DISABILITY, DISABILITY, ILLNESS, SCHOOLING, RATING, INCOME, RELIEF})
_LASTING: dict[str, tuple[Any, tuple[str, ...]]] = {
    DISABILITY: (Disability, ("kind", "level")),
    ILLNESS: (Illness, ("kind", "name")),
    SCHOOLING: (Schooling, ("kind",)),
    RELIEF: (Relief, ("kind",)),
}
_LATEST: dict[str, tuple[Any, str, str]] = {
    RATING: (GuardianshipRating, "assessed_on", "rating"),
    INCOME: (Livelihood, "known_on", "sources"),
}


def _word(part: str, row: list[Any]) -> str:
    if part == DISABILITY:
        return codelists.DISABILITY.zh(row[0]) + codelists.DISABILITY_LEVEL.zh(row[1])
    if part == ILLNESS:
        return row[1] or codelists.ILLNESS.zh(row[0])
    return (codelists.SCHOOLING if part == SCHOOLING else codelists.RELIEF).zh(row[0])


def said(part: str, these: Among, on: date) -> Iterator[tuple[str, str]]:
    """(key of a child, what the rosters say) for one of the parts above; `these` narrows the rows to the children asked
    about. A child of whom nothing is recorded does not come up."""
    if part in _LATEST:
        model, day, value = _LATEST[part]
        latest = dict(
            model.objects.filter(these, **{f"{day}__lte": on}).order_by(day, "id").values_list(*plain("child"), value)
        )
        for child, found in latest.items():
            yield child, codelists.GUARDIANSHIP.zh(found) if part == RATING else _words_of_income(found)
        return
    model, fields = _LASTING[DISABILITY if part == KINDS_OF_DISABILITY else part]
    words: dict[str, list[str]] = {}
    rows = model.objects.filter(in_force(on), these).order_by("from_on", "id")
    for child, *row in rows.values_list(*plain("child", *fields)):
        word = codelists.DISABILITY.zh(row[0]) if part == KINDS_OF_DISABILITY else _word(part, row)
        words.setdefault(child, []).append(word)
    for child, several in words.items():
        yield child, _SEPARATOR.join(several)


def _words_of_income(sources: list[str]) -> str:
    return _SEPARATOR.join(map(codelists.INCOME.zh, sources))
