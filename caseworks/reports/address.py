"""What the addresses of the reports ask: which report, which figure, which slice of it. What does not exist, or lies
outside the post, is not found."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404

from caseworks.models import Organization, Posting
from caseworks.reports.completeness import LACKING
from caseworks.reports.document import Figure
from caseworks.reports.indicators import INDICATORS, Indicator, Slice
from caseworks.reports.question import Question
from caseworks.reports.summary.columns import FIGURES
from guardians.definitions import DEFINITIONS

_YEAR = re.compile(r"[0-9]{4}", re.ASCII)
_CELLS = re.compile(r"[a-zA-Z0-9-]{1,40}(,[a-zA-Z0-9-]{1,40}){0,50}", re.ASCII)


def question_of(asked: QueryDict, posting: Posting, today: date) -> Question:
    """The posting's own office, the last full year and the wide definition unless the address says otherwise; with `on`,
    the year up to that day."""
    top = posting.organization
    code = asked.get("organization", top.code)
    year = asked.get("year", str(today.year - 1))
    definition = DEFINITIONS.get(asked.get("definition", "wide"))
    if definition is None or not _YEAR.fullmatch(year) or not _CELLS.fullmatch(code):
        raise Http404
    organization = get_object_or_404(Organization.objects.under(top), code=code)
    try:
        if "on" in asked:
            return Question.on_day(organization, date.fromisoformat(str(asked["on"])), definition, today)
        return Question.of_year(organization, int(year), definition, today)
    except ValueError:
        raise Http404 from None


def slice_of(asked: QueryDict, indicator: Indicator) -> Slice:
    """The slice the address asks for; an unknown cell is not found."""
    found = {}
    for split in indicator.splits:
        if split.key in asked:
            text = str(asked[split.key])
            cells = tuple(dict.fromkeys(text.split(",")))
            if not _CELLS.fullmatch(text) or set(split.labels(cells)) != set(cells):
                raise Http404
            found[split.key] = cells
    return found


def figure_of(asked: QueryDict, key: str, posting: Posting, today: date) -> tuple[Question, Figure, QuerySet]:
    """The figure the address names, and the records behind it."""
    indicator = INDICATORS.get(key) or LACKING.get(key) or FIGURES.get(key)
    if indicator is None:
        raise Http404
    question = question_of(asked, posting, today)
    slice_ = slice_of(asked, indicator)
    value = indicator.value(question, slice_)
    return question, Figure(indicator, slice_, value, 0), indicator.records(question, slice_)


def address_of(question: Question) -> str:
    """The question as a query string."""
    return urlencode(
        {
            "organization": question.organization.code,
            "year": question.year,
            "definition": question.definition.key,
            **({"on": question.last.isoformat()} if question.pinned else {}),
        }
    )
