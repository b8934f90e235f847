"""The lines of class tables: one child's cells, and the form around them.

Rows carry no submission key: whoever sends a row twice says the same twice, and the second time nothing changes.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from caseworks.classified_forms import ClassifiedForm
from caseworks.codelists import CodeField, CodeList
from caseworks.merging import MergingForm
from children.facts.forms import field_of
from children.forms.base import ActionForm
from children.models import Boarding, Child, Enrolment, Fact
from guardians.household import Household, Member

FATHER, MOTHER = "father", "mother"
HOME, AWAY = "home", "away"
DAY_PUPIL, BOARDER = "1", "2"  # BOARDING
BOARDERS_ONLY = ("dormitory", "room", "bed", "goes_home")


class Row(MergingForm, ActionForm):
    """One child's line. It is merged under the child, not under the fact in it: two people may both begin an empty
    line, and each keeps the cells the other left empty."""

    save_again_to_keep_mine = True  # a cell has no room for two values and a choice

    child: Child

    @property
    def cells(self) -> list[forms.BoundField]:
        """The fields in the order of the columns."""
        return [self[name] for name in self.fields if not self.fields[name].widget.is_hidden]


class FactRow(MergingForm, ClassifiedForm, ActionForm):
    """A line of a table of facts; `fact` is the one on record, if there is one."""

    save_again_to_keep_mine = Row.save_again_to_keep_mine
    cells = Row.cells

    child: Child
    fact: Fact | None


class _CodeSelect(forms.Select):
    """A choice that also knows the other words people write for it, so that a column of them can be pasted."""

    codelist: CodeList

    def create_option(self, *args: Any, **options: Any) -> dict[str, Any]:
        option = super().create_option(*args, **options)
        if option["value"] in self.codelist:
            option["attrs"]["data-also"] = "|".join(self.codelist[option["value"]].also)
        return option


def _cell(model: type[models.Model], name: str) -> forms.Field:
    """A field in one line of a table."""
    field: Any = field_of(model, name)
    if isinstance(field.widget, forms.Textarea):
        field.widget = forms.TextInput(attrs={"maxlength": field.max_length})
    column: Any = model._meta.get_field(name)
    if isinstance(column, CodeField) and column.codelist:
        widget = _CodeSelect()
        widget.codelist = column.codelist
        widget.choices = field.choices
        field.widget = widget
    field.help_text = ""
    return field


def fact_row(model: type[Fact], names: tuple[str, ...]) -> type[FactRow]:
    """The class of lines that hold these fields of a fact."""
    cells = {name: _cell(model, name) for name in names}
    kept_in = dict.fromkeys(names, model._meta.label)
    return type(f"{model.__name__}Row", (FactRow,), {**cells, "kept_in": kept_in})


class AwayRow(Row):
    """Where the father and the mother are. A parent who is not on record, or has died, has no cells to fill."""

    father_is = forms.ChoiceField(label=_("Father"), choices=[(HOME, _("not away")), (AWAY, _("works away"))])
    father_place = forms.CharField(label=_("Father works at"), max_length=60, required=False)
    mother_is = forms.ChoiceField(label=_("Mother"), choices=[(HOME, _("not away")), (AWAY, _("works away"))])
    mother_place = forms.CharField(label=_("Mother works at"), max_length=60, required=False)

    def __init__(self, *args: Any, child: Child, home: Household, **options: Any) -> None:
        super().__init__(*args, about=child, **options)
        self.child, self.home = child, home
        self.parents = self.parents_of(home)
        for side in {FATHER, MOTHER} - set(self.parents):
            del self.fields[f"{side}_is"], self.fields[f"{side}_place"]

    @staticmethod
    def parents_of(home: Household) -> dict[str, Member]:
        """Those about whom something can be said."""
        both = {FATHER: home.father, MOTHER: home.mother}
        return {side: member for side, member in both.items() if member is not None and not member.is_dead}

    @property
    def sides(self) -> list[tuple[Member | None, list[forms.BoundField]]]:
        """The father and the mother, each with the cells that can be filled."""
        return [
            (member, [self[f"{side}_is"], self[f"{side}_place"]] if side in self.parents else [])
            for side, member in ((FATHER, self.home.father), (MOTHER, self.home.mother))
        ]

    def clean(self) -> dict[str, Any]:
        """Whoever has a place to work at is away, also where only the column of places was pasted."""
        values = super().clean() or self.cleaned_data
        for side in self.parents:
            where, place = values.get(f"{side}_is"), values.get(f"{side}_place")
            if where != HOME or not place:
                continue
            if self.initial[f"{side}_is"] == HOME:
                values[f"{side}_is"] = AWAY
            elif place != self.initial[f"{side}_place"]:
                self.add_error(f"{side}_is", _("Choose “works away”, or take the place out."))
        return values


class BoardingRow(FactRow):
    """Whether the child boards, which the enrolment says, and the place at school. A child at no school has no cells."""

    enrolment: Enrolment | None = None

    def clean(self) -> dict[str, Any]:
        """Whoever has a bed is a boarder, also where only the column of beds was pasted; whoever has become a day pupil
        has none any more."""
        values = super().clean() or self.cleaned_data
        sleeps = [name for name in BOARDERS_ONLY if values.get(name)]
        typed = [name for name in sleeps if values[name] != self.initial[name]]
        stays = values.get("boarding") == self.initial["boarding"]
        if typed and stays:
            values["boarding"] = BOARDER
        elif typed and values.get("boarding") == DAY_PUPIL:
            words = _("Choose “boarder”, or take dormitory, room and bed out.")
            self.add_error("boarding", forms.ValidationError(words, code="day_pupil"))
        elif values.get("boarding") == DAY_PUPIL:
            values.update(dict.fromkeys(sleeps, ""))
        return values


def boarding_row() -> type[BoardingRow]:
    """The class of lines of the boarding table."""
    cells = {"boarding": _cell(Enrolment, "boarding")} | {name: _cell(Boarding, name) for name in Boarding.PLACE}
    kept_in = {"boarding": Enrolment._meta.label, **dict.fromkeys(Boarding.PLACE, Boarding._meta.label)}
    return type("BoardingCells", (BoardingRow,), {**cells, "kept_in": kept_in})
