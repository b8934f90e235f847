"""What is asked above a class table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from caseworks.forms import DateInput
from caseworks.tables.groups import Group
from caseworks.tables.kinds import Table
from children.facts.forms import terms_until
from children.models.growth import term_of, term_words


class Question(forms.Form):
    """Which group, and what the table is about; it stays in the address."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    of = forms.ChoiceField(
        label=_("Class or village"),
        error_messages={"invalid_choice": _("This class or village is not among yours, or nobody is in it.")},
    )
    term = forms.ChoiceField(label=_("Term"))
    on = forms.DateField(label=_("Day"), widget=DateInput())
    hospital = forms.CharField(label=pgettext_lazy("of a health check", "Hospital"), max_length=60, required=False)

    def __init__(self, data: Any, *, table: Table, offered: Sequence[Group], today: date) -> None:
        given = {name: data[name] for name in ("of", *table.asked) if data.get(name)}
        defaults = {"of": offered[0].code if offered else "", "on": today.isoformat(), "term": term_of(today)}
        super().__init__({**defaults, **given})
        self.today = today
        self.fields["of"].choices = [(group.code, f"{group.words} ({group.number})") for group in offered]
        self.fields["term"].choices = [(term, term_words(term)) for term in terms_until(today)]
        self.fields["on"].widget.attrs["max"] = today.isoformat()
        for name in list(self.fields):
            if name not in ("of", "on", *table.asked):
                del self.fields[name]
        if "on" not in table.asked:
            self.fields["on"].widget = forms.HiddenInput()

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError(_("This day has not come yet."))
        return on
