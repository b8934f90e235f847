"""Which archives may be of the same child: a few grouped queries over whoever is in scope, however many they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import combinations
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from caseworks import counting
from caseworks.codelists import PARENTS
from children.models import Child
from guardians.models import KeptApart, Kinship

KIND = "duplicates"
# groups looked into for each reason; whoever has more merges some and finds the next
MOST_GROUPS = 200
MOST_IN_A_GROUP = 6

REASONS = {
    "id": _("same ID number"),
    "name": _("same name and date of birth"),
    "sound": _("names that sound the same, same date of birth"),
    "phone_birth": _("same telephone of a parent, same date of birth"),
    "phone_name": _("same telephone of a parent, names that sound the same"),
}
_WEIGHT = {"id": 8, "name": 4, "phone_name": 3, "phone_birth": 2, "sound": 2}

Pair = tuple[Any, Any]


@dataclass(frozen=True)
class Suspicion:
    """Two archives, and why they may be of one child; the clearest reason first."""

    first: Child
    second: Child
    keys: tuple[str, ...]

    @property
    def reasons(self) -> list[Any]:
        """The reasons in words."""
        return [REASONS[key] for key in self.keys]

    @property
    def weight(self) -> int:
        return sum(_WEIGHT[key] for key in self.keys)


def pairs_alike() -> dict[Pair, set[str]]:
    """The keys of two archives → why they may be of one child: everybody in scope is looked at."""
    found: dict[Pair, set[str]] = {}
    for key, pair in [*_by_number(), *_by_name(), *_by_phone()]:
        found.setdefault(pair, set()).add(key)
    return found


@counting.counter(KIND)
def _count(_question: str, _today: date) -> list[Any]:
    """The pairs of a large area, to be kept."""
    return [[first.hex, second.hex, sorted(keys)] for (first, second), keys in pairs_alike().items()]


def pairs_kept(kept: list[Any]) -> dict[Pair, set[str]]:
    """The pairs that were counted before."""
    return {(UUID(first), UUID(second)): set(keys) for first, second, keys in kept}


def suspicions(alike: dict[Pair, set[str]] | None = None) -> list[Suspicion]:
    """Every pair in scope that nobody has kept apart yet and of which one archive at least is open, the likeliest first.
    `alike` are the pairs that were found before; those that were merged or kept apart since are gone all the same."""
    found = dict(pairs_alike() if alike is None else alike)
    for first, second in KeptApart.objects.values_list("child_id", "other_id"):
        found.pop((first, second), None)
        found.pop((second, first), None)
    children = Child.objects.in_bulk({key for pair in found for key in pair})
    made = [
        Suspicion(children[first], children[second], tuple(sorted(keys, key=lambda each: -_WEIGHT[each])))
        for (first, second), keys in found.items()
        if first in children and second in children
    ]
    live = [each for each in made if each.first.is_live or each.second.is_live]
    return sorted(live, key=lambda each: (-each.weight, each.first.name_order, each.first.code))


def _pairs(keys: Iterable[Any]) -> Iterator[Pair]:
    return combinations(sorted(set(keys))[:MOST_IN_A_GROUP], 2)


def _groups(rows: Any, fields: tuple[str, ...], key: str) -> list[list[tuple[Any, ...]]]:
    """Rows that agree in all these fields and are about several children: for each group (child, *values of `fields`)."""
    counted = rows.order_by().values(*fields).annotate(number=Count(key, distinct=True)).filter(number__gt=1)
    alike = list(counted.values_list(*fields)[:MOST_GROUPS])
    if not alike:
        return []
    same = reduce(or_, (Q(**dict(zip(fields, values, strict=True))) for values in alike))
    groups: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for row in rows.filter(same).order_by().values_list(key, *fields):
        groups.setdefault(row[1:], []).append(row)
    return list(groups.values())


def _by_number() -> Iterator[tuple[str, Pair]]:
    """Only a closed archive can share its number with an open one: a child who came back and was opened anew."""
    for group in _groups(Child.objects.filter(id_index__isnull=False), ("id_index",), "pk"):
        yield from (("id", pair) for pair in _pairs(row[0] for row in group))


def _by_name() -> Iterator[tuple[str, Pair]]:
    groups = _groups(Child.objects.all(), ("name_order", "born_on"), "pk")
    names = dict(Child.objects.filter(pk__in=[row[0] for group in groups for row in group]).values_list("pk", "name"))
    for group in groups:
        for first, second in _pairs(row[0] for row in group):
            yield "name" if names[first] == names[second] else "sound", (first, second)


def _by_phone() -> Iterator[tuple[str, Pair]]:
    """Siblings share their parents: only two entries of a parent with one number make a pair."""
    parents = Kinship.objects.filter(relation__in=PARENTS, relative__phone_index__isnull=False)
    for key, field in (("phone_birth", "child__born_on"), ("phone_name", "child__name_order")):
        fields = ("relative__phone_index", field, "child__sex")
        groups = _groups(parents, fields, "child")
        keys = [row[0] for group in groups for row in group]
        entries: dict[Any, set[Any]] = {}
        for child, relative in Kinship.objects.filter(child__in=keys).values_list("child_id", "relative_id"):
            entries.setdefault(child, set()).add(relative)
        for group in groups:
            for first, second in _pairs(row[0] for row in group):
                if not entries.get(first, set()) & entries.get(second, set()):
                    yield key, (first, second)
