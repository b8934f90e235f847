"""The forms about the adults around a child."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from caseworks import codelists, phones
from caseworks.classified_forms import ClassifiedForm
from caseworks.forms import DateInput
from caseworks.merging import MergingForm
from children import idnumbers, names
from children.forms.archive import FAULTS
from children.forms.base import ActionForm, WarningsForm
from children.models import Child
from guardians.actions import CARE_PAPERS, RELATIVE_FIELDS
from guardians.household import Household
from guardians.models import Entrustment, Kinship, Relative


def _of(model: Any, name: str, **options: Any) -> forms.Field:
    return model._meta.get_field(name).formfield(**options)


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DateInput(), **options)


class RelativeForm(ClassifiedForm, WarningsForm):
    """A person and what they are to the child."""

    fields: dict[str, Any]  # each kind of field has attributes of its own
    kept_in = dict.fromkeys(RELATIVE_FIELDS, "guardians.Relative") | {"relation": "guardians.Kinship"}
    unclassified = ("acknowledged", "also_for")

    relation = forms.ChoiceField(label=_("What the person is to the child"))
    name = _of(Relative, "name")
    phone = forms.CharField(
        label=_("Phone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    born_year = forms.IntegerField(
        label=_("Year of birth"), required=False, widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4})
    )
    id_number = forms.CharField(
        label=_("ID number"), max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    address = _of(Relative, "address")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["relation"].choices = [("", "—"), *codelists.RELATION.choices()]

    def clean_phone(self) -> str:
        phone = phones.clean(self.cleaned_data["phone"]) if self.cleaned_data["phone"] else ""
        if phone and not phones.is_plausible(phone):
            raise forms.ValidationError(
                _("This is not a telephone number. A mobile number has 11 digits; a landline needs its area code.")
            )
        return phone

    def clean_id_number(self) -> str:
        number = idnumbers.clean(self.cleaned_data["id_number"])
        if number and (fault := idnumbers.read(number).fault) in FAULTS:
            raise forms.ValidationError(FAULTS[fault], code=fault)
        return number

    def look_for_doubts(self) -> None:
        number = self.cleaned_data.get("id_number")
        if not number or "id_number" not in self.changed_data:
            return
        reading = idnumbers.read(number)
        if reading.fault == "check":
            self.warn(_("The last digit of the ID number does not fit the others: a digit is probably mistyped."))
        if self.cleaned_data.get("born_year") is None and reading.born_on:
            self.cleaned_data["born_year"] = reading.born_on.year

    def person(self) -> dict[str, Any]:
        """The fields of the person, for an action."""
        return {field: self.cleaned_data[field] for field in RELATIVE_FIELDS if field in self.cleaned_data}


class NewRelativeForm(RelativeForm):
    """The same for a new person, with the siblings it is also for, and the person it may already be."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    also_for = forms.MultipleChoiceField(
        label=_("The same person is the same to"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, child: Child, siblings: list[Child], **options: Any) -> None:
        super().__init__(*args, **options)
        self.child = child
        self.siblings = {sibling.code: sibling for sibling in siblings}
        self.twin: Kinship | None = None
        if siblings:
            self.fields["also_for"].choices = [(sibling.code, sibling.name) for sibling in siblings]
        else:
            del self.fields["also_for"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self.twin = self._same_person()
        if self.twin is not None:
            self.fields["same"] = forms.ChoiceField(
                label=_("Is it this person?"),
                choices=[("yes", _("Yes, the same person")), ("no", _("No, somebody else"))],
                widget=forms.RadioSelect,
                required=False,
            )
            values["same"] = self.data.get("same", "")
            if values["same"] not in ("yes", "no"):
                self.add_error("same", _("A person with this name and phone is on record. Say whether it is the same."))
        return values

    def _same_person(self) -> Kinship | None:
        """A relative of another child in scope with the same name and phone."""
        phone, name = self.cleaned_data.get("phone"), names.clean(self.cleaned_data.get("name", ""))
        if not phone or not name:
            return None
        alike = Relative.objects.with_phone(phone).filter(name=name)
        found = Kinship.objects.filter(relative__in=alike.values("pk")).exclude(child=self.child)
        return found.select_related("relative", "child").order_by("id").first()

    @property
    def chosen_siblings(self) -> list[Child]:
        """The siblings ticked."""
        return [self.siblings[code] for code in self.cleaned_data.get("also_for", [])]


class EditRelativeForm(MergingForm, RelativeForm):
    """The same for somebody on record."""


class AbsenceForm(ActionForm):
    """Where somebody works away from home, and since when."""

    place = forms.CharField(
        label=_("Place of work: province and city"),
        max_length=60,
        help_text=_("For example 广东省东莞市. The province is counted in the reports."),
    )
    from_on = _day(_("Away since"), required=False)
    unknown = forms.BooleanField(label=_("Since when is not known"), required=False)
    employer = forms.CharField(label=_("Employer"), max_length=60, required=False)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("unknown"):
            values["from_on"] = self.today
        elif not values.get("from_on") and "from_on" not in self.errors:
            self.add_error("from_on", _("Give the day, or tick that it is not known."))
        return values

    def absence(self) -> dict[str, Any]:
        """The values for the action."""
        values = self.cleaned_data
        return {
            "place": values["place"],
            "from_on": values["from_on"],
            "employer": values["employer"],
            "from_known": not values["unknown"],
        }


class EndForm(ActionForm):
    """The first day on which something no longer holds."""

    on = _day(_("From which day on no longer"))


class SituationForm(ActionForm):
    """Why somebody cannot care for the child, and since when."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    kind = forms.ChoiceField(label=_("Situation"))
    from_on = _day(_("Since"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = [("", "—"), *codelists.SITUATION.choices()]


class PapersForm(ActionForm):
    """The reason of an entrusted care, and the days of its papers (未成年人保护法 art. 22 and 23)."""

    reason = _of(Entrustment, "reason")
    child_heard_on = _day(_("Child heard on"), required=False)
    agreement_signed_on = _day(_("Agreement signed on"), required=False)
    school_notified_on = _day(_("School told in writing on"), required=False)
    village_notified_on = _day(_("Village told in writing on"), required=False)

    def papers(self) -> dict[str, Any]:
        """The values for the action."""
        return {field: self.cleaned_data[field] for field in ("reason", *CARE_PAPERS)}


class EditPapersForm(MergingForm, PapersForm):
    """The same for a care on record."""


class EntrustForm(PapersForm):
    """Who cares for the child from a day on."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    relative = forms.ChoiceField(label=_("Carer"))
    from_on = _day(_("Cares for the child since"))
    field_order = ("relative", "from_on", "reason", *CARE_PAPERS)

    def __init__(self, *args: Any, home: Household, **options: Any) -> None:
        super().__init__(*args, **options)
        self.home = home
        living = [member for member in home.members if not member.is_dead]
        self.fields["relative"].choices = [("", "—")] + [
            (member.relative.code, f"{member.relative.name} · {member.relation_label}") for member in living
        ]

    @property
    def carer(self) -> Relative:
        """The person chosen: the choices are the members of the household."""
        code = self.cleaned_data["relative"]
        return next(member.relative for member in self.home.members if member.relative.code == code)
