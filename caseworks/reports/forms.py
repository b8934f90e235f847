"""What a report is asked by: office, year, definition."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from caseworks.models import Organization
from caseworks.reports.question import FIRST_YEAR, Question
from guardians.definitions import definition_choices

YEARS_OFFERED = 8


def offices_offered(here: Organization, top: Organization) -> list[tuple[str, str]]:
    """The offices on the way down to the one shown, and those directly below it, so that a county with a thousand villages
    has a short list on every level."""
    above = [place for place in Organization.objects.above(here) if place.is_under(top)]
    below = here.children.filter(closed_on__isnull=True)
    return [
        *((place.code, "　" * depth + place.name) for depth, place in enumerate(above)),
        *((place.code, "　" * len(above) + place.name) for place in below),
    ]


class QuestionForm(forms.Form):
    """Office, year and definition of the annual report."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    organization = forms.ChoiceField(label=_("Organization"), required=False)
    year = forms.ChoiceField(label=_("Year"), required=False)
    definition = forms.ChoiceField(label=_("Definition"), choices=definition_choices, required=False)

    def __init__(self, question: Question, *, top: Organization, today: date) -> None:
        super().__init__(
            initial={
                "organization": question.organization.code,
                "year": question.year,
                "definition": question.definition.key,
            }
        )
        self.fields["organization"].choices = offices_offered(question.organization, top)
        oldest = max(FIRST_YEAR, min(question.year, today.year - YEARS_OFFERED + 1))
        self.fields["year"].choices = [
            (year, _("%(year)s so far") % {"year": year} if year == today.year else year)
            for year in range(today.year, oldest - 1, -1)
        ]
