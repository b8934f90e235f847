"""Who may be in a contact about a child: the children it may also be about, and the people it may be with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Max

from caseworks.codelists import COUNTERPART, FATHERS, MOTHERS, RELATION
from caseworks.models import in_force
from children.models import Child, Residence
from guardians.family import carers_on, siblings_of
from guardians.models import Absence, Entrustment, Kinship, Relative
from visits.models import Counterpart

# people who are no relatives, or whose name is not in the archive
OTHERS = ("child", "teacher", "village", "town", "other")
FAMILY = ("father", "mother", "carer")
# more children than this at one address: it is a hamlet, not a house
LARGEST_HOUSEHOLD = 8


@dataclass(frozen=True)
class Person:
    """Somebody to be met: a relative in the archive, or only what they are (a teacher, a village cadre …).

    `value` is how the form names them, `kind` a code of COUNTERPART, `last_on` the day they were last reached.
    """

    value: str
    kind: str
    words: str
    relative: Relative | None = None
    cares: bool = False
    away: bool = False
    last_on: date | None = None


@dataclass(frozen=True)
class Around:
    """The children a contact may cover (siblings, then others of the same household or carer) and whom it may meet."""

    child: Child
    siblings: tuple[Child, ...]
    others: tuple[Child, ...]
    people: tuple[Person, ...]

    @property
    def children(self) -> tuple[Child, ...]:
        """Every child a contact may cover, the one it is about first."""
        return (self.child, *self.siblings, *self.others)


def around(child: Child, today: date, *, also: Iterable[Child] = ()) -> Around:
    """Everyone around a child on a day, as far as the scope in force reaches; `also` adds children of a contact that is
    being corrected."""
    siblings = tuple(siblings_of(child))
    others = {other.pk: other for other in (*also, *_household_of(child, today))}
    for known in (child, *siblings):
        others.pop(known.pk, None)
    found = Around(child, siblings, tuple(others.values()), ())
    return replace(found, people=tuple(_people_of(found, today)))


def _household_of(child: Child, today: date) -> list[Child]:
    """Children in scope with the same carer or the same address on a day."""
    carers = Entrustment.objects.filter(in_force(today), child=child).values("relative")
    same_carer = Entrustment.objects.filter(in_force(today), relative__in=carers).values("child")
    live = Child.objects.live().exclude(pk=child.pk)
    found = list(live.filter(pk__in=same_carer).order_by("born_on", "id"))
    home = Residence.objects.filter(in_force(today), child=child).exclude(address="").first()
    if home is not None:
        same = Residence.objects.in_the_house_of(home).filter(in_force(today)).values("child")
        there = list(live.filter(pk__in=same).order_by("born_on", "id")[: LARGEST_HOUSEHOLD + 1])
        if len(there) <= LARGEST_HOUSEHOLD:
            found += there
    return found


def _people_of(found: Around, today: date) -> Iterable[Person]:
    """The relatives of all these children, carers first, then parents; then people who are no relatives."""
    carers = {care.relative_id for care in carers_on(found.children, today).values()}
    links = list(Kinship.objects.filter(child__in=found.children).select_related("relative").order_by("relation", "id"))
    order = {child.pk: number for number, child in enumerate(found.children)}
    names = {child.pk: child.name for child in found.others}
    links.sort(key=lambda link: (link.relative_id not in carers, order[link.child_id]))
    relatives = [link.relative_id for link in links]
    away = set(Absence.objects.filter(in_force(today), relative__in=relatives).values_list("relative", flat=True))
    last = dict(
        Counterpart.objects.filter(relative__in=relatives, contact__reached=True, contact__held_on__lte=today)
        .values_list("relative")
        .annotate(Max("contact__held_on"))
        .order_by()
    )
    people: dict[object, Person] = {}
    for link in links:
        if link.relative_id in people:
            continue
        cares = link.relative_id in carers
        people[link.relative_id] = Person(
            value=link.relative.code,
            kind=_kind(link.relation, cares=cares),
            words=" · ".join(filter(None, (names.get(link.child_id), RELATION.label(link.relation)))),
            relative=link.relative,
            cares=cares,
            away=link.relative_id in away,
            last_on=last.get(link.relative_id),
        )
    yield from people.values()
    own = {link.relative_id for link in links if link.child_id not in names}
    named = {person.kind for key, person in people.items() if key in own}
    for kind in (*(kind for kind in FAMILY if kind not in named), *OTHERS):
        yield Person(value=kind, kind=kind, words=COUNTERPART.label(kind))


def _kind(relation: str, *, cares: bool) -> str:
    """What a relative is in a contact: a parent stays a parent, whoever else cares for the child is the carer."""
    if relation in FATHERS:
        return "father"
    if relation in MOTHERS:
        return "mother"
    return "carer" if cares else "relative"
