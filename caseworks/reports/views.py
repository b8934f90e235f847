"""The annual report as a page, the records behind each of its figures, and both as files."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import IO, Any

from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks import counting, downloads, pdf
from caseworks.access import Permission, acting, allows, requires
from caseworks.downloads import Download
from caseworks.leaving.recipes import Asked, Plan, Recipe, register
from caseworks.leaving.send import send
from caseworks.listed import Listed
from caseworks.models import Counted, Posting, subtree
from caseworks.pages import page, paginate
from caseworks.reports import annual_docx, annual_html, annual_xlsx
from caseworks.reports.address import address_of, figure_of, question_of
from caseworks.reports.annual import annual_report, basis_of
from caseworks.reports.annual_xlsx import made_by_line
from caseworks.reports.document import Report
from caseworks.reports.figures import Figures, OutdatedError
from caseworks.reports.forms import QuestionForm
from caseworks.reports.question import Question
from caseworks.reports.records import children_of, listing_of
from caseworks.requests import Request
from caseworks.stamps import Stamp, new_stamp

KIND = "annual"


@counting.counter(KIND)
def _count(asked: str, today: date) -> dict[str, Any]:
    """Every figure of a report, to be kept; `asked` is the address of the report."""
    posting = acting().posting  # type: ignore[union-attr]  # figures are counted for somebody in a post
    question = question_of(QueryDict(asked), posting, today)
    figures = Figures(question)
    annual_report(question, made_on=today, made_by="", figures=figures)
    return figures.as_data()


def _report(request: Request, question: Question, *, anew: bool = False) -> tuple[Report | None, Counted | None]:
    """The report; of an office with very many children from figures counted before, and None until there are any."""
    now, by = timezone.now(), str(request.user)
    if not counting.is_large(*subtree(question.organization.path)):
        return annual_report(question, made_on=timezone.localdate(now), made_by=by), None
    kept = counting.ask(KIND, address_of(question), now=now, anew=anew)
    if kept.counted_at is not None:
        # the cut-off of a year that is not over is the day on which the figures were counted
        then = question_of(request.GET, request.posting, timezone.localdate(kept.counted_at))
        figures = Figures(then, kept.figures)
        with suppress(OutdatedError):
            report = annual_report(
                then, made_on=timezone.localdate(now), made_by=by, figures=figures, counted_at=kept.counted_at
            )
            return report, kept
        kept = counting.ask(KIND, address_of(question), now=now, anew=True)
    return None, kept


@requires(Permission.VIEW_REPORTS, methods=("GET", "POST"))
def annual(request: Request) -> HttpResponse:
    """The report. Posted: count that of a very large office anew."""
    today = timezone.localdate()
    question = question_of(request.GET, request.posting, today)
    report, kept = _report(request, question, anew=request.method == "POST")
    again = f"{reverse('reports:annual')}?{address_of(question)}"
    if request.method == "POST":
        return redirect(again)
    if report is None:
        return page(request, "components/counted.html", kept=kept, again=again, title=_("Annual report"))
    return page(
        request,
        "reports/annual.html",
        report=report,
        form=QuestionForm(question, top=request.posting.organization, today=today),
        address=address_of(question),
        linked=allows(Permission.VIEW_REPORT_RECORDS),
        made=made_by_line(report.made_on, report.made_by),
        year_to_date=question.year == today.year,
        pdf=pdf.available(),
        empty=not any(figure.value for figure in report.annex if "schools" not in figure.indicator.key),
        kept=kept,
        again=again,
    )


@requires(Permission.VIEW_REPORT_RECORDS)
def records(request: Request, key: str) -> HttpResponse:
    question, figure, found = figure_of(request.GET, key, request.posting, timezone.localdate())
    listing = listing_of(found)
    rows = paginate(listing.ordered(found), request)
    return page(
        request,
        "reports/records.html",
        question=question,
        figure=figure,
        rows=rows,
        headings=listing.headings,
        lines=[list(zip(listing.headings, line, strict=True)) for line in listing.lines(list(rows), question)],
        basis=basis_of(question),
        address=address_of(question),
    )


@requires(Permission.VIEW_REPORT_RECORDS)
@requires(Permission.EXPORT_CHILDREN)
def records_export(request: Request, key: str) -> HttpResponseBase:
    return send(request, RecordsRecipe.key, {"figure": key, "query": request.GET.urlencode()})


@register
class RecordsRecipe(Recipe):
    """The people or things behind a figure; `query` is the address of the list."""

    key = what = "report.records"
    permissions = (Permission.VIEW_REPORT_RECORDS, Permission.EXPORT_CHILDREN)

    def plan(self, asked: Asked, posting: Posting, today: date) -> Plan:
        question, figure, found = figure_of(QueryDict(asked.get("query", "")), asked.get("figure", ""), posting, today)

        def write(stamp: Stamp) -> IO[bytes]:
            return annual_xlsx.records_book(figure, found, question, made_on=today, made_by=stamp.person, stamp=stamp)

        filters = {"indicator": figure.indicator.key, "slice": figure.query, "asked": address_of(question)}
        return Plan(
            f"{figure.name}.xlsx",
            found.count(),
            write,
            filters=filters,
            words=tuple(basis_of(question)),
            listed=Listed(children_of(found)),
        )


@requires(Permission.EXPORT_REPORTS)
def export(request: Request, extension: str) -> HttpResponseBase:
    """The annual report: figures and no names, so nobody else's word is needed."""
    write: Callable[[Report, Stamp], IO[bytes]]
    write, content_type = {
        "xlsx": (annual_xlsx.report_book, downloads.XLSX),
        "docx": (annual_docx.report_document, downloads.DOCX),
        "pdf": (annual_html.report_pdf, pdf.PDF),
    }[extension]
    if extension == "pdf" and not pdf.available():
        raise Http404
    question, stamp = question_of(request.GET, request.posting, timezone.localdate()), new_stamp()
    report, _kept = _report(request, question)
    if report is None:  # the page waits for the figures
        return redirect(f"{reverse('reports:annual')}?{address_of(question)}")
    return Download(
        write(report, stamp),
        name=f"{report.title}.{extension}",
        content_type=content_type,
        what="report.annual",
        rows=0,
        filters={"asked": address_of(question)},
        stamp=stamp,
    )
