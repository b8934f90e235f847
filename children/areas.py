"""The part of the office tree a person works in: the breadcrumb, and the schools and villages that can be chosen."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import QuerySet

from caseworks import codelists
from caseworks.models import Organization, subtree

MOST_CHOICES = 80


def county_of(organization: Organization) -> Organization:
    """The county the office belongs to, or the highest office above it."""
    above = list(Organization.objects.above(organization))
    return next((office for office in above if office.kind == "county"), above[0])


@dataclass(frozen=True)
class Step:
    """A step of the breadcrumb; one above the acting post is named but narrows nothing."""

    organization: Organization
    within: bool


def breadcrumb(own: Organization, chosen: Organization | None) -> list[Step]:
    """From the county down to the chosen office, or to one's own."""
    steps = Organization.objects.above(chosen or own)
    return [Step(office, office.path.startswith(own.path)) for office in steps]


def places_to_choose(own: Organization, chosen: Organization | None) -> list[Organization]:
    """Offices by which a list can be narrowed: everything below one's own office if that is few, else one level down.

    A school narrows by the villages around it, and a village by the schools: pupils and villagers overlap.
    """
    is_leaf = own.kind in (*codelists.SCHOOL_KINDS, "village")
    root = own.parent if is_leaf and own.parent else own
    low, high = subtree(root.path)
    below = Organization.objects.filter(path__gte=low, path__lt=high, closed_on__isnull=True).exclude(pk=root.pk)
    if is_leaf:
        below = below.filter(kind__in=(*codelists.SCHOOL_KINDS, "village"))
    found = list(below[: MOST_CHOICES + 1])
    if len(found) > MOST_CHOICES:
        at = chosen if chosen and chosen.is_under(root) else root
        found = list(Organization.objects.filter(parent__in={root, at}, closed_on__isnull=True))
    if chosen and chosen not in found:
        found.append(chosen)
    return found


def grouped_by_kind(places: list[Organization]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Choices of a select: (kind, [(code, name)])."""
    order = {kind.code: number for number, kind in enumerate(codelists.ORGANIZATION_KIND)}
    ordered = sorted(places, key=lambda office: (order.get(office.kind, 99), office.path))
    return [
        (codelists.ORGANIZATION_KIND.label(kind), [(office.code, office.name) for office in offices])
        for kind, offices in groupby(ordered, key=lambda office: office.kind)
    ]


class _ByParent(forms.models.ModelChoiceIterator):
    def __iter__(self) -> Any:
        yield ("", self.field.empty_label or "")
        rows = self.queryset.select_related("parent").order_by("parent__path", "path")
        for parent, offices in groupby(rows, key=lambda office: office.parent):
            yield (str(parent or ""), [self.choice(office) for office in offices])


class OfficeField(forms.ModelChoiceField):
    """A school or village, chosen by its code, listed under the office it belongs to."""

    iterator = _ByParent

    def __init__(self, **options: Any) -> None:
        super().__init__(Organization.objects.none(), to_field_name="code", **options)

    def offer(self, offices: QuerySet[Organization]) -> None:
        """The offices that can be chosen; a single one is chosen already."""
        self.queryset = offices.filter(closed_on__isnull=True)
