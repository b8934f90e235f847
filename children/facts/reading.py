"""The dated facts of one child, read for the archive: what holds or is the latest first, the rest folded away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Model

from caseworks import codelists
from children.facts.kinds import KINDS, Kind
from children.models import Child, Enrolment, Fact, GrowthEntry, LastingFact


@dataclass(frozen=True)
class Shown:
    """The facts of one kind: what holds now (or is the latest), and what was before."""

    kind: Kind
    now: tuple[Fact, ...]
    before: tuple[Fact, ...]

    @property
    def latest(self) -> Fact | None:
        return self.now[0] if self.now else None


def facts_of(child: Child, held: Collection[type[Model]]) -> dict[str, Shown]:
    """Kind → the child's facts: one query for each kind of which there is anything (`held`: children.held)."""
    keys = [key for key, kind in KINDS.items() if kind.model in held]
    found = facts_of_many([child], *keys)[child.pk] if keys else {}
    return {key: found.get(key) or Shown(kind, (), ()) for key, kind in KINDS.items()}


def facts_of_many(children: Sequence[Child], *keys: str) -> dict[UUID, dict[str, Shown]]:
    """Child key → kind → its facts, of these kinds or of all: one query each, however many children and rows there are."""
    kinds = {key: KINDS[key] for key in keys or KINDS}
    by_key = {child.pk: child for child in children}
    found: dict[tuple[UUID, str], list[Fact]] = defaultdict(list)
    for key, kind in kinds.items():
        rows = kind.model._default_manager.filter(child__in=by_key).order_by(f"-{kind.model.day_field}", "-id")
        for row in rows:
            row.child = by_key[row.child_id]
            found[row.child_id, key].append(row)
    return {pk: {key: _shown(found[pk, key], kind) for key, kind in kinds.items()} for pk in by_key}


def _shown(rows: list[Fact], kind: Kind) -> Shown:
    now: list[Fact]
    if kind.lasts:
        now = [row for row in rows if isinstance(row, LastingFact) and row.is_open]
    elif kind.key == "facet":
        now = [row for code in codelists.FACET for row in [_latest_facet(rows, code.code)] if row is not None]
    else:
        now = rows[: kind.shown_first]
    return Shown(kind, tuple(now), tuple(row for row in rows if row not in now))


def _latest_facet(rows: list[Fact], facet: str) -> Fact | None:
    return next((row for row in rows if getattr(row, "facet", "") == facet), None)


@dataclass(frozen=True)
class SchoolingNow:
    """就学情况 on a day: the code of codelists.SCHOOLING, or empty if neither an enrolment nor anybody says it."""

    code: str
    derived: bool

    @property
    def words(self) -> str:
        return codelists.SCHOOLING.label(self.code)


def schooling_now(enrolment: Enrolment | None, stated: Shown) -> SchoolingNow:
    """What follows from the enrolment; without one, what is stated."""
    if enrolment is not None and enrolment.grade:
        return SchoolingNow(codelists.schooling_of_grade(enrolment.grade), derived=True)
    return SchoolingNow(getattr(stated.latest, "kind", ""), derived=False)


def entries_for_mentors(child: Child) -> list[GrowthEntry]:
    """What mentors may read of the growth file: only the entries written for them too, the latest twenty."""
    return list(GrowthEntry.objects.filter(child=child, visible_to="mentors").order_by("-happened_on", "-id")[:20])
