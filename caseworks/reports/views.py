"""The annual report as a page, the records behind each of its figures, and both as files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import IO

from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone

from caseworks import downloads, pdf
from caseworks.access import Permission, allows, requires
from caseworks.downloads import Download
from caseworks.leaving.recipes import Asked, Plan, Recipe, register
from caseworks.leaving.send import send
from caseworks.listed import Listed
from caseworks.models import Posting
from caseworks.pages import page, paginate
from caseworks.reports import annual_docx, annual_html, annual_xlsx
from caseworks.reports.address import address_of, figure_of, question_of
from caseworks.reports.annual import annual_report, basis_of
from caseworks.reports.annual_xlsx import made_by_line
from caseworks.reports.document import Report
from caseworks.reports.forms import QuestionForm
from caseworks.reports.records import children_of, listing_of
from caseworks.requests import Request
from caseworks.stamps import Stamp, new_stamp


def _report(request: Request, today: date) -> Report:
    return annual_report(question_of(request.GET, request.posting, today), made_on=today, made_by=str(request.user))


@requires(Permission.VIEW_REPORTS)
def annual(request: Request) -> HttpResponse:
    today = timezone.localdate()
    report = _report(request, today)
    return page(
        request,
        "reports/annual.html",
        report=report,
        form=QuestionForm(report.question, top=request.posting.organization, today=today),
        address=address_of(report.question),
        linked=allows(Permission.VIEW_REPORT_RECORDS),
        made=made_by_line(report.made_on, report.made_by),
        year_to_date=report.question.year == today.year,
        pdf=pdf.available(),
        empty=not any(figure.value for figure in report.annex if "schools" not in figure.indicator.key),
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
    report, stamp = _report(request, timezone.localdate()), new_stamp()
    return Download(
        write(report, stamp),
        name=f"{report.title}.{extension}",
        content_type=content_type,
        what="report.annual",
        rows=0,
        filters={"asked": address_of(report.question)},
        stamp=stamp,
    )
