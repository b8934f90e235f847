"""How many archives lack what: counted for a page where they are few, beside the work where they are many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count

from caseworks import counting
from children.models import Child
from children.models.archive import ChildQuerySet
from guardians.gaps.asking import Share, by_class, by_village, with_gap
from guardians.gaps.checks import CHECKS

KIND = "gaps"
SHARES_KEPT = 40
# So many children with a gap are named beside their number: in a county of 100,000 they could not be found for a page.
# Who has more is met soon enough by walking down the list.
MOST_NAMED = 500


@dataclass(frozen=True)
class Found:
    """What one check found: the number, the villages and classes with the most of them, and the children, if few."""

    number: int
    villages: list[Share]
    classes: list[Share]
    children: list[UUID] | None = None

    def as_data(self) -> dict[str, Any]:
        """As it is kept."""
        named = None if self.children is None else [key.hex for key in self.children]
        shares = {"villages": self.villages[:SHARES_KEPT], "classes": self.classes[:SHARES_KEPT]}
        return {
            "number": self.number,
            "children": named,
            **{name: [list(vars(share).values()) for share in rows] for name, rows in shares.items()},
        }

    @classmethod
    def of(cls, data: dict[str, Any]) -> Found:
        """From what was kept."""
        named = data["children"]
        return cls(
            data["number"],
            [Share(*share) for share in data["villages"]],
            [Share(*share) for share in data["classes"]],
            None if named is None else [UUID(key) for key in named],
        )


def numbers(among: ChildQuerySet, on: date) -> dict[str, int]:
    """Key of a check → how many of the given children it finds: one query for all checks."""
    asked = {f"gap_{key}": Count("pk", filter=check.holds(on)) for key, check in CHECKS.items()}
    counted = among.live().order_by().aggregate(**asked)
    return {key: counted[f"gap_{key}"] for key in CHECKS}


def look(found: ChildQuerySet, on: date, number: int) -> Found:
    """The children with a gap, divided."""
    named = list(found.order_by().values_list("pk", flat=True)) if number <= MOST_NAMED else None
    return Found(number, by_village(found, on), by_class(found, on), named)


@counting.counter(KIND)
def _count(_question: str, today: date) -> dict[str, Any]:
    """Everything the pages of gaps show of everybody in reach."""
    everybody = Child.objects.live()
    counted = numbers(everybody, today)
    none = Found(0, [], [], [])
    return {
        "total": everybody.order_by().count(),
        "checks": {
            key: (look(with_gap(everybody, key, today), today, number) if number else none).as_data()
            for key, number in counted.items()
        },
    }
