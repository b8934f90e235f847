"""The catalogue of class tables: what each asks, what stands in its columns, and what saving a row does.

A table reads all its rows in a few queries, makes a form for each, and saves one row at a time through the same actions
as the pages of a single child.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from caseworks.classified_forms import ClassifiedForm
from caseworks.codelists import CodeField, CodeList
from caseworks.forms import DateInput
from caseworks.merging import MergingForm
from caseworks.models import User
from children.facts import actions as facts
from children.facts.forms import field_of, terms_until
from children.facts.kinds import KINDS, Kind
from children.forms.base import ActionForm
from children.models import Child, Fact
from children.models.growth import term_of, term_words
from guardians import actions as family
from guardians.household import Household, Member, households


class Row(MergingForm, ActionForm):
    """One child's line: `child`, and the form of its cells."""

    save_again_to_keep_mine = True  # a cell has no room for two values and a choice

    child: Child

    @property
    def cells(self) -> list[forms.BoundField]:
        """The fields in the order of the columns."""
        return [self[name] for name in self.fields if not self.fields[name].widget.is_hidden]


class FactRow(ClassifiedForm, Row):
    """A line of a table of facts."""


@dataclass(frozen=True)
class Table:
    """A kind of table. `asked` are the names of what is asked above it, besides the group."""

    key: str
    words: Any
    sentence: Any
    asked: tuple[str, ...]

    def columns(self) -> list[Any]:
        """The headings."""
        raise NotImplementedError

    def rows(self, children: Sequence[Child], asked: dict[str, Any], data: Any = None) -> list[Any]:
        """A form for each child, in order; bound if `data` is given, which then belongs to a single child."""
        raise NotImplementedError

    def save(self, row: Any, *, asked: dict[str, Any], by: User) -> None:
        """Write a valid row. Raises ValidationError for what the rules refuse."""
        raise NotImplementedError


# --- Facts: one fact for each child, known by what is asked ------------------------------------------------------------


@dataclass(frozen=True)
class FactTable(Table):
    """Each line is one fact of a kind: the one that `by` tells (the term, the day of the check), or a new one."""

    kind: Kind
    by: str
    names: tuple[str, ...]

    def columns(self) -> list[Any]:
        return [self.kind.model._meta.get_field(name).verbose_name for name in self.names]  # type: ignore[union-attr]

    def rows(self, children: Sequence[Child], asked: dict[str, Any], data: Any = None) -> list[Any]:
        model = self.kind.model
        known: dict[UUID, Fact] = {
            fact.child_id: fact
            for fact in model._default_manager.filter(child__in=children, **{self.by: asked.get(self.by, asked["on"])})
        }
        form = self._form()
        made = []
        for child in children:
            fact = known.get(child.pk)
            stored = {name: getattr(fact, name) for name in self.names} if fact else None
            row = form(data, about=fact, stored=stored, auto_id=f"id_{child.code}_%s")
            row.child, row.fact = child, fact
            made.append(row)
        return made

    def _form(self) -> Any:
        label = self.kind.model._meta.label
        cells = {name: _cell(self.kind.model, name) for name in self.names}
        return type("FactRow", (FactRow,), {**cells, "kept_in": dict.fromkeys(self.names, label)})

    def save(self, row: Any, *, asked: dict[str, Any], by: User) -> None:
        values = {name: row.cleaned_data[name] for name in self.names if name in row.cleaned_data}
        if row.fact is not None:
            facts.amend_fact(fact=row.fact, by=by, **values)
        elif any(value not in (None, "") for value in values.values()):
            given = {name: asked[name] for name in self.asked if name in facts.typed_fields(self.kind.model)}
            day = {self.kind.model.day_field: asked["on"]}
            facts.record_fact(model=self.kind.model, child=row.child, by=by, **(day | given | values))


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


# --- Who is away -------------------------------------------------------------------------------------------------------

FATHER, MOTHER = "father", "mother"
HOME, AWAY = "home", "away"


