"""The summaries as a page and as a workbook. The 32 columns are neither printed nor exported while a row does not foot."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks import counting, downloads
from caseworks.access import Permission, acting, allows, requires
from caseworks.downloads import Download
from caseworks.models import Counted, Posting, subtree
from caseworks.pages import page
from caseworks.reports.address import address_of, question_of
from caseworks.reports.annual import basis_of
from caseworks.reports.annual_xlsx import made_by_line
from caseworks.reports.figures import OutdatedError
from caseworks.reports.question import Question
from caseworks.reports.summary.columns import NATIONAL, NOTES, OFFICIAL
from caseworks.reports.summary.forms import SummaryForm
from caseworks.reports.summary.making import Numbers, Summary, summary
from caseworks.reports.summary.sheet import STUB, summary_book
from caseworks.reports.summary.splits import HOME, SCHOOL
from caseworks.requests import Request
from caseworks.stamps import new_stamp

SCHOOLS = {"school", "kindergarten", "bureau"}


KIND = "summary"


@dataclass(frozen=True)
class _Asked:
    """What the address asks for: both forms count by the civil-affairs definition, which they are handed in under."""

    question: Question
    kind: str
    by: str

    @classmethod
    def of(cls, asked: QueryDict, posting: Posting, today: date) -> _Asked:
        asked = asked.copy()
        asked["definition"] = "civil"
        if not asked.get("on"):
            asked["on"] = today.isoformat()
        question = question_of(asked, posting, today)
        kind = asked.get("kind") or OFFICIAL
        by = asked.get("by") or (SCHOOL if question.organization.kind in SCHOOLS else HOME)
        if kind not in {OFFICIAL, NATIONAL} or by not in {HOME, SCHOOL}:
            raise Http404
        return cls(question, kind, by)

    @property
    def address(self) -> str:
        return f"{address_of(self.question)}&{urlencode({'kind': self.kind, 'by': self.by})}"


@counting.counter(KIND)
def _count(address: str, today: date) -> dict[str, int]:
    """Every number of a form, to be kept."""
    posting: Any = acting().posting  # type: ignore[union-attr]  # figures are counted for somebody in a post
    asked = _Asked.of(QueryDict(address), posting, today)
    numbers = Numbers(asked.question)
    summary(asked.question, asked.kind, asked.by, numbers)
    return numbers.asked


def _summary(asked: _Asked, *, anew: bool = False) -> tuple[Summary | None, Counted | None]:
    """The form; of an office with very many children from numbers counted before, and None until there are any."""
    if not counting.is_large(*subtree(asked.question.organization.path)):
        return summary(asked.question, asked.kind, asked.by), None
    now = timezone.now()
    kept = counting.ask(KIND, asked.address, now=now, anew=anew)
    if kept.is_there:
        with suppress(OutdatedError):
            made = summary(asked.question, asked.kind, asked.by, Numbers(asked.question, kept.figures))
            return replace(made, counted_at=kept.counted_at), kept
        kept = counting.ask(KIND, asked.address, now=now, anew=True)
    return None, kept


def _page(
    request: Request, asked: _Asked, made: Summary | None, kept: Counted | None, today: date, *, status: int = 200
) -> HttpResponse:
    again = f"{reverse('reports:summary')}?{asked.address}"
    if made is None:
        return page(request, "components/counted.html", kept=kept, again=again, title=_("Summary tables"))
    return page(
        request,
        "reports/summary.html",
        status=status,
        made=made,
        form=SummaryForm(made, top=request.posting.organization),
        stub=STUB[made.by],
        numbered=made.kind == OFFICIAL,
        notes=NOTES[made.kind],
        basis=basis_of(made.question, made.counted_at),
        maker=made_by_line(today, str(request.user)),
        address=address_of(made.question),
        export=asked.address,
        linked=allows(Permission.VIEW_REPORT_RECORDS),
        below={place.code for place in made.question.organization.children.all()},
        kept=kept,
        again=again,
    )


@requires(Permission.VIEW_REPORTS, methods=("GET", "POST"))
def show(request: Request) -> HttpResponse:
    """A form, filled; each figure opens its children. What does not foot is said above it. Posted: count that of a very
    large office anew."""
    today = timezone.localdate()
    asked = _Asked.of(request.GET, request.posting, today)
    made, kept = _summary(asked, anew=request.method == "POST")
    if request.method == "POST":
        return redirect(f"{reverse('reports:summary')}?{asked.address}")
    return _page(request, asked, made, kept, today)


@requires(Permission.EXPORT_REPORTS)
def export(request: Request) -> HttpResponseBase:
    """The form as a workbook: figures and no names. One that does not foot is answered with the page that says so."""
    today = timezone.localdate()
    asked = _Asked.of(request.GET, request.posting, today)
    made, kept = _summary(asked)
    if made is None:  # the page waits for the figures
        return redirect(f"{reverse('reports:summary')}?{asked.address}")
    if made.mismatches:
        return _page(request, asked, made, kept, today, status=409)
    stamp = new_stamp()
    return Download(
        summary_book(made, made_on=today, stamp=stamp),
        name=f"{made.title}-{made.question.last:%Y%m%d}.xlsx",
        content_type=downloads.XLSX,
        what=f"report.summary.{made.kind}",
        rows=0,
        filters={"asked": address_of(made.question), "by": made.by},
        stamp=stamp,
    )
