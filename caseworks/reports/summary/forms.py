"""What a summary is asked by: which form, office, cut-off day, and whether its rows are where children live or learn."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from caseworks.forms import DateInput
from caseworks.models import Organization
from caseworks.reports.forms import offices_offered
from caseworks.reports.summary.columns import NATIONAL, OFFICIAL
from caseworks.reports.summary.making import TITLES, Summary
from caseworks.reports.summary.splits import HOME, SCHOOL


class SummaryForm(forms.Form):
    """Shows what was asked; what may be asked is decided by the address itself."""

    kind = forms.ChoiceField(
        label=_("Form"),
        choices=[(OFFICIAL, f"{TITLES[OFFICIAL]}（32栏）"), (NATIONAL, TITLES[NATIONAL])],
        required=False,
    )
    organization = forms.ChoiceField(label=_("Organization"), required=False)
    on = forms.DateField(label=_("Cut-off"), widget=DateInput(), required=False)
    by = forms.ChoiceField(
        label=_("A row for each"), choices=[(HOME, _("area or village")), (SCHOOL, _("school"))], required=False
    )

    fields: dict[str, Any]

    def __init__(self, made: Summary, *, top: Organization) -> None:
        asked = made.question
        super().__init__(
            initial={"kind": made.kind, "organization": asked.organization.code, "on": asked.last, "by": made.by}
        )
        self.fields["organization"].choices = offices_offered(asked.organization, top)
        self.fields["on"].widget.attrs["class"] = "form-control"
