"""Conditions whose SQL is written once a day, and not for every page.

Forty checks of an archive are a thousand small expressions; to turn them into SQL takes Django fifty milliseconds, to
answer them takes the database less than one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import models
from django.db.models.expressions import Expression, F
from django.db.models.sql import Query

from caseworks.scoped import subquery

MOST_KEPT = 1000


class _Text:
    """A condition as a query, and its SQL for each database and each name of the table."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self._written: dict[tuple[str, str], tuple[str, tuple[Any, ...]]] = {}

    def for_rows(self, alias: str, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """SQL and parameters, about the rows of the table of that name."""
        key = connection.vendor, alias
        if key not in self._written:
            query = self.query.clone()
            if alias != query.get_initial_alias():
                query.change_aliases({query.get_initial_alias(): alias})
            sql, params = query.where.as_sql(query.get_compiler(connection=connection), connection)
            self._written[key] = f"({sql})", tuple(params)
        return self._written[key]


@lru_cache(MOST_KEPT)
def _text(model: type[models.Model], condition: Callable[[date], models.Q], on: date) -> _Text:
    query = subquery(model).order_by().filter(condition(on)).query
    query.get_initial_alias()
    return _Text(query)


class Holds(Expression):
    """SQL condition: `condition(on)` holds of the row. To be used as the Q itself would be, inside a scoped query.

    The condition may look only at fields of its own row and into sub-queries that have no scope (`subquery`): what it
    says must be the same whoever asks. `condition` must be the same object each time, such as a function of a module.
    """

    conditional = True
    output_field = models.BooleanField()

    def __init__(self, model: type[models.Model], condition: Callable[[date], models.Q], on: date) -> None:
        super().__init__()
        self.model, self.condition, self.on = model, condition, on
        self.row: Any = F("pk")

    def get_source_expressions(self) -> list[Any]:
        return [self.row]

    def set_source_expressions(self, exprs: Any) -> None:
        [self.row] = exprs

    def resolve_expression(self, query: Any = None, *args: Any, **kwargs: Any) -> Any:
        resolved = super().resolve_expression(query, *args, **kwargs)
        # if this query becomes part of another, its tables must get names that the condition's own do not have
        query.subq_aliases = query.subq_aliases | _text(self.model, self.condition, self.on).query.subq_aliases
        return resolved

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return _text(self.model, self.condition, self.on).for_rows(self.row.alias, connection)
