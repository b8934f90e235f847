"""The forms about a child, in the order of the official registration form (民发〔2016〕42号 annex 1)."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Fieldset, Layout, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.classified_forms import ClassifiedForm
from caseworks.forms import DateInput
from caseworks.merging import MergingForm
from caseworks.models import Organization, Posting
from children import actions, idnumbers, names
from children.areas import OfficeField, county_of
from children.forms.base import ActionForm, WarningsForm
from children.models import Child, Enrolment, Residence

FAULTS = {
    "scientific": _("A spreadsheet has rounded this number. Type it from the household register."),
    "shape": _("An ID number has 18 characters: 17 digits and a last digit or X."),
    "date": _("The birth date inside this number does not exist. Compare it with the household register."),
}
_ENROLMENT = ("school", "grade", "class_name", "boarding", "student_number")
_RESIDENCE = ("village", "address")
PLACED = (*_ENROLMENT, *_RESIDENCE)
KEPT_IN = dict.fromkeys(_ENROLMENT, "children.Enrolment") | dict.fromkeys(_RESIDENCE, "children.Residence")


def _of(model: Any, name: str, **options: Any) -> forms.Field:
    return model._meta.get_field(name).formfield(**options)


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DateInput(), **options)


def _columns(form: ClassifiedForm, *names: str) -> Row:
    return Row(*(Column(*form.with_removals(name), css_class="col-12 col-md-6") for name in names))


def _yes_no(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=[("", _("Not collected")), ("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
    )


class FactsForm(ClassifiedForm, WarningsForm):
    """What an archive says of the child itself; birth and sex may be left to the ID number."""

    kept_in = dict.fromkeys(actions.ARCHIVE_FIELDS, "children.Child")
    unclassified = ("acknowledged",)

    name = _of(Child, "name")
    sex = _of(Child, "sex", help_text=_("Can be left empty if there is an ID number."))
    ethnicity = _of(Child, "ethnicity")
    born_on = _day(_("Date of birth"), required=False, help_text=_("Can be left empty if there is an ID number."))
    id_number = forms.CharField(
        label=_("ID number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-id-number": ""}),
    )
    registration = _of(Child, "registration")
    registered_at = _of(Child, "registered_at")
    health = _of(Child, "health")
    only_child = _yes_no(_("Only child"))
    orphan = _yes_no(_("Orphan"))
    notes = forms.CharField(label=_("Notes"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def clean_id_number(self) -> str:
        number = idnumbers.clean(self.cleaned_data["id_number"])
        if number:
            fault = idnumbers.read(number).fault
            if fault in FAULTS:
                raise forms.ValidationError(FAULTS[fault], code=fault)
        return number

    def look_for_doubts(self) -> None:
        values = self.cleaned_data
        reading = idnumbers.read(values["id_number"]) if values.get("id_number") else None
        if reading is not None:
            if not values.get("born_on") and "born_on" not in self.errors:
                values["born_on"] = reading.born_on
            if not values.get("sex") and "sex" not in self.errors:
                values["sex"] = reading.sex
        self._require(values)
        values["id_doubtful"] = False
        if reading is None:
            return
        if reading.fault == "check":
            self.warn(_("The last digit of the ID number does not fit the others: a digit is probably mistyped."))
        if values.get("born_on") and values["born_on"] != reading.born_on:
            words = gettext("By the ID number the child was born on %(day)s.")
            self.warn(words % {"day": reading.born_on.isoformat() if reading.born_on else ""})
        if values.get("sex") and values["sex"] != reading.sex:
            self.warn(gettext("By the ID number the child is %(sex)s.") % {"sex": codelists.SEX.label(reading.sex)})
        values["id_doubtful"] = bool(self.warnings)

    def _require(self, values: dict[str, Any]) -> None:
        for field, words in (
            ("born_on", _("Give the date of birth, or the ID number that contains it.")),
            ("sex", _("Choose the sex, or give the ID number that contains it.")),
        ):
            if field not in self.errors and "id_number" not in self.errors and not values.get(field):
                self.add_error(field, forms.ValidationError(words, code="required"))

    def facts(self) -> dict[str, Any]:
        """The fields of the archive, for an action."""
        return {field: self.cleaned_data[field] for field in actions.ARCHIVE_FIELDS if field in self.cleaned_data}


class OpenForm(FactsForm):
    """A new archive: the child, the school and the village. Children who may be the same one are shown first."""

    fields: dict[str, Any]  # each kind of field has attributes of its own
    kept_in = FactsForm.kept_in | KEPT_IN

    village = OfficeField(label=_("Village"), required=False)
    address = _of(Residence, "address")
    school = OfficeField(label=_("School"), required=False)
    grade = _of(Enrolment, "grade")
    class_name = _of(Enrolment, "class_name")
    boarding = _of(Enrolment, "boarding")
    student_number = _of(Enrolment, "student_number")
    opened_on = _day(_("Archive opened on"))

    def __init__(self, *args: Any, posting: Posting, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.same: list[Child] = []
        self.fields["opened_on"].initial = today
        county = Organization.objects.under(county_of(posting.organization))
        own = Organization.objects.under(posting.organization)
        keeps_school = own.schools().exists()
        self.fields["school"].offer(own.schools() if keeps_school else county.schools())
        self.fields["village"].offer(county.villages() if keeps_school else own.villages())
        required = "school" if keeps_school else "village"
        self.fields[required].required = True
        offices = list(self.fields[required].queryset[:2])
        if len(offices) == 1:
            self.fields[required].initial = offices[0].code
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Fieldset(
                _("Child"),
                _columns(self, "name", "id_number"),
                _columns(self, "sex", "born_on"),
                _columns(self, "ethnicity", "registration"),
                _columns(self, "registered_at"),
            ),
            Fieldset(_("Residence"), _columns(self, "village", "address")),
            Fieldset(_("Health"), _columns(self, "health")),
            Fieldset(
                _("School"),
                _columns(self, "school", "grade"),
                _columns(self, "class_name", "boarding"),
                _columns(self, "student_number"),
            ),
            Fieldset(
                _("Family"),
                _columns(self, "only_child", "orphan"),
                _columns(self, "opened_on"),
                "notes",
            ),
        )

    def look_for_doubts(self) -> None:
        super().look_for_doubts()
        name, born_on = names.clean(self.cleaned_data.get("name", "")), self.cleaned_data.get("born_on")
        if name and born_on:
            self.same = list(Child.objects.live().filter(name=name, born_on=born_on).in_name_order()[:5])
        if self.same:
            self.warn(
                _(
                    "A child with this name and date of birth has an archive already. Open a second one only for another child."
                )
            )

    def refuse(self, error: ValidationError) -> None:
        super().refuse(error)
        if isinstance(error, actions.IdTakenError) and error.existing is not None:
            self.same = [error.existing]

    def placed(self) -> dict[str, Any]:
        """Where the child lives and goes to school, for the action."""
        return {field: self.cleaned_data[field] for field in PLACED}


class EditForm(MergingForm, FactsForm):
    """An archive's own facts."""

    opened_on = _day(_("Archive opened on"))

    def __init__(self, *args: Any, child: Child, **options: Any) -> None:
        super().__init__(*args, about=child, stored=self.read(child), **options)
        self.child = child
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "opened",
            Fieldset(
                _("Child"),
                _columns(self, "name", "id_number"),
                _columns(self, "sex", "born_on"),
                _columns(self, "ethnicity", "registration"),
                _columns(self, "registered_at"),
            ),
            Fieldset(_("Health"), _columns(self, "health")),
            Fieldset(
                _("Family"),
                _columns(self, "only_child", "orphan"),
                _columns(self, "opened_on"),
                "notes",
            ),
        )

    def look_for_doubts(self) -> None:
        super().look_for_doubts()
        same = all(
            self.cleaned_data.get(field) == getattr(self.child, field) for field in ("id_number", "born_on", "sex")
        )
        if same and self.child.id_doubtful:
            self.warnings.clear()  # acknowledged before; the number stays marked as doubtful

    @staticmethod
    def read(child: Child) -> dict[str, Any]:
        """What the form shows of an archive."""
        shown = {field: getattr(child, field) for field in actions.ARCHIVE_FIELDS}
        words = {True: "yes", False: "no", None: ""}
        return shown | {field: words[shown[field]] for field in ("only_child", "orphan")}


