"""Records that obey the scope in force: a query for them is written for whoever acts, or raises ScopeError.

caseworks/access.py decides who is in scope; here that decision becomes SQL. A record about a child is `AboutChildren`; what
goes from office to office is `BetweenOffices`.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import models
from django.db.models.expressions import Exists, Expression, F, OuterRef, Subquery
from django.db.models.lookups import GreaterThanOrEqual, In, IsNull, LessThan
from django.db.models.sql.where import OR, WhereNode

from caseworks.access import Scope, ScopeError, scope_in_force
from caseworks.encryption import SealedQuerySet, fill_indexes, indexes_of

MOST_WRITTEN = 5000
_written: dict[tuple[Any, ...], tuple[str, tuple[Any, ...]]] = {}


class InScope(Expression):
    """SQL condition: the child named by `column` is in the scope in force *when the SQL is written*.

    `column` names the child key; with `through=(model label, field)` it names a row reached through a link table, such
    as a relative through the kinships of children in scope. `singly` has a large area looked up child by child also where
    PostgreSQL would sooner read all its roads (150 ms for a county): for a search that stops after a few.
    """

    conditional = True
    output_field = models.BooleanField()

    def __init__(
        self, column: str | Expression, *, through: tuple[str, str] | None = None, singly: bool = False
    ) -> None:
        super().__init__()
        self.column = F(column) if isinstance(column, str) else column
        self.through = through
        self.singly = singly

    def get_source_expressions(self) -> list[Any]:
        return [self.column]

    def set_source_expressions(self, exprs: Any) -> None:
        [self.column] = exprs

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> Any:
        current = scope_in_force()
        if current.everyone and current.arriving:
            raise FullResultSet
        # to write it takes half a millisecond, and a page asks fifty times; what it says follows from these alone
        column, _params = compiler.compile(self.column)
        key = (connection.vendor, current, column, self.through, self.singly)
        written = _written.get(key)  # asked once: another thread may empty it between two looks
        if written is None:
            if len(_written) >= MOST_WRITTEN:
                _written.clear()
            sql, params = compiler.compile(self._condition(current))
            written = _written[key] = sql, tuple(params)
        return written

    def _condition(self, current: Scope) -> Any:
        if current.everyone:
            return self._arrived()
        return self._by_row(current) if current.wide else self._by_set(current)

    def _arrived(self) -> Any:
        """The child is not one of those that an import is bringing in. (A relative of theirs has no other child yet.)"""
        arrivals = apps.get_model("children", "Arrival")._default_manager.all()
        if self.through is None:
            return ~Exists(self._here(arrivals, "child_id"))
        label, field = self.through
        link = self._here(subquery(apps.get_model(label)), field)
        return ~Exists(link.filter(Exists(arrivals.filter(child_id=OuterRef("child_id")))))

    def _by_set(self, current: Scope) -> Any:
        """The key is in the set of keys reached."""
        keys = current.children()
        if self.through is not None:
            label, field = self.through
            keys = subquery(apps.get_model(label)).filter(child_id__in=keys).values(field)
        return In(self.column, keys.query)

    def _by_row(self, current: Scope) -> Any:
        """There is a road to this row."""
        if self.through is None:
            here = self._here(current.reach(), "child_id")
            return IsNull(Subquery(here.values("child_id")[:1]), False) if self.singly else Exists(here)
        label, field = self.through
        link = self._here(subquery(apps.get_model(label)), field)
        return Exists(link.filter(Exists(current.reach().filter(child_id=OuterRef("child_id")))))

    def _here(self, rows: models.QuerySet, field: str) -> models.QuerySet:
        """Rows whose field is this column. The column is resolved already, so the inner query is told what an OuterRef
        would have told it: that the column's table stands outside, and whether under another name."""
        column: Any = self.column
        rows = rows.filter(**{field: column})
        rows.query.external_aliases[column.alias] = column.alias != column.target.model._meta.db_table
        return rows


class ScopedQuerySet(SealedQuerySet):
    """A queryset of records about children."""

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        objs = list(objs)
        require_reach(self.model, objs)
        return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs: Any, fields: Any, *args: Any, **kwargs: Any) -> Any:
        scope_in_force()
        return super().bulk_update(objs, fields, *args, **kwargs)

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        raise ScopeError("Raw SQL does not know the scope in force.")


