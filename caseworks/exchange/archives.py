"""What the registry already knows about the children and adults of a few hundred rows, fetched in a handful of queries,
under the scope of whoever imports."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from caseworks.models import in_force
from caseworks.scoped import subquery
from children import names
from children.facts.kinds import KINDS
from children.models import Child, Enrolment, Fact, Residence
from guardians.models import Absence, Declaration, Entrustment, Kinship, Relative, Situation

OPEN = {"until_on__isnull": True}


@dataclass(slots=True)
class Adult:
    """A relative as planning goes on: what the registry has, and what rows of this file have said since."""

    id: UUID
    name: str
    phone: str = ""
    born_year: int | None = None
    id_number: str = ""
    address: str = ""
    born_on: date | None = None
    work: str = ""
    health: str = ""
    version: int = 1
    late: bool = False  # known to others, or tied to an archive that is: steps about them wait for the last moment
    absence: Absence | None = None
    # as they will be once what was read so far is in
    away: bool = False
    place: str = ""
    since_known: bool = True
    situations: frozenset[str] = frozenset()
    said: Any = None  # the Whereabouts a row of this file gave, and the number of that row
    said_in: int = 0

    @classmethod
    def of(cls, relative: Relative) -> Adult:
        return cls(
            relative.pk,
            relative.name,
            relative.phone,
            relative.born_year,
            relative.id_number,
            relative.address,
            relative.born_on,
            relative.work,
            relative.health,
            relative.version,
            late=True,
        )


@dataclass
class Archive:
    """One existing archive with what is open in it."""

    child: Child
    enrolment: Enrolment | None = None
    residence: Residence | None = None
    kin: list[tuple[str, UUID]] = field(default_factory=list)
    care: Entrustment | None = None
    carers: set[UUID] = field(default_factory=set)  # whoever cares today, also where a term is set
    declaration: Declaration | None = None
    # by kind: the facts that are open, or all of a kind that does not last, the latest last
    facts: dict[str, list[Fact]] = field(default_factory=dict)


@dataclass
class Known:
    """The look-ups for some rows."""

    by_number: dict[str, Archive] = field(default_factory=dict)
    by_name: dict[tuple[str, date], list[Archive]] = field(default_factory=dict)
    out_of_reach: set[str] = field(default_factory=set)


def taken_out_of_reach(numbers: Collection[str], reached: Collection[str]) -> set[str]:
    """Of these ID numbers, those that a live archive has which the person acting cannot open.

    It reads past the scope, as the unique constraint does, and gives back nothing but numbers the person typed: an
    import must leave such a row out instead of failing as a whole.
    """
    unknown = set(numbers) - set(reached)
    if not unknown:
        return set()
    digest = Child._meta.get_field("id_index").digest
    typed = {digest(number): number for number in unknown}
    held = subquery(Child).filter(id_index__in=list(typed), closed_on__isnull=True)
    return {typed[index] for index in held.values_list("id_index", flat=True)}


def _with_what_is_open(
    children: Collection[Child], adults: dict[UUID, Adult], on: date, kinds: Collection[str]
) -> dict[UUID, Archive]:
    """Archives with enrolment, residence, relatives, care, latest declaration, and the dated facts of these kinds;
    `adults` fills with the relatives."""
    found = {child.pk: Archive(child) for child in children}
    if not found:
        return found
    keys = list(found)
    for enrolment in Enrolment.objects.filter(child__in=keys, **OPEN).select_related("school"):
        found[enrolment.child_id].enrolment = enrolment
    for residence in Residence.objects.filter(child__in=keys, **OPEN).select_related("village"):
        found[residence.child_id].residence = residence
    relatives = []
    for kinship in Kinship.objects.filter(child__in=keys).select_related("relative").order_by("relation", "id"):
        found[kinship.child_id].kin.append((kinship.relation, kinship.relative_id))
        relatives.append(kinship.relative)
    note_adults(relatives, adults, on)
    for care in Entrustment.objects.filter(child__in=keys, **OPEN).order_by("from_on", "id"):
        found[care.child_id].care = care
    for child, relative in Entrustment.objects.filter(in_force(on), child__in=keys).values_list(
        "child_id", "relative_id"
    ):
        found[child].carers.add(relative)
    for declaration in Declaration.objects.filter(child__in=keys, declared_on__lte=on).order_by("declared_on", "id"):
        found[declaration.child_id].declaration = declaration
    for key in kinds:
        kind = KINDS[key]
        rows = kind.model._default_manager.filter(child__in=keys, **(OPEN if kind.lasts else {}))
        for row in rows.order_by(kind.model.day_field, "id"):
            found[row.child_id].facts.setdefault(key, []).append(row)
    return found


def note_adults(relatives: Collection[Relative], adults: dict[UUID, Adult], on: date) -> None:
    """Add relatives of the registry, with where they are, to those known; those known already stay as they are."""
    fresh = {relative.pk: Adult.of(relative) for relative in relatives if relative.pk not in adults}
    if not fresh:
        return
    for absence in Absence.objects.filter(relative__in=list(fresh), **OPEN):
        adult = fresh[absence.relative_id]
        adult.absence, adult.away, adult.place, adult.since_known = absence, True, absence.place, absence.from_known
    # one that began after the roster's day is known too: the roster does not begin it a second time
    lasting = Situation.objects.filter(Q(until_on__isnull=True) | Q(until_on__gt=on), relative__in=list(fresh))
    for relative, kind in lasting.values_list("relative_id", "kind"):
        fresh[relative].situations |= {kind}
    adults.update(fresh)


def look_up(
    named: Collection[tuple[str, date, str]],
    phones: Collection[str],
    adults: dict[UUID, Adult],
    on: date,
    kinds: Collection[str],
) -> tuple[Known, list[Adult]]:
    """Archives with the ID numbers of some rows, archives with the name and birth date of the other rows, and relatives
    with these phones. A row is (name, birth date, ID number or ""); `kinds` are those of the dated facts that matter."""
    numbers = {number for _name, _born, number in named if number}
    by_number = {child.id_number: child for child in Child.objects.live().with_id_number(*numbers)}
    rest = {(name, born) for name, born, number in named if number not in by_number}
    keys = {names.sort_key(name) for name, _born in rest}
    # as a sub-query: SQLite would otherwise try every name with every child in scope
    alike = subquery(Child).filter(name_order__in=keys).values("pk")
    same_name = [
        child
        for child in (Child.objects.live().filter(pk__in=alike) if keys else ())
        if (child.name, child.born_on) in rest
    ]
    children = {child.pk: child for child in [*by_number.values(), *same_name]}
    archives = _with_what_is_open(children.values(), adults, on, kinds)
    known = Known(
        {number: archives[child.pk] for number, child in by_number.items()},
        out_of_reach=taken_out_of_reach(numbers, by_number),
    )
    for child in same_name:
        known.by_name.setdefault((child.name, child.born_on), []).append(archives[child.pk])
    with_phones = list(Relative.objects.with_phone(*phones)) if phones else []
    note_adults(with_phones, adults, on)
    return known, [adults[relative.pk] for relative in with_phones]
