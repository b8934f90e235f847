"""Keeps the table of roads to each child (`Reach`) equal to the facts: called by every action that changes a road."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from caseworks.access import Via
from caseworks.models import Organization
from children.models import Child, Reach


def open_road(child: Child, via: Via, path: str, *, until_on: date | None = None) -> None:
    """Let whoever works at `path` reach the child by this road, to the day before `until_on` or until it is closed."""
    Reach.objects.update_or_create(child=child, via=via, path=path, defaults={"until_on": until_on})


def close_road(child: Child, via: Via, path: str) -> None:
    """End a road at once: the next request of whoever came this way finds nothing."""
    Reach.objects.filter(child=child, via=via, path=path).delete()


def roads(child: Child, *, school: Organization | None, village: Organization | None) -> Iterable[Reach]:
    """The rows of a new archive, for writers of many archives at once."""
    if school is not None:
        yield Reach(child=child, via=Via.ENROLMENT, path=school.path)
    if village is not None:
        yield Reach(child=child, via=Via.RESIDENCE, path=village.path)


def open_many(rows: Iterable[Reach]) -> None:
    """Open many roads at once; one that was closed before is open again."""
    Reach.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["child", "via", "path"], update_fields=["until_on"]
    )
