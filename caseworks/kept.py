"""What an office once kept, as the ground of its figures: a figure of a past day counts the children who were the office's
then, also those whose archives have gone to another office since; it never opens them.

`caseworks.access` decides which archives whoever acts reaches now. These two answer for the past, from the dates of
enrolments, residences and pairings, within the very offices and roads of the scope in force, and raise ScopeError without
one. They are for figures alone (tests/test_conventions.py lists who may use them): what is shown of a record behind a
figure is asked anew within the scope of today.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.db.models.lookups import In
from django.db.models.sql.where import WhereNode

from caseworks.access import Scope, ScopeError, Via, acting
from caseworks.models import subtree
from caseworks.scoped import InOffice, InScope, subquery

# Road → the dated record that says who went it, and where that record names the office.
_ROADS = {
    Via.ENROLMENT: ("children.Enrolment", "school__path"),
    Via.RESIDENCE: ("children.Residence", "village__path"),
    Via.PAIRING: ("visits.Pairing", "mentor__organization__path"),
}


def _children(scope: Scope, holds: Q, under: str) -> models.QuerySet:
    """Keys of the children whom the offices at and below `under`, as far as the scope reaches them by its roads, kept when
    `holds` was true."""
    low, high = subtree(under)
    ranges = (
        [(max(low, first), min(high, last)) for first, last in scope.ranges] if not scope.everyone else [(low, high)]
    )
    rows = []
    for via, (label, path) in _ROADS.items():
        if scope.everyone or via in scope.roads:
            within = Q(pk__in=[])
            for first, last in ranges:
                within |= Q(**{f"{path}__gte": first, f"{path}__lt": last})
            rows.append(subquery(apps.get_model(label)).filter(holds, within).values("child_id"))
    if not rows:
        return subquery(apps.get_model("children.Child")).none().values("pk")
    # a set of keys, not a join: a child of its school and of its village is one child
    return rows[0].union(*rows[1:], all=True) if len(rows) > 1 else rows[0]


def _not_there(scope: Scope) -> list[models.QuerySet]:
    """Keys of the archives that are not counted: those merged into another, which is counted, and those that an import is
    only bringing in."""
    merged = subquery(apps.get_model("guardians.Merge")).filter(undone_at__isnull=True, absorbed__isnull=False)
    arriving = subquery(apps.get_model("children.Arrival")).values("child_id")
    return [merged.values("absorbed_id"), *([] if scope.arriving else [arriving])]


class WasInScope(InScope):
    """SQL condition: the child named by `column` was kept, when `holds` was true, by an office at or below `under` that is
    in the scope in force *when the SQL is written*."""

    def __init__(self, column: str, holds: Q, under: str, *, through: tuple[str, str] | None = None) -> None:
        super().__init__(column, through=through)
        self.holds, self.under = holds, under

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> Any:
        current = acting()
        if current is None:
            raise ScopeError("No scope is in force: a figure was asked for without saying on whose behalf.")
        keys, not_there = _children(current.scope, self.holds, self.under), _not_there(current.scope)
        if self.through is not None:
            label, field = self.through
            links = subquery(apps.get_model(label)).filter(child_id__in=keys)
            for absent in not_there:
                links = links.exclude(child_id__in=absent)
            return compiler.compile(In(self.column, links.values(field).query))
        keys.query.subquery = True  # or a union would stand without brackets
        conditions: list[Any] = [In(self.column, keys.query)]
        for absent in not_there:
            among: list[Any] = [In(self.column, absent.query)]
            conditions.append(WhereNode(among, negated=True))
        return compiler.compile(WhereNode(conditions))


def once_kept(model: Any, holds: Q, under: str) -> Any:
    """Records about the children whom the office at the path `under`, or one below it, kept at a time: `holds` is a
    condition on the period of an enrolment, a residence or a pairing. Only as far as these are offices of whoever acts."""
    condition = WasInScope(model.scope_column, holds, under, through=model.scope_through)
    return _unscoped(model).filter(condition)


def own_work(model: Any, office: str) -> Any:
    """Records of work that the offices of whoever acts did themselves; `office` names the field with the office."""
    return _unscoped(model).filter(InOffice(f"{office}__path"))


def _unscoped(model: Any) -> Any:
    return model._default_manager._queryset_class(model)
