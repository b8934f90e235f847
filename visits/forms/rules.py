"""The form of a contact rule."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.access import ROLES, Permission, Role
from caseworks.forms import DateInput
from caseworks.models import Organization
from children.forms.base import ActionForm
from guardians.definitions import definition_choices

LONGEST_DAYS = 366


class RuleForm(ActionForm):
    """Who contacts which children, how, and how often."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    organization = forms.ModelChoiceField(
        label=_("For the offices under"), queryset=Organization.objects.none(), to_field_name="code", empty_label=None
    )
    role = forms.ChoiceField(
        label=_("By whom"),
        choices=lambda: [
            (role.value, ROLES[role].label) for role in Role if Permission.LOG_CONTACTS in ROLES[role].permissions
        ],
    )
    kind = forms.ChoiceField(label=_("How"), required=False)
    definition = forms.ChoiceField(label=_("Which children"), required=False)
    every_days = forms.IntegerField(label=_("Every so many days"), min_value=1, max_value=LONGEST_DAYS, initial=30)
    from_on = forms.DateField(label=_("Starts on"), widget=DateInput())

    def __init__(self, *args: Any, organization: Organization, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organization"].queryset = Organization.objects.under(organization).filter(closed_on=None)
        self.fields["organization"].initial = organization.code
        self.fields["kind"].choices = [("", _("in any way")), *codelists.CONTACT_KIND.choices()]
        self.fields["definition"].choices = [("", _("every child")), *definition_choices()]
        self.fields["every_days"].widget.attrs["inputmode"] = "numeric"
        self.fields["from_on"].initial = today
