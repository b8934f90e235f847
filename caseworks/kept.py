"""What an office once kept, as the ground of its figures: a figure of a past day counts the children who were the office's
then, also those whose archives have gone to another office since; it never opens them.

`caseworks.access` decides which archives whoever acts reaches now. These two answer for the past, from the dates of
enrolments, residences and pairings, within the very offices and roads of the scope in force, and raise ScopeError without
one. They are for figures alone (tests/test_conventions.py lists who may use them): what is shown of a record behind a
figure is asked anew within the scope of today.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.db.models.lookups import In

from caseworks.access import Scope, ScopeError, Via, acting
from caseworks.scoped import InOffice, InScope, subquery

# Road → the dated record that says who went it, and where that record names the office.
_ROADS = {
    Via.ENROLMENT: ("children.Enrolment", "school__path"),
    Via.RESIDENCE: ("children.Residence", "village__path"),
    Via.PAIRING: ("visits.Pairing", "mentor__organization__path"),
}


def _children(scope: Scope, first: date, last: date) -> models.QuerySet:
    """Keys of the children whom the offices of a scope kept on a day of the period, by the roads of the scope."""
    on_a_day = Q(from_on__lte=last) & (Q(until_on__isnull=True) | Q(until_on__gt=first))
    rows = []
    for via in scope.roads:
        if via in _ROADS:
            label, path = _ROADS[via]
            within = Q(pk__in=[])
            for low, high in scope.ranges:
                within |= Q(**{f"{path}__gte": low, f"{path}__lt": high})
            rows.append(subquery(apps.get_model(label)).filter(on_a_day, within).values("child_id"))
    if not rows:
        return subquery(apps.get_model("children.Child")).none().values("pk")
    return rows[0].union(*rows[1:], all=True) if len(rows) > 1 else rows[0]


class WasInScope(InScope):
    """SQL condition: the child named by `column` was kept, on a day from `first` to `last`, by an office of the scope in
    force *when the SQL is written*, and is not being brought in by an import just now."""

    def __init__(self, column: str, first: date, last: date, *, through: tuple[str, str] | None = None) -> None:
        super().__init__(column, through=through)
        self.first, self.last = first, last

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> Any:
        current = acting()
        if current is None:
            raise ScopeError("No scope is in force: a figure was asked for without saying on whose behalf.")
        if current.scope.everyone:
            return super().as_sql(compiler, connection, *args, **kwargs)
        keys = _children(current.scope, self.first, self.last)
        if self.through is not None:
            label, field = self.through
            keys = subquery(apps.get_model(label)).filter(child_id__in=keys).values(field)
        keys.query.subquery = True  # or a union would stand without brackets
        kept, kept_values = compiler.compile(In(self.column, keys.query))
        arrived, arrived_values = compiler.compile(self._arrived())
        return f"({kept} AND {arrived})", (*kept_values, *arrived_values)


def once_kept(model: Any, first: date, last: date) -> Any:
    """Records about the children who were the office's of whoever acts on a day from `first` to `last`, both included."""
    condition = WasInScope(model.scope_column, first, last, through=model.scope_through)
    return _unscoped(model).filter(condition)


def own_work(model: Any, office: str) -> Any:
    """Records of work that the offices of whoever acts did themselves; `office` names the field with the office."""
    return _unscoped(model).filter(InOffice(f"{office}__path"))


def _unscoped(model: Any) -> Any:
    return model._default_manager._queryset_class(model)
