"""What every record has."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from caseworks.identity import uuid7


class Record(models.Model):
    """A row with a UUIDv7 key made by the application."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class ChangedError(ValidationError):
    """Somebody else changed a record after it was read; nothing was written. `row` is the record as it was read."""

    def __init__(self, row: Editable) -> None:
        self.row = row
        super().__init__(
            _("Somebody else has changed this since you opened it. Look at it again, then repeat your change."),
            code="changed",
        )


class Editable(Record):
    """A record that people correct, and whose `version` counts the corrections.

    To make a model editable:

    1. derive it from `Editable` instead of `Record`, and put `version` under "key" in caseworks/classified.py;
    2. let its form derive from `MergingForm` (caseworks/merging.py) and say in `stored()` what the record says now;
    3. let the view save with `carry_out` and show `{% include "components/conflict.html" %}` above the fields.

    `save()` writes only over the very version that was read and raises ChangedError otherwise, so no change of somebody
    else is lost by any way of saving; a page then asks the record anew and merges (`MergingForm`). Writes of many rows
    at once (`QuerySet.update`) do not look, and count the version themselves.
    """

    version = models.PositiveIntegerField(default=1, editable=False)

    # fields the registry itself keeps up to date: writing these alone corrects nothing
    kept_by_the_registry: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        abstract = True

    def _do_update(self, base_qs: Any, using: Any, pk_val: Any, values: Any, *further: Any) -> Any:
        """Django's one place where a row that exists is written: the UPDATE itself asks for the version."""
        if {field.name for field, _model, _value in values} <= self.kept_by_the_registry:
            return super()._do_update(base_qs, using, pk_val, values, *further)
        counter = self._meta.get_field("version")
        values = [each for each in values if each[0] is not counter] + [(counter, None, self.version + 1)]
        written = super()._do_update(base_qs.filter(version=self.version), using, pk_val, values, *further)
        if written:
            self.version += 1
        elif base_qs.filter(pk=pk_val).exists():
            raise ChangedError(self)
        return written


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

    def holds_on(self, on: date) -> bool:
        """True if the fact holds on a day."""
        return self.from_on <= on and (self.until_on is None or self.until_on > on)

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
