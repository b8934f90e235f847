"""Where children go to school and live on a day, for many children at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from caseworks.models import in_force
from children.models import Child, Enrolment, Residence


def enrolments_on(children: Iterable[Child], on: date) -> dict[object, Enrolment]:
    """Child key → the enrolment in force on a day."""
    rows = Enrolment.objects.filter(in_force(on), child__in=[child.pk for child in children])
    return {row.child_id: row for row in rows.select_related("school").order_by("from_on", "id")}


def residences_on(children: Iterable[Child], on: date) -> dict[object, Residence]:
    """Child key → the residence in force on a day."""
    rows = Residence.objects.filter(in_force(on), child__in=[child.pk for child in children])
    return {row.child_id: row for row in rows.select_related("village").order_by("from_on", "id")}


def open_enrolment(child: Child) -> Enrolment | None:
    """The enrolment that has not ended."""
    return child.enrolments.filter(until_on__isnull=True).select_related("school").first()


def open_residence(child: Child) -> Residence | None:
    """The residence that has not ended."""
    return child.residences.filter(until_on__isnull=True).select_related("village").first()
