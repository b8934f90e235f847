"""What the registry already knows about the children and adults of a few hundred rows, fetched in a handful of queries,
under the scope of whoever imports."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from caseworks.exchange.adults import Adults
from caseworks.models import in_force
from caseworks.scoped import subquery
from children import names
from children.facts.kinds import KINDS
from children.models import Child, Enrolment, Fact, Residence
from guardians.models import Declaration, Entrustment, Kinship, Relative

OPEN = {"until_on__isnull": True}


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
    children: Collection[Child], adults: Adults, on: date, kinds: Collection[str]
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
    adults.note(relatives, on)
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


def look_up(
    named: Collection[tuple[str, date, str]],
    phones: Collection[str],
    adults: Adults,
    on: date,
    kinds: Collection[str],
) -> Known:
    """Archives with the ID numbers of some rows, and archives with the name and birth date of the other rows; `adults` gets
    their relatives, and those with these phones. A row is (name, birth date, ID number or ""); `kinds` are those of the dated
    facts that matter."""
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
    if phones:
        adults.note_with_phones(Relative.objects.with_phone(*phones), on)
    return known
