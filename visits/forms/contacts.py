"""The form of a contact, and the filter of the list of contacts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from caseworks import codelists
from caseworks.forms import DateInput
from caseworks.merging import MergingForm
from caseworks.models import User
from children.forms.base import ActionForm
from children.models import Child
from visits.around import Around, Person
from visits.models import Contact, ContactChild

ICONS = {
    "home": "house-door",
    "call": "telephone",
    "video": "camera-video",
    "talk": "chat-dots",
    "letter": "envelope",
    "tutoring": "book",
    "company": "people",
    "service": "basket",
    "other": "three-dots",
}
USUAL_KINDS = 4
PRESSED = {"class": "btn-check", "autocomplete": "off"}


class ContactForm(MergingForm, ActionForm):
    """How, with whom, reached or not, about what: the questions in the order in which a visit is remembered."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    children = forms.MultipleChoiceField(
        label=_("Children"), widget=forms.CheckboxSelectMultiple(PRESSED), required=False
    )
    kind = forms.ChoiceField(
        label=_("How"),
        choices=codelists.CONTACT_KIND.choices,
        widget=forms.RadioSelect(PRESSED),
        error_messages={"required": _("Say how: a home visit, a call …")},
    )
    met = forms.MultipleChoiceField(label=_("With whom"), widget=forms.CheckboxSelectMultiple(PRESSED), required=False)
    reached = forms.TypedChoiceField(
        label=_("Reached?"),
        choices=[("yes", _("Yes, reached")), ("no", _("No, not reached"))],
        coerce=lambda value: value == "yes",
        initial="yes",
        widget=forms.RadioSelect(PRESSED),
    )
    topics = forms.MultipleChoiceField(
        label=_("About what"),
        choices=codelists.TOPIC.choices,
        widget=forms.CheckboxSelectMultiple(PRESSED),
        required=False,
    )
    note = forms.CharField(
        label=_("In a few words"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 2, "autocomplete": "off"}),
    )
    concern = forms.ChoiceField(
        label=_("How is the child?"),
        choices=codelists.CONCERN.choices,
        initial="none",
        widget=forms.RadioSelect(PRESSED),
    )
    held_on = forms.DateField(label=_("Date"), widget=DateInput())

    def __init__(self, *args: Any, around: Around, today: date, contact: Contact | None = None, **options: Any) -> None:
        self.around, self.today, self.contact = around, today, contact
        self.persons = list(around.people)
        if contact is not None:
            self._keep_what_they_were(contact)
        super().__init__(*args, about=contact, stored=self._suggested(), **options)
        self.fields["children"].choices = [
            (child.code, _("%(name)s (%(age)d)") % {"name": child.name, "age": child.age_on(today)})
            for child in self._offered()
        ]
        self.fields["met"].choices = [(person.value, person.words) for person in self.persons]
        self.fields["held_on"].widget.attrs["max"] = today.isoformat()

    def _offered(self) -> tuple[Child, ...]:
        """Who can be ticked: a new contact is in any case about the child of the page, so only the others."""
        found = self.around
        return (*found.siblings, *found.others) if self.contact is None else found.children

    def _suggested(self) -> dict[str, Any]:
        if self.contact is None:
            return {"held_on": self.today, "children": [child.code for child in self.around.siblings]}
        contact = self.contact
        met = contact.counterparts.values_list("kind", "relative")
        values = {person.relative.pk: person.value for person in self.persons if person.relative}
        return {
            "children": [link.child.code for link in contact.contact_children.select_related("child")],
            "kind": contact.kind,
            "met": [values.get(relative, kind) for kind, relative in met if relative is None or relative in values],
            "reached": "yes" if contact.reached else "no",
            "topics": contact.topics,
            "note": contact.note,
            "concern": contact.concern,
            "held_on": contact.held_on,
        }

    def _keep_what_they_were(self, contact: Contact) -> None:
        """A carer of that day stays one, even where somebody else cares for the child today; and whoever was met stays
        on offer."""
        met = list(contact.counterparts.values_list("kind", "relative"))
        kinds = {relative: kind for kind, relative in met if relative}
        self.persons = [
            replace(person, kind=kinds.get(person.relative.pk, person.kind)) if person.relative else person
            for person in self.persons
        ]
        offered = {person.value for person in self.persons}
        for kind, relative in met:
            if relative is None and kind not in offered:
                self.persons.append(Person(kind, kind, codelists.COUNTERPART.label(kind)))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("reached") and not cleaned.get("met") and "met" not in self.errors:
            self.add_error("met", _("Say whom you reached, or that nobody was reached."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """What the actions take; call it on a valid form."""
        facts = dict(self.cleaned_data)
        ticked = [child for child in self._offered() if child.code in facts["children"]]
        facts["children"] = [self.around.child, *ticked] if self.contact is None else ticked
        chosen = set(facts["met"])
        facts["met"] = [(person.kind, person.relative) for person in self.persons if person.value in chosen]
        return facts

    # what the page shows
    def usual_kinds(self) -> list[tuple[Any, str]]:
        """The four usual ways with their icons."""
        return [(button, ICONS[button.data["value"]]) for button in list(self["kind"])[:USUAL_KINDS]]

    def further_kinds(self) -> list[tuple[Any, str]]:
        """The other ways."""
        return [(button, ICONS[button.data["value"]]) for button in list(self["kind"])[USUAL_KINDS:]]

    def further_is_chosen(self) -> bool:
        """True if the way chosen is not one of the usual ones, so that the page unfolds the rest."""
        return self["kind"].value() in [code for code, _word in codelists.CONTACT_KIND.choices()[USUAL_KINDS:]]

    def whom(self) -> Iterator[tuple[Any, Person, int | None]]:
        """Everyone on offer with their box and the days since they were last reached."""
        for box, person in zip(self["met"], self.persons, strict=True):
            yield box, person, (self.today - person.last_on).days if person.last_on else None

    def siblings(self) -> list[Any]:
        """The boxes of the siblings."""
        return [box for box in self["children"] if box.data["value"] in {child.code for child in self.around.siblings}]

    def others(self) -> list[Any]:
        """The boxes of the other children on offer."""
        known = {child.code for child in self.around.siblings}
        return [box for box in self["children"] if box.data["value"] not in known]

    def is_another_day(self) -> bool:
        """True if the date is not today, so that the page shows it unfolded."""
        return bool(self["held_on"].errors) or str(self["held_on"].value()) != self.today.isoformat()


class ContactFilter(forms.Form):
    """Which contacts: the list, its totals and the sheet read the same filter. Everything is optional."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    q = forms.CharField(label=_("Child"), required=False, max_length=40, widget=forms.TextInput({"type": "search"}))
    first = forms.DateField(label=_("From"), required=False, widget=DateInput())
    last = forms.DateField(label=_("To"), required=False, widget=DateInput())
    kind = forms.ChoiceField(label=_("How"), required=False)
    reached = forms.ChoiceField(label=_("Reached?"), required=False)
    concern = forms.ChoiceField(label=_("Concern"), required=False)
    by = forms.CharField(
        label=_("Logged by"), required=False, max_length=60, widget=forms.TextInput({"autocomplete": "off"})
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        everything = ("", _("All"))
        self.fields["kind"].choices = [everything, *codelists.CONTACT_KIND.choices()]
        self.fields["reached"].choices = [everything, ("yes", _("Reached")), ("no", _("Not reached"))]
        self.fields["concern"].choices = [everything, *codelists.CONCERN.choices()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and first > last:
            self.add_error("last", _("The end lies before the beginning."))
        return cleaned

    def further(self) -> list[Any]:
        """Everything but the words, which a phone folds away."""
        return [field for field in self if field.name != "q"]

    def narrows(self) -> bool:
        """True if one of those is chosen, so that it is not hidden."""
        return any(field.value() for field in self.further())

    def rows(self) -> QuerySet[Contact]:
        """The contacts in scope that fit what is chosen; what is not understood is left out, and the page names it."""
        rows = Contact.objects.filter(self._conditions())
        if (children := self._children()) is not None:
            rows = rows.filter(pk__in=ContactChild.objects.filter(child__in=children).values("contact"))
        return rows.newest_first()

    def covered(self) -> QuerySet[ContactChild]:
        """One row for each child in scope of each of these contacts (人次). It asks the links themselves, not for the
        links of the contacts found: over a county that is twice as fast."""
        rows = ContactChild.objects.filter(self._conditions("contact__"))
        if (children := self._children()) is not None:
            rows = rows.filter(contact__in=ContactChild.objects.filter(child__in=children).values("contact"))
        return rows

    def _conditions(self, prefix: str = "") -> Q:
        self.is_valid()
        found = Q()
        for name, lookup in (
            ("first", "held_on__gte"),
            ("last", "held_on__lte"),
            ("kind", "kind"),
            ("concern", "concern"),
        ):
            if value := self.cleaned_data.get(name):
                found &= Q(**{f"{prefix}{lookup}": value})
        if reached := self.cleaned_data.get("reached"):
            found &= Q(**{f"{prefix}reached": reached == "yes"})
        if by := self.cleaned_data.get("by"):
            who = User.objects.filter(Q(username=by) | Q(name__contains=by)).values("pk")
            found &= Q(**{f"{prefix}logged_by__in": who})
        return found

    def _children(self) -> QuerySet[Any, Any] | None:
        words = self.cleaned_data.get("q")
        return Child.objects.matching(words).values("pk") if words else None
