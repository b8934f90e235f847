"""Choosing a roster to bring in."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from caseworks.exchange import reader
from caseworks.forms import DateInput
from caseworks.models import Organization, Posting

KINDS = ("county", "district", "town", "village", "school", "kindergarten")


class RosterForm(forms.Form):
    """A file, the day it describes, and whose children they are. The office is asked only where there is a choice."""

    file = forms.FileField(
        label=_("Roster file"),
        help_text=_("Excel (xlsx, xls), ods or CSV, at most 20 MB. Title rows above the headings may stay."),
    )
    roster_on = forms.DateField(
        label=_("Date of the roster"),
        help_text=_("The day on which the roster was true. Facts the registry has from a later day are left alone."),
        widget=DateInput(),
    )
    organization = forms.ModelChoiceField(
        label=_("Whose children"),
        queryset=Organization.objects.none(),
        empty_label=None,
        help_text=_("The school, village or town whose roster this is."),
    )

    def __init__(self, *args: Any, posting: Posting, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["roster_on"].initial = today
        self.fields["roster_on"].widget.attrs["max"] = today.isoformat()
        self.fields["file"].widget.attrs |= {
            "accept": ".xlsx,.xls,.ods,.csv,.txt",
            "data-most-bytes": reader.MOST_BYTES,
            "data-too-big": _("The file is too big: at most 20 MB are read. Take out pictures, or split the roster."),
        }
        offices = Organization.objects.under(posting.organization).filter(kind__in=KINDS, closed_on=None)
        if offices.count() > 1:
            self.fields["organization"].queryset = offices  # type: ignore[attr-defined]
            self.fields["organization"].initial = posting.organization_id
        else:
            del self.fields["organization"]

    def clean_roster_on(self) -> date:
        day = self.cleaned_data["roster_on"]
        if day > self.today:
            raise ValidationError(_("The date of the roster cannot lie in the future."))
        return day

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        reader.check_size(file.size)
        return file