class InOffice(Expression):
    """SQL condition: one of the offices whose paths these columns hold lies where whoever acts works, *when the SQL is
    written*; for what goes from office to office about a child whom not both of them reach."""

    conditional = True
    output_field = models.BooleanField()

    def __init__(self, *columns: str | Expression) -> None:
        super().__init__()
        self.columns = [F(column) if isinstance(column, str) else column for column in columns]

    def get_source_expressions(self) -> list[Any]:
        return self.columns

    def set_source_expressions(self, exprs: Any) -> None:
        self.columns = list(exprs)

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> Any:
        current = scope_in_force()
        if current.everyone:
            raise FullResultSet
        within: list[Any] = [
            _both(GreaterThanOrEqual(column, low), LessThan(column, high))
            for column in self.columns
            for low, high in current.ranges
        ]
        if not within:
            raise EmptyResultSet
        sql, params = compiler.compile(WhereNode(within, connector=OR))
        return f"({sql})", params


def _both(*conditions: Any) -> WhereNode:
    return WhereNode(list(conditions))


def subquery(model: type[models.Model]) -> models.QuerySet:
    """A queryset without a scope of its own, only for use *inside* a scoped one, where a second scope would be paid for
    twice. Modules that may use it are listed in tests/test_conventions.py; evaluating it is an error of the caller."""
    return models.QuerySet(model)


def require_reach(model: Any, rows: list[Any]) -> None:
    """Raise ScopeError unless every new row is about somebody in scope; a scope must be in force even for no rows.

    A row about a child names a child in scope. A row about a relative or a contact names one in scope. And a link to
    a relative or a contact that others are linked to already is no way to reach them: it must be in scope before.
    """
    current = scope_in_force()
    if current.everyone or not rows:
        return
    asked = {row.child_id for row in rows if getattr(row, "child_id", None)}
    # child by child and link by link: asked as two lists, SQLite would walk every road of a county, or try every child in
    # scope with every relative
    reached = Exists(current.reach().filter(child_id=OuterRef("pk")))
    children = subquery(apps.get_model("children", "Child")).filter(reached, pk__in=asked)
    missing = asked - set(children.values_list("pk", flat=True)) if asked else asked
    in_scope = Exists(current.reach().filter(child_id=OuterRef("child_id")))
    if model.scope_through is not None and model.scope_column != "pk":
        label, field = model.scope_through
        asked = {getattr(row, f"{model.scope_column}_id") for row in rows}
        links = subquery(apps.get_model(label)).filter(**{f"{field}__in": asked})
        missing |= asked - set(links.filter(in_scope).values_list(field, flat=True))
    if model.scope_links:
        asked = {getattr(row, f"{model.scope_links}_id") for row in rows}
        links = subquery(model).filter(**{f"{model.scope_links}__in": asked})
        known = set(links.values_list(model.scope_links, flat=True))
        missing |= known - set(links.filter(in_scope).values_list(model.scope_links, flat=True))
    if missing:
        raise ScopeError(f"{model.__name__}: {len(missing)} row(s) outside the scope in force.")


_Manager = models.Manager.from_queryset(ScopedQuerySet)


class ScopedManager(_Manager):
    """Default-deny: every verb of every queryset it hands out obeys the scope in force, or raises ScopeError."""

    def get_queryset(self) -> Any:
        model: Any = self.model
        return super().get_queryset().filter(InScope(model.scope_column, through=model.scope_through))


class AboutChildren(models.Model):
    """A record about children. `scope_column` names the child's key, `scope_through` the link table if there is one;
    `scope_links`, on a link table, names what it brings into reach."""

    scope_column = "child"
    scope_through: tuple[str, str] | None = None
    scope_links = ""

    objects = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        fill_indexes(self)
        if fields := kwargs.get("update_fields"):
            kwargs["update_fields"] = {*fields, *indexes_of(type(self), fields)}
        if self._state.adding:
            require_reach(type(self), [self])
        elif not kwargs.get("update_fields"):
            scope_in_force()
            # the scoped base manager decides: a row out of scope is an error, not a write
            kwargs["force_update"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        if not type(self)._base_manager.filter(pk=self.pk).exists():
            raise ScopeError(f"{type(self).__name__} is outside the scope in force.")
        return super().delete(*args, **kwargs)

    def validate_constraints(self, exclude: Any = None) -> None:
        fill_indexes(self)
        super().validate_constraints(exclude=exclude)


class OfficeManager(models.Manager.from_queryset(SealedQuerySet)):  # type: ignore[misc]  # a manager made by a call
    """Default-deny: every verb obeys the offices of the scope in force, or raises ScopeError."""

    def get_queryset(self) -> Any:
        model: Any = self.model
        return super().get_queryset().filter(InOffice(*model.office_columns))


class BetweenOffices(models.Model):
    """A record that goes from office to office and names a child whom not all of them reach. `office_columns` hold the
    paths of the offices that see it."""

    office_columns: tuple[str, ...] = ()

    objects = OfficeManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
