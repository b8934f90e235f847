"""What stands on the sheets of a paper, whether they are shown in the browser or laid out as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from caseworks.models import Posting, User
from caseworks.papers.dossiers import Dossier
from caseworks.papers.kinds import SHOW, Paper, Show

CARDS_ON_A_PAGE = 8
SHEETS_AT_A_TIME = 10


def context(
    paper: Paper, show: Show, found: Sequence[Dossier], *, by: User, posting: Posting, today: date
) -> dict[str, Any]:
    """The context of a paper's template for these children."""
    return {
        "paper": paper,
        "show": show.value,
        "show_words": SHOW[show],
        "dossiers": found,
        "by_class": _in_one_school(found),
        "groups": _groups(found),
        "today": today,
        "printed_by": by,
        "posting": posting,
    }


def chunks(paper: Paper, found: Sequence[Dossier]) -> Iterator[Sequence[Dossier]]:
    """The dossiers page by page, or a few pages at a time: a file is laid out much faster so."""
    if paper.key == "roster":
        yield from (rows for _title, rows in _groups(found))
        return
    size = CARDS_ON_A_PAGE if paper.key == "card" else SHEETS_AT_A_TIME
    for start in range(0, len(found), size):
        yield found[start : start + size]


def _in_one_school(found: Sequence[Dossier]) -> bool:
    schools = {dossier.place.enrolment.school_id if dossier.place.enrolment else None for dossier in found}
    return len(schools) == 1 and None not in schools


def _groups(found: Sequence[Dossier]) -> list[tuple[str, list[Dossier]]]:
    """A roster begins a new page for each class of one school, or else for each village."""
    title = _class_of if _in_one_school(found) else _village_of
    groups: dict[tuple[str, ...], list[Dossier]] = {}
    for dossier in found:
        groups.setdefault(title(dossier), []).append(dossier)
    return [(key[-1], groups[key]) for key in sorted(groups)]


def _class_of(dossier: Dossier) -> tuple[str, ...]:
    enrolment = dossier.place.enrolment
    if enrolment is None:
        return ("",)
    grade = enrolment.get_grade_display() if enrolment.grade else ""
    return enrolment.grade, enrolment.class_name, f"{enrolment.school.name} {grade}{enrolment.class_name}".strip()


def _village_of(dossier: Dossier) -> tuple[str, ...]:
    return (dossier.place.residence.village.name if dossier.place.residence else "",)
