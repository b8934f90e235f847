"""Papers as PDF files: made beside the work, and let go like every other file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import IO

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from caseworks import access, pdf
from caseworks.access import Permission
from caseworks.leaving.recipes import Asked, Plan, Recipe, register
from caseworks.models import Posting
from caseworks.papers import printing, sheets
from caseworks.papers.dossiers import dossiers
from caseworks.papers.kinds import MOST_IN_FULL, PAPERS, SHOW, Paper, Show
from caseworks.papers.selection import selection_of
from caseworks.stamps import Stamp
from children.models import Child

STYLES = ("css/papers.css", "css/pdf.css")


@register
class PaperRecipe(Recipe):
    """A paper of one child or of many: `paper` and `show` as in kinds.py, `query` an address of the list or of codes."""

    key = what = "papers.pdf"
    permissions = (Permission.EXPORT_CHILDREN,)
    content_type = pdf.PDF
    slow = True

    def may_ask(self) -> bool:
        return pdf.available() and super().may_ask()

    def plan(self, asked: Asked, posting: Posting, today: date) -> Plan:
        paper, show = PAPERS.get(asked.get("paper", "")), asked.get("show", Show.WORK.value)
        chosen = selection_of(QueryDict(asked.get("query", "")), posting, today)
        if paper is None or show not in paper.shows or not access.allows(paper.permission) or chosen is None:
            raise ValidationError(_("The list cannot be read any more. Choose the filters again."))
        most = min(paper.most, MOST_IN_FULL) if show == Show.FULL else paper.most
        children = list(chosen.children[: most + 1])
        if not children or len(children) > most:
            raise ValidationError(_("At most %(most)s children at a time.") % {"most": most})
        used = {name: value for name, value in chosen.used.items() if name != "q"}

        def write(stamp: Stamp) -> IO[bytes]:
            return _file(paper, Show(show), children, posting, today, stamp)

        return Plan(
            f"{paper.words} {today:%Y-%m-%d}.pdf",
            len(children),
            write,
            full=show == Show.FULL,
            filters={**used, "paper": paper.key, "show": show},
            words=(f"{paper.words} · {SHOW[Show(show)]}", *chosen.words),
        )


def _file(
    paper: Paper, show: Show, children: Sequence[Child], posting: Posting, today: date, stamp: Stamp
) -> IO[bytes]:
    acting = access.acting()
    if acting is None or acting.user is None:
        raise ValidationError(_("Whoever asked no longer holds the post they asked in."))
    printing.note_file(by=acting.user, paper=paper, show=show, children=children, number=stamp.code)
    found = dossiers(children, today, whole=paper.whole)
    texts = [
        render_to_string(
            paper.template,
            {
                **sheets.context(paper, show, part, by=acting.user, posting=posting, today=today),
                "layout": "papers/file.html",
                "stamp": stamp,
                "language": get_language(),
            },
        )
        for part in sheets.chunks(paper, found)
    ]
    return pdf.pdf_of(texts, *STYLES)