class AwayRow(Row):
    """Where the father and the mother are. A parent who is not on record, or has died, has no cells to fill."""

    home: Household
    parents: dict[str, Member]

    @property
    def sides(self) -> list[tuple[Member | None, list[forms.BoundField]]]:
        """The father and the mother, each with the cells that can be filled."""
        return [
            (member, [self[f"{side}_is"], self[f"{side}_place"]] if side in self.parents else [])
            for side, member in ((FATHER, self.home.father), (MOTHER, self.home.mother))
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for side in (FATHER, MOTHER):
            if (
                values.get(f"{side}_is") == HOME
                and values.get(f"{side}_place")
                and f"{side}_place" in self.changed_data
            ):
                self.add_error(f"{side}_is", _("Choose “works away”, or take the place out."))
        return values


class AwayTable(Table):
    """Where the parents are on a day: at home, or away, and where."""

    def columns(self) -> list[Any]:
        return [_("Father"), _("Father works at"), _("Mother"), _("Mother works at")]

    def rows(self, children: Sequence[Child], asked: dict[str, Any], data: Any = None) -> list[Any]:
        homes = households(children, asked["on"])
        return [self._row(child, homes[child.pk], data) for child in children]

    def _row(self, child: Child, home: Household, data: Any) -> AwayRow:
        parents = {
            side: member
            for side, member in ((FATHER, home.father), (MOTHER, home.mother))
            if member is not None and not member.is_dead
        }
        cells: dict[str, forms.Field] = {}
        stored: dict[str, Any] = {}
        for side, member in parents.items():
            absence = member.open_absence
            words = str(member.relation_label)
            cells[f"{side}_is"] = forms.ChoiceField(
                choices=[(HOME, _("at home")), (AWAY, _("works away"))], label=words, required=False
            )
            cells[f"{side}_place"] = forms.CharField(max_length=60, required=False, label=_("Place of work"))
            stored[f"{side}_is"] = AWAY if absence else HOME
            stored[f"{side}_place"] = absence.place if absence else ""
        form: Any = type("AwayRow", (AwayRow,), cells)
        row = form(data, about=child, stored=stored, auto_id=f"id_{child.code}_%s")
        row.child, row.home, row.parents = child, home, parents
        return row

    @transaction.atomic
    def save(self, row: Any, *, asked: dict[str, Any], by: User) -> None:
        on = asked["on"]
        for side, member in row.parents.items():
            is_away = row.cleaned_data[f"{side}_is"] == AWAY
            place = row.cleaned_data[f"{side}_place"]
            absence = member.open_absence
            if absence is not None and (not is_away or place != absence.place):
                family.end_absence(absence=absence, by=by, on=max(on, absence.from_on))
                on_again = max(on, absence.from_on)
            elif absence is None:
                on_again = on
            else:
                continue
            if is_away:
                family.record_absence(
                    relative=member.relative, by=by, place=place, from_on=on_again, from_known=absence is not None
                )


# --- What is asked above a table ---------------------------------------------------------------------------------------


class Question(forms.Form):
    """Which group, and what the table is about; it stays in the address."""

    fields: dict[str, Any]  # each kind of field has attributes of its own

    of = forms.ChoiceField(label=_("Class or village"))
    term = forms.ChoiceField(label=_("Term"))
    on = forms.DateField(label=_("Day"), widget=DateInput())
    hospital = forms.CharField(label=pgettext_lazy("of a health check", "Hospital"), max_length=60, required=False)

    def __init__(self, data: Any, *, table: Table, offered: Sequence[Any], today: date) -> None:
        given = {name: data[name] for name in ("of", *table.asked) if data.get(name)}
        defaults = {"of": offered[0].code if offered else "", "on": today.isoformat(), "term": term_of(today)}
        super().__init__({**defaults, **given})
        self.today = today
        self.fields["of"].choices = [(group.code, f"{group.words} ({group.number})") for group in offered]
        self.fields["term"].choices = [(term, term_words(term)) for term in terms_until(today)]
        self.fields["on"].widget.attrs["max"] = today.isoformat()
        for name in list(self.fields):
            if name not in ("of", "on", *table.asked):
                del self.fields[name]
        if "on" not in table.asked:
            self.fields["on"].widget = forms.HiddenInput()

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError(_("This day has not come yet."))
        return on


TABLES: dict[str, Table] = {
    table.key: table
    for table in (
        AwayTable("away", _("Who is away"), _("Where father and mother are: at home, or away, and where."), ("on",)),
        FactTable(
            "term",
            _("Terms"),
            _("Marks, conduct, days missed and a sentence for each child of the class."),
            ("term",),
            KINDS["term"],
            "term",
            ("chinese", "mathematics", "english", "conduct", "days_missed", "comment"),
        ),
        FactTable(
            "check",
            _("Health checks"),
            _("Height, weight, vision and result of one day of health checks."),
            ("on", "hospital"),
            KINDS["check"],
            "checked_on",
            ("height_cm", "weight_kg", "vision_left", "vision_right", "haemoglobin", "result", "finding"),
        ),
    )
}
