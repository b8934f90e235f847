"""The forms of a hand-over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.access import Via
from caseworks.classified_forms import ClassifiedForm
from caseworks.forms import DateInput
from caseworks.models import Organization, Posting
from children import idnumbers
from children.areas import OfficeField
from children.forms.base import ActionForm
from children.handover.actions import keeper_now
from children.models import Child, Enrolment, Grant, Handover

MOST_OFFICES = 20
_KINDS = {Via.ENROLMENT: tuple(codelists.SCHOOL_KINDS), Via.RESIDENCE: ("village",)}
_ALL_KINDS = tuple(kind for kinds in _KINDS.values() for kind in kinds)


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DateInput())


class PlaceField(forms.ModelChoiceField):
    """Offices in whatever county, each with the offices above it, to be told apart from others of the same name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            Organization.objects.none(), to_field_name="code", widget=forms.RadioSelect, empty_label=None, **options
        )

    def label_from_instance(self, office: Any) -> str:
        names = [office.name]
        while office.parent is not None:
            office = office.parent
            names.append(office.name)
        return " · ".join(reversed(names))


def found_places(words: str, chosen: str = "", kinds: Sequence[str] = _ALL_KINDS) -> QuerySet[Organization]:
    """Open schools and villages with these words in their name, and the one chosen."""
    asked = Q(code=chosen) | (Q(name__icontains=words) if words else Q(pk__in=[]))
    found = Organization.objects.filter(asked, kind__in=kinds, closed_on__isnull=True)
    first = list(found.values_list("pk", flat=True)[:MOST_OFFICES])
    rows = Organization.objects.filter(Q(pk__in=first) | Q(code=chosen, kind__in=kinds))
    return rows.select_related("parent__parent__parent__parent")


class ProposeForm(ClassifiedForm, ActionForm):
    """Where the child goes, from which day, and why. The place is searched for first: it may be in any county."""

    fields: dict[str, Any]  # each kind of field has attributes of its own
    kept_in = {"reason": "children.Handover", "note": "children.Handover"}
    unclassified = ("to", "on")

    to = PlaceField(label=_("Receiver"))
    on = day_field(_("From which day"))
    reason = Handover._meta.get_field("reason").formfield()
    note = Handover._meta.get_field("note").formfield(
        help_text=_("What the receiver should know before taking the child on. No names, no numbers.")
    )

    def __init__(self, *args: Any, child: Child, words: str, **options: Any) -> None:
        super().__init__(*args, **options)
        open_kinds = [kind for via, kinds in _KINDS.items() if keeper_now(child, via) for kind in kinds]
        chosen = self.data.get("to", "") or self.initial.get("to", "")
        self.places = found_places(words, chosen, open_kinds)
        self.fields["to"].queryset = self.places


class _NumberForm(ActionForm):
    """A form about a child who is named by the whole ID number, because whoever asks may not look for names."""

    id_number = forms.CharField(
        label=_("ID number of the child"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )

    def clean_id_number(self) -> str:
        number = idnumbers.clean(self.cleaned_data["id_number"])
        if len(number) != 18:
            raise forms.ValidationError(_("Type the whole number: 18 characters, from the papers."), code="shape")
        return number


class AskForm(ClassifiedForm, _NumberForm):
    """The child's ID number, and where they are now."""

    fields: dict[str, Any]  # each kind of field has attributes of its own
    kept_in = {"reason": "children.Handover", "note": "children.Handover", "grade": "children.Enrolment"}
    unclassified = ("to", "on", "id_number")

    to = OfficeField(label=_("Comes to"))
    on = day_field(_("From which day"))
    grade = Enrolment._meta.get_field("grade").formfield()
    reason = Handover._meta.get_field("reason").formfield()
    note = Handover._meta.get_field("note").formfield(
        help_text=_("What the office that keeps the archive should know.")
    )

    def __init__(self, *args: Any, posting: Posting, **options: Any) -> None:
        super().__init__(*args, posting=posting, **options)
        own = Organization.objects.under(posting.organization)
        schools = own.schools()
        self.fields["to"].offer(schools if schools.exists() else own.villages())
        if not schools.exists():
            del self.fields["grade"]
        offices = list(self.fields["to"].queryset[:2])
        if len(offices) == 1:
            self.fields["to"].initial = offices[0].code


class ReturnForm(ActionForm):
    """Why the archive stays where it is."""

    answer = forms.CharField(
        label=_("Why it is returned"), max_length=300, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300})
    )


class EmergencyForm(ClassifiedForm, _NumberForm):
    """Why an archive must be opened at once."""

    fields: dict[str, Any]  # each kind of field has attributes of its own
    kept_in = {"reason": "children.Grant", "words": "children.Grant"}
    unclassified = ("id_number",)

    reason = Grant._meta.get_field("reason").formfield()
    words = Grant._meta.get_field("words").formfield(widget=forms.Textarea(attrs={"rows": 2, "maxlength": 200}))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].choices = [("", "—"), *codelists.EMERGENCY.choices()]
