"""What is filled in around a list: a name for a filter, and what happens to the children ticked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.forms import DateInput
from children.forms.base import ActionForm


class SaveFilterForm(ActionForm):
    """A name for the filter in the address, and whether the office shares it."""

    name = forms.CharField(
        label=_("Name of the filter"),
        max_length=20,
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off"}),
    )
    shared = forms.BooleanField(
        label=_("Everyone at my office sees it"), required=False, widget=forms.CheckboxInput({"class": "form-check-input"})
    )  # fmt: skip
    query = forms.CharField(max_length=500, required=False, widget=forms.HiddenInput)


def _on(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DateInput())


class ChangeClassForm(ActionForm):
    """Another grade or class of the same school, from a day on."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    grade = forms.ChoiceField(label=_("Grade"), required=False)
    class_name = forms.CharField(label=_("Class"), max_length=20, required=False)
    on = _on(_("From"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["grade"].choices = [("", _("As it is")), *codelists.GRADE.choices()]
        self.fields["class_name"].help_text = _("Leave empty what stays as it is.")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not values.get("grade") and not values.get("class_name"):
            raise forms.ValidationError(_("Choose a grade or type a class."), code="nothing")
        return values
