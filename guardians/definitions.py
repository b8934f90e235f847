"""Who counts as left behind (口径). The same facts give different numbers under different definitions, so each is an
object with its words, and every report prints the one it used.

Facts come first: a child one of whose parents has an absence on record is judged by the absences alone. Only a child
about whose parents nothing is recorded is judged by the latest declaration of a roster, up to the day asked about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.lookups import In, IsNull
from django.utils.translation import gettext_lazy as _

from caseworks.codelists import FATHERS, MOTHERS, PARENTS
from caseworks.conditions import Holds
from caseworks.models import in_force
from caseworks.scoped import subquery
from children.models import Child
from children.models.archive import ChildQuerySet, years_before
from guardians.models import Absence, Declaration, Kinship, Situation


def _children_with(relations: tuple[str, ...], facts: Any) -> Q:
    """Children one of whose relatives of these relations has one of the given facts (rows that name a `relative`).

    Asked child by child: a village costs what a village costs, however large the county around it.
    """
    of_the_relative = Exists(facts.filter(relative=OuterRef("relative")))
    return Q(Exists(subquery(Kinship).filter(of_the_relative, child=OuterRef("pk"), relation__in=relations)))


def one_by_one(condition: Q) -> Q:
    """The same condition, for the first page of many children: asked of one child after the other as they are read.

    Of `EXISTS` PostgreSQL would sooner read the absences of the whole country into memory once than ask fifty times; of a
    single value it cannot. To count everybody, as reports do, the other way is better.
    """
    asked = Q(_connector=condition.connector, _negated=condition.negated)
    parts: list[Any] = asked.children
    for part in condition.children:
        if isinstance(part, Q):
            parts.append(one_by_one(part))
        else:
            parts.append(IsNull(Subquery(part.query.exists()), False) if isinstance(part, Exists) else part)
    return asked


def away(relations: tuple[str, ...], on: date, **absence: Any) -> Q:
    """Children with a parent of these relations away on a day; keywords narrow the absence (`province="44"`)."""
    return _children_with(relations, subquery(Absence).filter(in_force(on), **absence))


def unable(relations: tuple[str, ...], on: date) -> Q:
    """Children with a parent of these relations who on a day cannot care for them."""
    return _children_with(relations, subquery(Situation).filter(in_force(on)))


def nothing_recorded() -> Q:
    """Children about whose parents no absence, past or present, is on record."""
    return ~_children_with(PARENTS, subquery(Absence))


def declared(values: tuple[str, ...], on: date) -> Q:
    """Children whose latest declaration up to a day is one of these values."""
    latest = (
        subquery(Declaration)
        .filter(child=OuterRef("pk"), declared_on__lte=on, outranked=False)
        .order_by("-declared_on", "-id")
        .values("value")[:1]
    )
    return Q(In(Subquery(latest), values))


def only_declared(values: tuple[str, ...], on: date) -> Q:
    """Children judged by a declaration, because nothing is recorded about their parents."""
    return declared(values, on) & nothing_recorded()


def both_away(on: date) -> Q:
    """Children whose father and mother are both away on a day."""
    return (away(FATHERS, on) & away(MOTHERS, on)) | only_declared(("2",), on)


def three_months_before(day: date) -> date:
    """The same day three months earlier, or the last day of that month."""
    year, month = (day.year, day.month - 3) if day.month > 3 else (day.year - 1, day.month + 9)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


@dataclass(frozen=True, eq=False)
class Definition:
    """One definition: its key, its short name, its words with the source, its age limit, and its condition on a day."""

    key: str
    name: Any
    words: Any
    under: int
    condition: Callable[[date], Q]

    def children(self, among: ChildQuerySet, on: date) -> ChildQuerySet:
        """Those of the given children who on a day are left behind by this definition."""
        return among.filter(Holds(Child, self.is_counted, on))

    def first_of(self, among: ChildQuerySet, on: date) -> ChildQuerySet:
        """The same children, for a list of which the first page is read."""
        return among.filter(Holds(Child, self._is_counted_singly, on))

    def is_counted(self, on: date) -> Q:
        """The condition, with the age limit."""
        return Q(born_on__gt=years_before(on, self.under)) & self.condition(on)

    def _is_counted_singly(self, on: date) -> Q:
        return one_by_one(self.is_counted(on))

    def counts(self, child: Child, on: date) -> bool:
        """Whether one child counts on a day."""
        return self.key in definitions_of(child, on)


def _wide(on: date) -> Q:
    return away(PARENTS, on) | only_declared(("1", "2", "9"), on)


def _civil(on: date) -> Q:
    father, mother = away(FATHERS, on), away(MOTHERS, on)
    one_and_none_to_care = (father & unable(MOTHERS, on)) | (mother & unable(FATHERS, on))
    return Q(registration="1") & (both_away(on) | one_and_none_to_care)


def _school(on: date) -> Q:
    long_enough = away(PARENTS, on, from_on__lte=three_months_before(on))
    # the roll ticks 留守 only after three months, so its word settles an absence of unknown beginning
    long_by_declaration = away(PARENTS, on, from_known=False) & declared(("1", "2", "9"), on)
    return long_enough | long_by_declaration | only_declared(("1", "2", "9"), on)


DEFINITIONS: dict[str, Definition] = {
    definition.key: definition
    for definition in (
        Definition(
            "wide",
            _("wide"),
            _("Under 18, with the father or the mother, or both, away to work."),
            18,
            _wide,
        ),
        Definition(
            "civil",
            _("civil affairs"),
            _(
                "Under 16 with rural registration, both parents away to work, or one away and the other unable to "
                "care for the child (国发〔2016〕13号)."
            ),
            16,
            _civil,
        ),
        Definition(
            "school",
            _("school roll"),
            _("Under 18, with one or both parents away to work for three months or more (学籍)."),
            18,
            _school,
        ),
    )
}


def definitions_of(child: Child, on: date) -> set[str]:
    """The keys of the definitions by which one child is left behind on a day: one query for all of them."""
    answers = {f"by_{key}": Holds(Child, entry.is_counted, on) for key, entry in DEFINITIONS.items()}
    row = Child.objects.filter(pk=child.pk).annotate(**answers).values(*answers).first()
    return {key for key in DEFINITIONS if row and row[f"by_{key}"]}


def definition(key: str) -> Definition:
    """The definition of that key, or the wide one, which all seven kinds of report use."""
    return DEFINITIONS.get(key, DEFINITIONS["wide"])


def definition_choices() -> list[tuple[str, Any]]:
    """(key, name) pairs for forms."""
    return [(key, entry.name) for key, entry in DEFINITIONS.items()]
