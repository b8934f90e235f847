"""Mentors and contact rules in the shared admin. Pairings and contacts have pages of their own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from caseworks import phones
from caseworks.access import ROLES, Permission, Role
from caseworks.classified_forms import ClassifiedForm
from caseworks.exchange.office_sheets import MentorResource, SheetAdmin
from caseworks.forms import DateInput
from caseworks.merging import MergingModelForm
from caseworks.scoped_admin import ScopedAdmin, say_period
from guardians.definitions import definition_choices
from visits.models import ContactRule, Mentor


class MentorForm(MergingModelForm, ClassifiedForm, forms.ModelForm):
    class Meta:
        model = Mentor
        fields = ["name", "organization", "kind", "phone", "user", "checked_on", "from_on", "until_on"]
        widgets = {"checked_on": DateInput(), "from_on": DateInput(), "until_on": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_period(self)

    def clean_phone(self) -> str:
        return phones.clean(self.cleaned_data["phone"])


@admin.register(Mentor)
class MentorAdmin(SheetAdmin):
    """Everyone who may be given a child to look after.

    A mentor stays with the organization they were entered for: the pairings' roads to the children lead through it.
    """

    form = MentorForm
    resource_classes = [MentorResource]
    list_display = ["name", "organization", "kind_word", "checked_on", "from_day", "until_day"]
    list_select_related = ["organization"]
    search_fields = ["name", "code", "organization__name"]
    fields = ["name", "organization", "kind", "phone", "user", "checked_on", "from_on", "until_on"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["organization"] if obj else []

    @admin.display(description=_("kind"), ordering="kind")
    def kind_word(self, row: Mentor) -> str:
        return row.get_kind_display()


class ContactRuleForm(MergingModelForm):
    role = forms.ChoiceField(
        label=_("by whom"),
        choices=[
            (role.value, ROLES[role].label) for role in Role if Permission.LOG_CONTACTS in ROLES[role].permissions
        ],
    )
    definition = forms.ChoiceField(label=_("which children"), required=False)

    class Meta:
        model = ContactRule
        fields = ["organization", "role", "kind", "definition", "every_days", "from_on", "until_on"]
        widgets = {"from_on": DateInput(), "until_on": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_period(self)
        which: Any = self.fields["definition"]
        which.choices = [("", _("every child")), *definition_choices()]
        how: Any = self.fields["kind"]
        how.choices = [("", _("in any way")), *list(how.choices)[1:]]


@admin.register(ContactRule)
class ContactRuleAdmin(ScopedAdmin):
    """How often who is to contact whom. The nearest office's rule wins, so an office may only write its own."""

    form = ContactRuleForm
    deletable = True
    list_display = ["organization", "role_word", "kind_word", "definition_word", "every_days", "from_day", "until_day"]
    list_display_links = ["organization", "role_word"]
    list_select_related = ["organization"]
    fields = ["organization", "role", "kind", "definition", "every_days", "from_on", "until_on"]

    @admin.display(description=_("by whom"), ordering="role")
    def role_word(self, row: ContactRule) -> str:
        return ROLES[row.role].label

    @admin.display(description=_("how"), ordering="kind")
    def kind_word(self, row: ContactRule) -> str:
        word = row.get_kind_display()
        return word if row.kind else str(_("in any way"))

    @admin.display(description=_("which children"), ordering="definition")
    def definition_word(self, row: ContactRule) -> str:
        return str(dict(definition_choices()).get(row.definition, _("every child")))
