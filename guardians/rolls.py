"""The word of the school roll (是否留守儿童) for a child, as the facts give it.

The roll counts by its own definition: a parent away for three months or more (学籍). Where an absence of a parent is, or
was, on record, facts speak and no declaration is needed; where none is, only a roster's own word can be repeated.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from caseworks.codelists import FATHERS, PARENTS
from caseworks.models import in_force
from children.models import Child
from guardians.definitions import DEFINITIONS
from guardians.models import Absence, Kinship


def word(*, known: bool, away: int, counted: bool) -> str:
    """The code of the word: 非留守, 单亲 or 双亲留守; empty where nothing is known. `away` is how many of father and mother
    are away, `counted` whether the roll's definition counts the child.

    >>> word(known=True, away=2, counted=True), word(known=True, away=1, counted=False), word(known=False, away=0, counted=True)
    ('2', '0', '')
    """
    if not known:
        return ""
    if not counted or not away:
        return "0"
    return "2" if away == 2 else "1"


def words(children: Collection[UUID], on: date) -> dict[UUID, str]:
    """The words of some children in scope on a day, as far as facts give them."""
    if not children:
        return {}
    of_children: dict[UUID, list[tuple[UUID, bool]]] = {}
    for relative, child, relation in Kinship.objects.filter(child__in=children, relation__in=PARENTS).values_list(
        "relative_id", "child_id", "relation"
    ):
        of_children.setdefault(relative, []).append((child, relation in FATHERS))
    known, away = set(), set()
    absences = Absence.objects.filter(relative__in=list(of_children))
    held = set(absences.filter(in_force(on)).values_list("relative_id", flat=True))
    for relative in absences.values_list("relative_id", flat=True).distinct():
        for child, is_father in of_children[relative]:
            known.add(child)
            if relative in held:
                away.add((child, is_father))
    counted = DEFINITIONS["school"].children(Child.objects.filter(pk__in=known), on)
    by_the_roll = set(counted.values_list("pk", flat=True))
    return {
        child: word(known=True, away=sum((child, who) in away for who in (True, False)), counted=child in by_the_roll)
        for child in known
    }
