"""The annual report on the care for left-behind children (关爱留守儿童工作汇报), in the order its readers know:
the children, their archives, pairings, contacts, what is missing; tables; and what each figure means.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks.reports import annual_sentences, annual_tables, wording
from caseworks.reports.document import Report, Section
from caseworks.reports.figures import Figures
from caseworks.reports.indicators import INDICATORS
from caseworks.reports.question import Question


def basis_of(question: Question, counted_at: datetime | None = None) -> tuple[str, ...]:
    """The definition in words and the cut-off, and when it was counted if that was before: printed wherever a figure is."""
    definition = question.definition
    moment = timezone.localtime(counted_at).strftime("%Y-%m-%d %H:%M") if counted_at else ""
    return (
        _("Definition: {name}. {words}").format(name=definition.name, words=definition.words),
        _("Cut-off: {day}. What happened is counted from {first} to the cut-off.").format(
            day=wording.day(question.last), first=wording.day(question.first)
        ),
        *([_("Counted at {moment}.").format(moment=moment)] if moment else []),
    )


def annual_report(
    question: Question,
    *,
    made_on: date,
    made_by: str,
    figures: Figures | None = None,
    counted_at: datetime | None = None,
) -> Report:
    """The report of one office for one year, by one definition. `made_by` is printed: the person or the command.

    Without `figures` they are counted now; with figures counted before, `counted_at` is printed with them. Raises
    OutdatedError if those do not answer what the report asks today.
    """
    figures = figures or Figures(question)
    return Report(
        title=_("Report of {organization} on the care for left-behind children in {year}").format(
            organization=question.organization.name, year=question.year
        ),
        question=question,
        made_on=made_on,
        made_by=made_by,
        basis=basis_of(question, counted_at),
        sections=tuple(
            Section(wording.numbered(position, heading), paragraphs)
            for position, (heading, paragraphs) in enumerate(annual_sentences.sections(figures), start=1)
        ),
        tables=annual_tables.tables(figures, question),
        annex=tuple(figures.get(key) for key in INDICATORS),
        compared=any(figures.get(key).before for key in ("archives", "contacts", "pairings", "pupils")),
    )
