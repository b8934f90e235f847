"""Reading by the ten thousand: columns as the database gives them, and keys that go back as they came.

Django makes an object of each key and each date, and prepares every key anew for every query: half the time of a file of
100,000 children. Who sees which row is decided as ever, by the queryset these are used in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models
from django.db.models.expressions import Expression, F


class Plain(Expression):
    """A column for `values_list` as the database gives it: a key as text, a sealed value closed, a date as `day` reads it."""

    output_field: Any = models.TextField()  # which no database converts

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column: Any = F(column)

    def get_source_expressions(self) -> list[Any]:
        return [self.column]

    def set_source_expressions(self, exprs: Any) -> None:
        [self.column] = exprs

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return compiler.compile(self.column)

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        sql, parameters = compiler.compile(self.column)
        # its driver makes objects of what was declared a date, but not of what an expression gives
        return (f"({sql} || '')" if isinstance(_target(self.column), models.DateField) else sql), parameters

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        sql, parameters = compiler.compile(self.column)
        # its driver makes objects of keys by itself
        return (f"{sql}::text" if isinstance(_target(self.column), models.UUIDField) else sql), parameters


def plain(*columns: str) -> list[Plain]:
    """Several columns for `values_list`."""
    return [Plain(column) for column in columns]


def _target(column: Any) -> Any:
    """The field a column holds: of a foreign key, the key it points to."""
    return getattr(column.target, "target_field", column.target)


def day(value: Any) -> str:
    """A date of a plain column as 2026-11-25, on either database; empty for none."""
    if value.__class__ is str:
        return value
    return value.isoformat() if isinstance(value, date) else ""


class Among(Expression):
    """SQL condition: the column is one of these keys, which were read as `Plain`."""

    conditional = True
    output_field = models.BooleanField()

    def __init__(self, column: str, keys: Iterable[str]) -> None:
        super().__init__()
        self.column, self.keys = F(column), list(keys)

    def get_source_expressions(self) -> list[Any]:
        return [self.column]

    def set_source_expressions(self, exprs: Any) -> None:
        [self.column] = exprs

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = compiler.compile(self.column)
        return f"{column} IN ({', '.join(['%s'] * len(self.keys)) or 'NULL'})", (*parameters, *self.keys)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = compiler.compile(self.column)
        return f"{column} = ANY(%s::uuid[])", (*parameters, self.keys)
