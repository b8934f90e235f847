"""What every record has."""

from datetime import date
from typing import Any

from django.db import models

from caseworks.identity import uuid7


class Record(models.Model):
    """A row with a UUIDv7 key made by the application."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class PathField(models.CharField):
    """A place in the office tree, such as `/jiangjin/shimen/`, compared byte by byte.

    Ranges over it (`>= '/a/'` and `< '/a0'`) find a subtree by index only if the database compares bytes: SQLite does,
    PostgreSQL does under the collation "C".
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 255, **options})

    def db_parameters(self, connection: Any) -> Any:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


def subtree(path: str) -> tuple[str, str]:
    """The half-open range of paths at or below a path: '0' is the character after '/'.

    >>> subtree("/a/b/")
    ('/a/b/', '/a/b0')
    """
    return path, path[:-1] + "0"


class Period(models.Model):
    """A fact that holds from a day on, until a day: half-open, so that `until_on` is the first day it holds no more."""

    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True

    @classmethod
    def ends_after_it_begins(cls, name: str) -> models.CheckConstraint:
        """The constraint until_on ≥ from_on; each model names its own."""
        return models.CheckConstraint(
            condition=models.Q(until_on__isnull=True) | models.Q(until_on__gte=models.F("from_on")), name=name
        )


def in_force(on: date, prefix: str = "") -> models.Q:
    """The condition that a period holds on a day, for a filter on the model itself or through `prefix`."""
    return models.Q(**{f"{prefix}from_on__lte": on}) & (
        models.Q(**{f"{prefix}until_on__isnull": True}) | models.Q(**{f"{prefix}until_on__gt": on})
    )
