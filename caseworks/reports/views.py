"""The annual report as a page, the records behind each of its figures, and both as files."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone

from caseworks import downloads
from caseworks.access import Permission, allows, requires
from caseworks.downloads import Download
from caseworks.models import Organization
from caseworks.pages import page, paginate
from caseworks.reports import annual_docx, annual_xlsx
from caseworks.reports.annual import annual_report, basis_of
from caseworks.reports.annual_xlsx import made_by_line
from caseworks.reports.document import Figure, Report
from caseworks.reports.forms import QuestionForm
from caseworks.reports.indicators import INDICATORS, Indicator, Slice
from caseworks.reports.question import Question
from caseworks.reports.records import listing_of
from caseworks.requests import Request
from guardians.definitions import DEFINITIONS

_YEAR = re.compile(r"[0-9]{4}", re.ASCII)
_CELLS = re.compile(r"[a-zA-Z0-9-]{1,40}(,[a-zA-Z0-9-]{1,40}){0,50}", re.ASCII)


def _question(request: Request, today: date) -> Question:
    """What the address asks: the posting's own office, the last full year and the wide definition unless it says
    otherwise. What does not exist, or lies outside the posting, is not found."""
    top = request.posting.organization
    code = request.GET.get("organization", top.code)
    year = request.GET.get("year", str(today.year - 1))
    definition = DEFINITIONS.get(request.GET.get("definition", "wide"))
    if definition is None or not _YEAR.fullmatch(year) or not _CELLS.fullmatch(code):
        raise Http404
    organization = get_object_or_404(Organization.objects.under(top), code=code)
    try:
        return Question.of_year(organization, int(year), definition, today)
    except ValueError:
        raise Http404 from None


def _slice(request: Request, indicator: Indicator) -> Slice:
    """The slice the address asks for; an unknown cell is not found."""
    asked = {}
    for split in indicator.splits:
        if split.key in request.GET:
            text = request.GET[split.key]
            cells = tuple(dict.fromkeys(text.split(",")))
            if not _CELLS.fullmatch(text) or set(split.labels(cells)) != set(cells):
                raise Http404
            asked[split.key] = cells
    return asked


def _address_of(question: Question) -> str:
    """The question as a query string."""
    return urlencode(
        {
            "organization": question.organization.code,
            "year": question.year,
            "definition": question.definition.key,
        }
    )


def _report(request: Request, today: date) -> Report:
    return annual_report(_question(request, today), made_on=today, made_by=str(request.user))


@requires(Permission.VIEW_REPORTS)
def annual(request: Request) -> HttpResponse:
    today = timezone.localdate()
    report = _report(request, today)
    return page(
        request,
        "reports/annual.html",
        report=report,
        form=QuestionForm(report.question, top=request.posting.organization, today=today),
        address=_address_of(report.question),
        linked=allows(Permission.VIEW_REPORT_RECORDS),
        made=made_by_line(report.made_on, report.made_by),
        year_to_date=report.question.year == today.year,
        empty=not any(figure.value for figure in report.annex if "schools" not in figure.indicator.key),
    )


@requires(Permission.VIEW_REPORT_RECORDS)
def records(request: Request, key: str) -> HttpResponse:
    question, figure, found = _figure(request, key)
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
        address=_address_of(question),
    )


def _figure(request: Request, key: str):
    """The figure the address names, and the records behind it."""
    if key not in INDICATORS:
        raise Http404
    question, indicator = _question(request, timezone.localdate()), INDICATORS[key]
    slice_ = _slice(request, indicator)
    value = indicator.value(question, slice_)
    return question, Figure(indicator, slice_, value, 0), indicator.records(question, slice_)


@requires(Permission.VIEW_REPORT_RECORDS)
@requires(Permission.EXPORT_CHILDREN)
def records_export(request: Request, key: str) -> HttpResponseBase:
    question, figure, found = _figure(request, key)
    today = timezone.localdate()
    return Download(
        annual_xlsx.records_book(figure, found, question, made_on=today, made_by=str(request.user)),
        name=f"{figure.name}.xlsx",
        content_type=downloads.XLSX,
        what="report.records",
        rows=found.count(),
        filters={"indicator": key, "slice": figure.query, "asked": _address_of(question)},
    )


@requires(Permission.EXPORT_REPORTS)
def export(request: Request, extension: str) -> HttpResponseBase:
    write, content_type = {
        "xlsx": (annual_xlsx.report_book, downloads.XLSX),
        "docx": (annual_docx.report_document, downloads.DOCX),
    }[extension]
    report = _report(request, timezone.localdate())
    return Download(
        write(report),
        name=f"{report.title}.{extension}",
        content_type=content_type,
        what="report.annual",
        rows=0,
        filters={"asked": _address_of(report.question)},
    )
