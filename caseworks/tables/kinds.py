"""The catalogue of class tables: what each asks, what stands in its columns, and what saving a row does.

A table reads all its rows in a few queries, makes a form for each, and saves one row at a time through the same actions
as the pages of a single child.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from caseworks.models import ChangedError, User
from caseworks.tables.rows import AWAY, HOME, AwayRow, BoardingRow, FactRow, boarding_row, fact_row
from children import actions as archives
from children.facts import actions as facts
from children.facts.kinds import KINDS, Kind
from children.models import Boarding, Child, Enrolment, Fact
from guardians import actions as family
from guardians.household import Household, Member, households


@dataclass(frozen=True)
class Table(ABC):
    """A kind of table. `asked` are the names of what is asked above it, besides the group;
    `note` is what must be known before somebody types."""

    key: str
    words: Any
    sentence: Any
    asked: tuple[str, ...]

    note: ClassVar[Any] = ""
    cells: ClassVar[str] = "tables/cells.html"  # the template of a line's cells

    @abstractmethod
    def columns(self) -> list[Any]:
        """The headings."""

    @abstractmethod
    def rows(self, children: Sequence[Child], asked: dict[str, Any], data: Any = None) -> list[Any]:
        """A form for each child, in order; bound if `data` is given, which then belongs to a single child."""

    @abstractmethod
    def enter(self, row: Any, *, asked: dict[str, Any], by: User) -> None:
        """Write a valid row. Raises ValidationError for what the rules refuse, and ChangedError if somebody else wrote
        the same row at the same moment."""


@dataclass(frozen=True)
class FactTable(Table):
    """Each line is one fact of a kind: the one that `by` tells (the term, the day of the check), or a new one."""

    kind: Kind
    by: str
    names: tuple[str, ...]

    def columns(self) -> list[Any]:
        return [self.kind.model._meta.get_field(name).verbose_name for name in self.names]  # type: ignore[union-attr]

    def rows(self, children: Sequence[Child], asked: dict[str, Any], data: Any = None) -> list[Any]:
        rows = self.kind.model._default_manager.filter(child__in=children, **{self.by: asked.get(self.by, asked["on"])})
        known: dict[UUID, Fact] = {fact.child_id: fact for fact in rows}
        return [self._row(child, known.get(child.pk), data) for child in children]

    def _row(self, child: Child, fact: Fact | None, data: Any) -> FactRow:
        stored = {name: getattr(fact, name, None) for name in self.names}
        row = _row_of(self)(data, about=child, stored=stored, auto_id=f"id_{child.code}_%s")
        row.child, row.fact = child, fact
        return row

    def enter(self, row: FactRow, *, asked: dict[str, Any], by: User) -> None:
        values = {name: row.cleaned_data[name] for name in self.names if name in row.cleaned_data}
        given = {name: asked[name] for name in self.asked if name in facts.typed_fields(self.kind.model)}
        if row.fact is not None:
            added = {name: value for name, value in given.items() if value and not getattr(row.fact, name)}
            facts.amend_fact(fact=row.fact, by=by, **(added | values))
        elif any(value not in (None, "") for value in values.values()):
            day = {self.kind.model.day_field: asked["on"]}
            try:
                facts.record_fact(model=self.kind.model, child=row.child, by=by, **(day | given | values))
            except ValidationError as error:
                if getattr(error, "code", "") == "second":  # entered by somebody else since the row was read
                    raise ChangedError(row.child) from error
                raise


@cache
def _row_of(table: FactTable) -> type[FactRow]:
    return fact_row(table.kind.model, table.names)


class AwayTable(Table):
    """Where the parents are on a day: not away, or away, and where."""

    note = _("What you change holds from the day above on.")
    cells = "tables/away.html"

    def columns(self) -> list[Any]:
        return [_("Father"), _("Father works at"), _("Mother"), _("Mother works at")]

    def rows(self, children: Sequence[Child], asked: dict[str, Any], data: Any = None) -> list[Any]:
        homes = households(children, asked["on"])
        return [self._row(child, homes[child.pk], data) for child in children]

    def _row(self, child: Child, home: Household, data: Any) -> AwayRow:
        stored: dict[str, Any] = {}
        for side, member in AwayRow.parents_of(home).items():
            absence = member.open_absence
            stored[f"{side}_is"] = AWAY if absence else HOME
            stored[f"{side}_place"] = absence.place if absence else ""
        return AwayRow(data, child=child, home=home, stored=stored, auto_id=f"id_{child.code}_%s")

    def enter(self, row: AwayRow, *, asked: dict[str, Any], by: User) -> None:
        sides = {
            member: (row.cleaned_data[f"{side}_is"] == AWAY, row.cleaned_data[f"{side}_place"])
            for side, member in row.parents.items()
        }
        for member, (is_away, place) in sides.items():
            self._enter(member, asked["on"], is_away=is_away, place=place, by=by)

    def _enter(self, member: Member, on: Any, *, is_away: bool, place: str, by: User) -> None:
        absence = member.open_absence
        if absence is None:
            if is_away:
                family.record_absence(relative=member.relative, by=by, place=place, from_on=on, from_known=False)
        elif not is_away:
            family.end_absence(absence=absence, by=by, on=on)
        elif place != absence.place and (on <= absence.from_on or not absence.place):
            family.amend_absence(absence=absence, by=by, place=place)  # it was entered wrongly, or not at all
        elif place != absence.place:
            family.end_absence(absence=absence, by=by, on=on)
            family.record_absence(relative=member.relative, by=by, place=place, from_on=on)


class BoardingTable(Table):
    """Whether each child boards on a day, and the place at school."""

    note = AwayTable.note
    cells = "tables/boarding.html"

    def columns(self) -> list[Any]:
        place = [Boarding._meta.get_field(name).verbose_name for name in Boarding.PLACE]  # type: ignore[union-attr]
        return [_("Boarding"), *place]

    def rows(self, children: Sequence[Child], asked: dict[str, Any], data: Any = None) -> list[Any]:
        enrolments = {
            row.child_id: row
            for row in Enrolment.objects.filter(child__in=children, until_on__isnull=True).select_related("school")
        }
        places = {row.child_id: row for row in Boarding.objects.filter(child__in=children, until_on__isnull=True)}
        return [self._row(child, enrolments.get(child.pk), places.get(child.pk), data) for child in children]

    def _row(self, child: Child, enrolment: Enrolment | None, place: Boarding | None, data: Any) -> BoardingRow:
        stored = {"boarding": enrolment.boarding if enrolment else ""}
        stored |= {name: getattr(place, name, "") for name in Boarding.PLACE}
        row = _boarding_row()(data, about=child, stored=stored, auto_id=f"id_{child.code}_%s")
        row.child, row.fact = child, place
        if enrolment is not None:
            enrolment.child = child
            row.enrolment = enrolment
        return row

    def enter(self, row: BoardingRow, *, asked: dict[str, Any], by: User) -> None:
        if row.enrolment is None:
            raise ValidationError(_("The child goes to no school now. Enter the school in the archive first."))
        values = {name: row.cleaned_data[name] for name in Boarding.PLACE}
        if row.cleaned_data["boarding"] != row.enrolment.boarding:
            archives.set_boarding(enrolment=row.enrolment, by=by, boarding=row.cleaned_data["boarding"], on=asked["on"])
        self._enter(row.child, row.fact, asked["on"], values, by)

    def _enter(self, child: Child, place: Fact | None, on: date, values: dict[str, str], by: User) -> None:
        before = {name: getattr(place, name, "") for name in values}
        if values == before:
            return
        filled_in = all(before[name] in ("", values[name]) for name in values)
        if isinstance(place, Boarding):
            if not any(values.values()):
                if on > place.from_on:
                    facts.end_fact(fact=place, by=by, on=on)
                else:
                    facts.remove_fact(fact=place, by=by)
                return
            if filled_in or on <= place.from_on:  # it was entered wrongly, or not at all
                facts.amend_fact(fact=place, by=by, **values)
                return
        facts.record_fact(model=Boarding, child=child, by=by, from_on=on, **values)


@cache
def _boarding_row() -> type[BoardingRow]:
    return boarding_row()


TABLES: dict[str, Table] = {
    table.key: table
    for table in (
        AwayTable(
            "away",
            _("Who is away"),
            _("Whether father and mother work away from home, and where."),
            ("on",),
        ),
        BoardingTable(
            "boarding",
            pgettext_lazy("class table", "Boarding"),
            _("Who boards, with dormitory, room, bed and seat; how often the child goes home, and who comes."),
            ("on",),
        ),
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
            pgettext_lazy("class table", "Health checks"),
            _("Height, weight, vision and result of one day of health checks."),
            ("on", "hospital"),
            KINDS["check"],
            "checked_on",
            ("height_cm", "weight_kg", "vision_left", "vision_right", "haemoglobin", "result", "finding"),
        ),
    )
}
