"""Forms about files that leave."""

from __future__ import annotations

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _


class _Plain(forms.Form):
    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper


class AskForm(_Plain):
    """What the file is for, and whether it shall be locked."""

    purpose = forms.CharField(
        label=_("What is the file for?"),
        min_length=4,
        max_length=200,
        help_text=_("One sentence: who receives it and what for. It is kept in the audit trail. No names of children."),
    )
    zipped = forms.BooleanField(
        label=_("Lock it with a password"),
        required=False,
        help_text=_("For files that travel by mail or on a stick. 7-Zip, WinRAR and 360压缩 open them."),
    )

    def __init__(self, data: object = None, *, needs_purpose: bool, zipped: bool = False) -> None:
        super().__init__(data, initial={"zipped": zipped})  # type: ignore[arg-type]
        if not needs_purpose:
            del self.fields["purpose"]


class DecideForm(_Plain):
    """Yes or no; a no says why."""

    decision = forms.ChoiceField(choices=[("approve", ""), ("refuse", "")], widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Why not?"), max_length=200, required=False, help_text=_("Only needed if you do not approve.")
    )

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if data.get("decision") == "refuse" and not data.get("note"):
            self.add_error("note", _("Say why the file may not leave, so that the other person can ask better."))
        return data
