"""The summaries as a page and as a workbook. The 32 columns are neither printed nor exported while a row does not foot."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from caseworks import downloads
from caseworks.access import Permission, allows, requires
from caseworks.downloads import Download
from caseworks.pages import page
from caseworks.reports.address import address_of, question_of
from caseworks.reports.annual import basis_of
from caseworks.reports.annual_xlsx import made_by_line
from caseworks.reports.summary.columns import NATIONAL, NOTES, OFFICIAL
from caseworks.reports.summary.forms import SummaryForm
from caseworks.reports.summary.making import Summary, summary
from caseworks.reports.summary.sheet import STUB, summary_book
from caseworks.reports.summary.splits import HOME, SCHOOL
from caseworks.requests import Request
from caseworks.stamps import new_stamp

SCHOOLS = {"school", "kindergarten", "bureau"}


def _summary(request: Request, today: date) -> Summary:
    """What the address asks for: both forms count by the civil-affairs definition, which they are handed in under."""
    asked = request.GET.copy()
    asked["definition"] = "civil"
    if not asked.get("on"):
        asked["on"] = today.isoformat()
    question = question_of(asked, request.posting, today)
    kind = asked.get("kind") or OFFICIAL
    by = asked.get("by") or (SCHOOL if question.organization.kind in SCHOOLS else HOME)
    if kind not in {OFFICIAL, NATIONAL} or by not in {HOME, SCHOOL}:
        raise Http404
    return summary(question, kind, by)


def _page(request: Request, made: Summary, today: date, *, status: int = 200) -> HttpResponse:
    address = address_of(made.question)
    return page(
        request,
        "reports/summary.html",
        status=status,
        made=made,
        form=SummaryForm(made, top=request.posting.organization),
        stub=STUB[made.by],
        numbered=made.kind == OFFICIAL,
        notes=NOTES[made.kind],
        basis=basis_of(made.question),
        maker=made_by_line(today, str(request.user)),
        address=address,
        export=f"{address}&{urlencode({'kind': made.kind, 'by': made.by})}",
        linked=allows(Permission.VIEW_REPORT_RECORDS),
        below={place.code for place in made.question.organization.children.all()},
    )


@requires(Permission.VIEW_REPORTS)
def show(request: Request) -> HttpResponse:
    """A form, filled; each figure opens its children. What does not foot is said above it."""
    today = timezone.localdate()
    return _page(request, _summary(request, today), today)


@requires(Permission.EXPORT_REPORTS)
def export(request: Request) -> HttpResponseBase:
    """The form as a workbook: figures and no names. One that does not foot is answered with the page that says so."""
    today = timezone.localdate()
    made = _summary(request, today)
    if made.mismatches:
        return _page(request, made, today, status=409)
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