class EnrolForm(MergingForm, ClassifiedForm, ActionForm):
    """School, grade and class from a day on; no school means that the child has left school.

    `now` is the enrolment on which the form builds, if there is one.
    """

    fields: dict[str, Any]  # each kind of field has attributes of its own

    kept_in = KEPT_IN
    unclassified = ("on",)

    school = OfficeField(label=_("School"), required=False, empty_label=_("Not at any school"))
    on = _day(_("From"))
    grade = _of(Enrolment, "grade")
    class_name = _of(Enrolment, "class_name")
    boarding = _of(Enrolment, "boarding")
    student_number = _of(Enrolment, "student_number")

    def __init__(
        self, *args: Any, posting: Posting, child: Child, now: Enrolment | None, today: date, **options: Any
    ) -> None:
        stored = {name: getattr(now, name) if now else "" for name in _ENROLMENT} | {"school": now and now.school.code}
        super().__init__(*args, about=child, stored=stored, initial={"on": today}, **options)
        own = Organization.objects.under(posting.organization).schools()
        county = Organization.objects.under(county_of(posting.organization)).schools()
        self.fields["school"].offer(own if own.exists() else county)


class SettleForm(MergingForm, ClassifiedForm, ActionForm):
    """Village and address from a day on; no village means that the child has moved out of the county.

    `now` is the residence on which the form builds, if there is one.
    """

    fields: dict[str, Any]  # each kind of field has attributes of its own

    kept_in = KEPT_IN
    unclassified = ("on",)

    village = OfficeField(label=_("Village"), required=False, empty_label=_("Outside the county"))
    on = _day(_("From"))
    address = _of(Residence, "address")

    def __init__(
        self, *args: Any, posting: Posting, child: Child, now: Residence | None, today: date, **options: Any
    ) -> None:
        stored = {"village": now and now.village.code, "address": now.address if now else ""}
        super().__init__(*args, about=child, stored=stored, initial={"on": today}, **options)
        self.fields["village"].offer(Organization.objects.under(county_of(posting.organization)).villages())

    def clean(self) -> dict[str, Any]:
        """An address left empty is kept; in another village it is not."""
        values = super().clean() or self.cleaned_data
        if "village" in self.changed_data and not self.data.get(self.add_prefix("address")):
            values["address"] = ""
        return values


class CloseForm(ActionForm):
    """Why and when an archive is closed, or several."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    reason = forms.ChoiceField(label=_("Reason of exit"))
    on = _day(_("Closed on"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].choices = [("", "—"), *codelists.EXIT_REASON.choices()]


class ReopenForm(ActionForm):
    """Whether the child has come back, and when, or whether the closing was a mistake."""

    why = forms.ChoiceField(
        label=_("Why is it opened again?"),
        choices=[
            ("back", _("The child has come back")),
            ("mistake", _("It was closed by mistake: as if it had never been closed")),
        ],
        widget=forms.RadioSelect,
        initial="back",
    )
    on = _day(_("Back since"), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("why") == "mistake":
            values["on"] = None
        elif "on" not in self.errors and not values.get("on"):
            self.add_error("on", ValidationError(_("Give the day on which the child came back."), code="required"))
        return values
