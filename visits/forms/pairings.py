"""Forms of pairings and mentors."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from caseworks import codelists, phones
from caseworks.access import Role
from caseworks.classified_forms import ClassifiedForm
from caseworks.forms import DateInput
from caseworks.merging import MergingForm
from caseworks.models import Organization, Posting, User
from children.forms.base import ActionForm
from children.models import Child
from children.models.archive import ChildQuerySet
from guardians.definitions import definition, definition_choices
from visits.models import Mentor, Pairing


class WaitingFilter(forms.Form):
    """Which left-behind children wait for a mentor: by which definition, and by the words that find a child."""

    q = forms.CharField(label=_("Child"), required=False, max_length=40, widget=forms.TextInput({"type": "search"}))
    definition = forms.ChoiceField(label=_("Definition"), choices=definition_choices, required=False)

    def rows(self, today: date) -> ChildQuerySet:
        """Children in scope with an open archive, left behind on that day and without a mentor; the longest wait first."""
        self.is_valid()
        chosen = self.cleaned_data
        rows = Child.objects.live().open_on(today).matching(chosen.get("q", ""))
        waiting = rows.exclude(pk__in=Pairing.objects.open_on(today).values("child"))
        return definition(chosen.get("definition", "")).children(waiting, today).order_by("opened_on", "id")


class PairingFilter(forms.Form):
    """Which pairings: by the words that find a child, or by a mentor's name."""

    q = forms.CharField(
        label=_("Child or mentor"), required=False, max_length=40, widget=forms.TextInput({"type": "search"})
    )

    def rows(self, pairings: Any) -> Any:
        """Those of the given pairings that fit."""
        self.is_valid()
        if words := self.cleaned_data.get("q"):
            children = Child.objects.matching(words).values("pk")
            mentors = Mentor.objects.filter(name__contains=words).values("pk")
            pairings = pairings.filter(child__in=children) | pairings.filter(mentor__in=mentors)
        return pairings


class MentorField(forms.ModelChoiceField):
    """A mentor with the office and the number of children they have."""

    def label_from_instance(self, mentor: Mentor) -> str:
        return _("%(name)s · %(organization)s · now %(load)s children") % {
            "name": mentor.name,
            "organization": mentor.organization,
            "load": mentor.load,
        }


class PairForm(ActionForm):
    """This child to this mentor, from this day on."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    child = forms.CharField(
        label=_("Child"),
        max_length=40,
        help_text=_("Name or archive code."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    mentor = MentorField(label=_("Mentor"), queryset=Mentor.objects.none(), to_field_name="code")
    from_on = forms.DateField(label=_("Starts on"), widget=DateInput())

    def __init__(
        self, *args: Any, organization: Organization, today: date, fixed: Child | None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["mentor"].queryset = Mentor.objects.to_choose(organization, today)
        self.fields["from_on"].initial = today
        self.fields["from_on"].widget.attrs["max"] = today.isoformat()
        if fixed is not None:
            self.fields["child"].widget = forms.HiddenInput()

    def clean_child(self) -> Child:
        """The one child in scope that these words find."""
        words = self.cleaned_data["child"]
        found = list(Child.objects.live().matching(words)[:2])
        exact = [child for child in found if child.code == words.strip().upper()]
        if len(exact or found) == 1:
            return (exact or found)[0]
        if found:
            raise ValidationError(_("Several children are called so: type the archive code."), code="several")
        raise ValidationError(_("No child in your charge is called so."), code="nobody")


class EndPairingForm(ActionForm):
    """When and why a pairing ends."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    until_on = forms.DateField(
        label=_("Ends on"), widget=DateInput(), help_text=_("From this day on the mentor no longer sees the archive.")
    )
    end_reason = forms.ChoiceField(label=_("Why it ends"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["until_on"].initial = today
        self.fields["end_reason"].choices = codelists.PAIRING_END.choices()


class MentorFilter(forms.Form):
    """Which mentors: by name, the unchecked only, and whether those who have stopped are shown."""

    q = forms.CharField(label=_("Name"), required=False, max_length=40, widget=forms.TextInput({"type": "search"}))
    unchecked = forms.BooleanField(label=_("without a background check"), required=False)
    ended = forms.BooleanField(label=_("also those who have stopped"), required=False)

    def rows(self, mentors: Any, today: date) -> Any:
        """Those of the given mentors that fit."""
        self.is_valid()
        chosen = self.cleaned_data
        if chosen.get("q"):
            mentors = mentors.filter(name__contains=chosen["q"])
        if chosen.get("unchecked"):
            mentors = mentors.filter(checked_on=None)
        return mentors if chosen.get("ended") else mentors.available_on(today)


class MentorForm(MergingForm, ClassifiedForm, ActionForm):
    """A mentor of the office or of one under it."""

    fields: dict[str, Any]  # each kind of field has attributes of its own
    kept_in = dict.fromkeys(("name", "phone", "organization", "kind", "checked_on", "from_on", "user"), "visits.Mentor")

    name = forms.CharField(label=_("Name"), max_length=40, widget=forms.TextInput({"autocomplete": "off"}))
    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    organization = forms.ModelChoiceField(
        label=_("Organization"), queryset=Organization.objects.none(), to_field_name="code", empty_label=None
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    checked_on = forms.DateField(
        label=_("Background checked on"),
        required=False,
        widget=DateInput(),
        help_text=_("The day the record check came back (Law on the Protection of Minors, art. 62)."),
    )
    from_on = forms.DateField(label=_("Mentor since"), widget=DateInput())
    user = forms.ModelChoiceField(
        label=_("Login"),
        queryset=User.objects.none(),
        to_field_name="username",
        required=False,
        empty_label=_("does not sign in"),
        help_text=_("Only for mentors who sign in themselves; the person needs a mentor's post at the same office."),
    )

    def __init__(
        self, *args: Any, organization: Organization, today: date, mentor: Mentor | None = None, **options: Any
    ) -> None:
        names = ("name", "phone", "kind", "checked_on", "user") if mentor is not None else ()
        super().__init__(*args, about=mentor, stored={name: getattr(mentor, name) for name in names}, **options)
        offices = Organization.objects.under(organization)
        self.fields["kind"].choices = [("", _("Not collected")), *codelists.MENTOR_KIND.choices()]
        self.fields["user"].queryset = User.objects.filter(
            pk__in=Posting.objects.filter(role=Role.MENTOR, until_on=None, organization__in=offices).values("user")
        )
        for name in ("checked_on", "from_on"):
            self.fields[name].widget.attrs["max"] = today.isoformat()
        self.fields["from_on"].initial = today
        self.fields["organization"].queryset = offices.filter(closed_on=None)
        self.fields["organization"].initial = organization.code
        if mentor is not None:
            del self.fields["organization"], self.fields["from_on"]

    def clean_phone(self) -> str:
        """The number in the form in which it is dialled, or empty."""
        number = phones.clean(self.cleaned_data["phone"])
        if number and not phones.is_plausible(number):
            raise ValidationError(_("This is no telephone number."), code="phone")
        return number


class EndMentorForm(ActionForm):
    """The day from which somebody is a mentor no more."""

    until_on = forms.DateField(label=_("Stops on"), widget=DateInput())

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["until_on"].initial = today
