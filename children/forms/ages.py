"""The form by which something that a birthday asks for is said to be done."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from caseworks.forms import DateInput
from children.forms.base import ActionForm


class AgeStepForm(ActionForm):
    """On which day, and what came of it. No name of a child: it stands in the archive of the child."""

    done_on = forms.DateField(label=_("Done on"), widget=DateInput())
    note = forms.CharField(
        label=_("What came of it"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
