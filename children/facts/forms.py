"""The forms of dated facts: made from the models, each field only for those who may write it."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any, cast

from django import forms
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from caseworks.classified_forms import ClassifiedForm
from caseworks.codelists import CodeField
from caseworks.forms import DateInput
from caseworks.merging import MergingForm
from children.facts.kinds import Kind
from children.forms.base import ActionForm
from children.models.growth import term_of, term_words
from children.models.measures import Believable

_TERMS_BACK = 12


def field_of(model: type[models.Model], name: str) -> forms.Field:
    """The form field of a fact: days with the browser's picker, numbers with the keypad of a telephone."""
    column: Any = model._meta.get_field(name)
    if isinstance(column, models.DateField):
        label = _("Since") if name == "from_on" else column.verbose_name
        return forms.DateField(label=label, required=not (column.null or column.blank), widget=DateInput())
    if isinstance(column, models.DecimalField | models.PositiveSmallIntegerField | models.PositiveIntegerField):
        return _number(column)
    field: Any = column.formfield()
    if isinstance(column, CodeField) and not column.blank and not column.has_default() and column.codelist is not None:
        field.choices = [("", "—"), *column.codelist.choices()]  # nothing is chosen before somebody chooses
    return field


def _number(column: Any) -> forms.Field:
    """A number that is measured says its own range; every other may not be negative."""
    has_decimals = isinstance(column, models.DecimalField)
    widget = forms.TextInput(attrs={"inputmode": "decimal" if has_decimals else "numeric", "autocomplete": "off"})
    name = column.verbose_name
    whole = _("{name}: type a whole number, without a point.")
    options: dict[str, Any] = {
        "widget": widget,
        "validators": [validator for validator in column.validators if isinstance(validator, Believable)],
        "error_messages": {
            "invalid": format_lazy(_("{name}: type a number, such as 12.5.") if has_decimals else whole, name=name),
            "min_value": format_lazy(_("{name}: type 0 or more."), name=name),
        },
    }
    if options["validators"]:
        options |= {"max_digits": None, "decimal_places": None} if has_decimals else {"min_value": None}
    return cast("forms.Field", column.formfield(**options))


class FactForm(MergingForm, ClassifiedForm, ActionForm):
    """A fact of one kind, to be entered, or corrected together with whoever else corrects it."""

    fields: dict[str, Any]  # each kind of field has attributes of its own
    of_kind: Kind

    def __init__(self, *args: Any, today: date, by: str, **options: Any) -> None:
        super().__init__(*args, **options)
        day = self.fields.get(self.of_kind.model.day_field)
        if day is not None:
            day.initial = today
        if "assessed_by" in self.fields:
            self.fields["assessed_by"].initial = by
        if "term" in self.fields:
            self.fields["term"] = forms.ChoiceField(
                label=self.fields["term"].label, choices=[(term, term_words(term)) for term in terms_until(today)]
            )

    def values(self) -> dict[str, Any]:
        """The fields of the fact, for an action."""
        return dict(self.cleaned_data)


@cache
def form_of(kind: Kind) -> type[FactForm]:
    """The form of a kind."""
    names = {name: field_of(kind.model, name) for name in kind.fields}
    label = kind.model._meta.label
    return type(
        f"{kind.model.__name__}Form",
        (FactForm,),
        {**names, "of_kind": kind, "kept_in": dict.fromkeys(names, label)},
    )


@cache
def end_form_of(kind: Kind) -> type[ActionForm]:
    """The form that ends a fact of a kind."""
    names = {name: field_of(kind.model, name) for name in kind.end_fields}
    for field in names.values():
        field.required = True
    on = forms.DateField(label=_("From which day on no longer"), widget=DateInput())
    return type(f"End{kind.model.__name__}Form", (ActionForm,), {"on": on, **names})


def terms_until(today: date) -> list[str]:
    """The term of a day and those before it, the latest first."""
    terms = [term_of(today)]
    while len(terms) < _TERMS_BACK:
        year, number = terms[-1].split("-")
        terms.append(f"{year}-1" if number == "2" else f"{int(year) - 1}-2")
    return terms
