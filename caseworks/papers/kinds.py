"""The catalogue of papers: what each is, for whom, and of how many children at a time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from caseworks.access import Permission, allows


class Show(StrEnum):
    """How much of a person a paper shows."""

    WORK = "work"  # names in full; what is masked on pages is masked on paper
    DISPLAY = "display"  # for a wall or a visitor: names masked as well, no address, no telephone
    FULL = "full"  # with telephones and addresses; only for a recorded reason


SHOW = {
    Show.WORK: _("For work: numbers masked"),
    Show.DISPLAY: _("For display: names masked too"),
    Show.FULL: _("In full: telephones and addresses"),
}


@dataclass(frozen=True)
class Paper:
    """A kind of paper. `most` is how many children one print may have: beyond, the list is to be narrowed. `whole` says that
    it shows everything the archive says."""

    key: str
    words: Any
    sentence: Any
    permission: Permission
    most: int
    single: bool = True
    shows: tuple[Show, ...] = (Show.WORK, Show.FULL)
    whole: bool = False

    @property
    def template(self) -> str:
        return f"papers/{self.key}.html"


# In full, no more than a class at a time: a whole village leaves as a file, which somebody approves.
MOST_IN_FULL = 60

PAPERS = {
    paper.key: paper
    for paper in (
        Paper(
            "card",
            _("Contact card"),
            _("Eight to a page, to cut out: whom to call for this child. Without ID number."),
            Permission.VIEW_CHILDREN,
            200,
        ),
        Paper(
            "archive",
            _("Archive on a page"),
            _("The registration form of the child, filled in with what is on record: front and back of one sheet."),
            Permission.VIEW_ARCHIVES,
            60,
            whole=True,
        ),
        Paper(
            "roster",
            _("Roster"),
            _("One line for each child: class, village, who is away, who cares."),
            Permission.EXPORT_CHILDREN,
            1000,
            single=False,
            shows=(Show.WORK, Show.DISPLAY, Show.FULL),
        ),
        Paper(
            "agreement",
            _("Agreement on entrusted care"),
            _("To be signed by the parents and the carer, with the village as witness."),
            Permission.VIEW_ARCHIVES,
            60,
        ),
        Paper(
            "notices",
            _("Notices to school and village"),
            _("The two letters the law asks of parents who entrust the care, with a receipt."),
            Permission.VIEW_ARCHIVES,
            60,
        ),
    )
}


def offered(*, single: bool) -> list[Paper]:
    """The papers whoever is acting may print, of one child or of many."""
    return [paper for paper in PAPERS.values() if allows(paper.permission) and (paper.single or not single)]
