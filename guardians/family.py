"""The people around a child, read together: parents, siblings, and who cares for the child today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from caseworks import codelists
from caseworks.codelists import PARENTS
from caseworks.models import in_force
from caseworks.scoped import subquery
from children.models import Child
from children.models.archive import ChildQuerySet
from guardians.models import Declaration, Entrustment, Kinship


def siblings_of(child: Child) -> ChildQuerySet:
    """Children in scope who share a parent with this child, the eldest first."""
    parents = subquery(Kinship).filter(child=child, relation__in=PARENTS).values("relative")
    children = subquery(Kinship).filter(relation__in=PARENTS, relative__in=parents).values("child")
    return Child.objects.live().filter(pk__in=children).exclude(pk=child.pk).order_by("born_on", "id")


def carers_on(children: Iterable[Child], on: date) -> dict[UUID, Entrustment]:
    """Who cares for each child on a day: child key → the latest entrusted care in force (`.relation` is filled with the
    carer's relation to the child, empty if none is recorded)."""
    keys = [child.pk for child in children]
    cares = (
        Entrustment.objects.filter(in_force(on), child__in=keys).select_related("relative").order_by("from_on", "id")
    )
    relations = {
        (child, relative): relation
        for child, relative, relation in Kinship.objects.filter(child__in=keys).values_list(
            "child_id", "relative_id", "relation"
        )
    }
    found: dict[UUID, Entrustment] = {}
    for care in cares:
        care.relation = relations.get((care.child_id, care.relative_id), "")
        found[care.child_id] = care
    return found


_RELATIONS_OF_CARERS = {
    "paternal": codelists.PATERNAL_GRANDPARENTS,
    "maternal": codelists.MATERNAL_GRANDPARENTS,
    "grandparents": ("60",),
    "unrelated": ("99",),
    "relative": tuple(
        entry.code for entry in codelists.RELATION if entry.code not in (*codelists.GRANDPARENTS, *PARENTS, "99")
    ),
}


def cared_for_by(kind: str, on: date) -> Q:
    """Children whose entrusted carer on a day is of a kind (codelists.CARER_KIND); `none`: nobody is entrusted. Asked
    child by child, as the definitions are."""
    cares = subquery(Entrustment).filter(in_force(on), child=OuterRef("pk"))
    if kind == "none":
        return ~Q(Exists(cares))
    is_of_the_kind = subquery(Kinship).filter(
        child=OuterRef("child"), relative=OuterRef("relative"), relation__in=_RELATIONS_OF_CARERS[kind]
    )
    return Q(Exists(cares.filter(Exists(is_of_the_kind))))


def relatives_shared_with(child: Child) -> ChildQuerySet:
    """Children in scope who share any relative with this child: siblings, cousins under one grandmother."""
    relatives = subquery(Kinship).filter(child=child).values("relative")
    children = subquery(Kinship).filter(relative__in=relatives).values("child")
    return Child.objects.live().filter(pk__in=children).exclude(pk=child.pk).order_by("born_on", "id")


def latest_declaration(child: Child, on: date) -> Declaration | None:
    """The last roster up to a day that said whether the child is left behind, and was not outranked by facts."""
    rows = Declaration.objects.filter(child=child, declared_on__lte=on, outranked=False)
    return rows.select_related("organization").order_by("-declared_on", "-id").first()
