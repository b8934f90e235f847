"""When the time of keeping is over: what privacy.py says about groups of fields, turned into records that are due.

The clock of an archive starts on the day it is closed. When the years of a group have passed, its fields are emptied;
when those of the last group have, the whole archive goes. What several children share stays until it is due for all of
them. An open hold (`LegalHold`) stops the clock for everything about that child.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from caseworks import privacy
from caseworks.classified import FIELDS
from caseworks.encryption import SealedField
from caseworks.models import in_force
from caseworks.privacy import Since
from caseworks.rights.models import LegalHold
from caseworks.rights.removal import records_about_children
from caseworks.scoped import AboutChildren
from children.models import Child
from children.models.archive import ChildQuerySet, years_before


def archive_years() -> int:
    """How many years after its closing an archive as a whole is kept: the longest time of its groups."""
    return max(group.years or 0 for group in privacy.GROUPS.values() if group.since is Since.EXIT)


def early_years() -> list[int]:
    """After how many years parts of an archive are emptied before the rest goes."""
    years = {group.years for group in privacy.GROUPS.values() if group.since is Since.EXIT and group.years}
    return sorted(years - {archive_years()})


def fields_of(model: type[models.Model], years: int) -> list[str]:
    """The fields of a model whose time, counted from the closing of the archive, is just so many years."""
    groups = FIELDS.get(model._meta.label, {})
    return [
        name
        for group, names in groups.items()
        if _runs_from_exit(group) and privacy.GROUPS[group].years == years
        for name in names.split()
    ]


def emptied(field: models.Field) -> Any:
    """What stands in a field when its value has been taken out. Raises ValueError for one that cannot be empty: its
    group must be kept as long as the archive."""
    if isinstance(field, SealedField):
        return ""
    if isinstance(field, models.BooleanField) and field.has_default():
        return field.get_default()
    if field.null:
        return None
    if isinstance(field, models.CharField | models.TextField) and field.blank:
        return ""
    raise ValueError(f"{field.model._meta.label}.{field.name} cannot be emptied before the archive goes.")


def closed_for(years: int, today: date) -> ChildQuerySet:
    """Archives that were closed at least so many years ago, and that nothing holds."""
    return _unheld(Child.objects.filter(closed_on__lte=years_before(today, years)), today)


def _unheld(children: ChildQuerySet, today: date) -> ChildQuerySet:
    return children.exclude(pk__in=LegalHold.objects.filter(in_force(today)).values("child"))


def due_rows(model: Any, years: int, today: date) -> models.QuerySet[Any]:
    """Rows that belong only to archives whose time is over, and of which something of that time is still there."""
    due = closed_for(years, today)
    if goes_whole(model, years):
        return _only_of(model, due)
    filled = Q(pk__in=[])
    for name in fields_of(model, years):
        filled |= ~Q(**_is_empty(model._meta.get_field(name)))
    return _only_of(model, due).filter(filled)


def _is_empty(field: models.Field) -> dict[str, Any]:
    value = emptied(field)
    return {f"{field.name}__isnull": True} if value is None else {field.name: value}


def _only_of(model: type[AboutChildren], due: ChildQuerySet) -> models.QuerySet[Any]:
    """Rows about these children and no others."""
    column, keys = model.scope_column, due.values("pk")
    rows: Any = model.objects.all()
    if model.scope_through is None:
        return rows.filter(**{f"{column}__in": keys})
    label, field = model.scope_through
    links: Any = apps.get_model(label).objects
    others = links.filter(**{field: OuterRef("pk" if column == "pk" else f"{column}_id")}).exclude(child__in=keys)
    return rows.filter(~Exists(others), **{f"{column}__in": links.filter(child__in=keys).values(field)})


def goes_whole(model: type[models.Model], years: int) -> bool:
    """True if nothing of a record is kept longer than so many years: then the row goes, and not only its fields. A
    photograph is such a record."""
    kept = {privacy.GROUPS[group].years for group in FIELDS.get(model._meta.label, {}) if _runs_from_exit(group)}
    return kept == {years}


def _runs_from_exit(group: str) -> bool:
    return privacy.GROUPS[group].since is Since.EXIT


def early_parts() -> Iterator[tuple[type[models.Model], int, list[str]]]:
    """What is emptied before the whole archive goes: model, years, fields."""
    for years in early_years():
        for model in records_about_children():
            if names := fields_of(model, years):
                yield model, years, names


# --- What comes next --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Coming:
    """One archive of which something is removed soon: what, and from which day on; `held` if something stops it."""

    child: Child
    on: date
    groups: list[Any]
    whole: bool
    held: bool


def removal_day(closed_on: date, years: int) -> date:
    """The first day on which so many full years have passed.

    >>> removal_day(date(2024, 2, 29), 1)
    datetime.date(2025, 3, 1)
    """
    try:
        return closed_on.replace(year=closed_on.year + years)
    except ValueError:
        return date(closed_on.year + years, 3, 1)


def coming(today: date, days: int) -> list[Coming]:
    """The archives in scope of which something is removed within so many days, or should have been by now, the earliest
    first."""
    groups: dict[int, list[Any]] = defaultdict(list)
    for group in privacy.GROUPS.values():
        if group.since is Since.EXIT and group.years:
            groups[group.years].append(group.words)
    last, found = today + timedelta(days=days), []
    held = set(LegalHold.objects.filter(in_force(today)).values_list("child_id", flat=True))
    for years in sorted(groups):
        whole = years == archive_years()
        children = Child.objects.filter(closed_on__lte=years_before(last, years))
        if not whole:  # what was due before today has been emptied, or goes with the next run
            children = children.filter(closed_on__gt=years_before(today - timedelta(days=days), years))
        for child in children.order_by("closed_on", "id"):
            day = removal_day(child.closed_on, years)  # type: ignore[arg-type]
            found.append(Coming(child, day, groups[years], whole, child.pk in held))
    return sorted(found, key=lambda each: (each.on, each.child.code))
