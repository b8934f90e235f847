"""Which roster, how much of it, and whether locked."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from caseworks.exchange.out.layouts import LAYOUTS
from guardians.definitions import definition_choices

LIST = "list"
MASKED, FULL = "masked", "full"


class OutForm(forms.Form):
    """What leaves: the layout, the definition of the list, masked or in full, locked or not."""

    layout = forms.ChoiceField(label=_("Layout"), widget=forms.RadioSelect)
    definition = forms.ChoiceField(label=_("Left behind counted by"))
    show = forms.ChoiceField(
        label=_("ID numbers, telephones and addresses"),
        choices=[(MASKED, _("masked")), (FULL, _("in full, with approval"))],
        widget=forms.RadioSelect,
        initial=MASKED,
    )
    zipped = forms.BooleanField(label=_("Lock the file with a password"), required=False)

    def __init__(self, data: Any = None, *, definition: str) -> None:
        super().__init__(data, initial={"layout": LIST, "definition": definition})
        fields: dict[str, Any] = self.fields
        fields["layout"].choices = [
            (LIST, _("As the list shows it")),
            *((layout.key, layout.name) for layout in LAYOUTS.values()),
        ]
        fields["definition"].choices = definition_choices()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("layout") == LIST and data.get("show") == FULL:
            self.add_error("show", _("The list shows no telephones or addresses. Choose one of the rosters for that."))
        return data

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper
