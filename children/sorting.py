"""The order of a list of children, chosen at the head of a column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.apps import apps
from django.db.models import F, Max, OrderBy, OuterRef, Subquery

from caseworks.models import in_force
from caseworks.scoped import subquery
from children.models import Enrolment, Residence
from children.models.archive import ChildQuerySet

# Only the order of names has an index. By anything else the database has to read every child first: 5,000 take a
# twentieth of a second, a county a second.
MOST_SORTED = 5_000

_Order = Callable[[ChildQuerySet, date], tuple[ChildQuerySet, list[str]]]


def _by_birth(children: ChildQuerySet, on: date) -> tuple[ChildQuerySet, list[str]]:
    # the column is the age: the youngest, born last, come first
    return children, ["-born_on"]


def _by_school(children: ChildQuerySet, on: date) -> tuple[ChildQuerySet, list[str]]:
    here = subquery(Enrolment).filter(in_force(on), child=OuterRef("pk")).order_by("-from_on", "-id")
    found = children.annotate(
        sort_1=Subquery(here.values("school__path")[:1]),
        sort_2=Subquery(here.values("grade")[:1]),
        sort_3=Subquery(here.values("class_name")[:1]),
    )
    return found, ["sort_1", "sort_2", "sort_3"]


def _by_village(children: ChildQuerySet, on: date) -> tuple[ChildQuerySet, list[str]]:
    here = subquery(Residence).filter(in_force(on), child=OuterRef("pk")).order_by("-from_on", "-id")
    return children.annotate(sort_1=Subquery(here.values("village__path")[:1])), ["sort_1"]


def _by_contact(children: ChildQuerySet, on: date) -> tuple[ChildQuerySet, list[str]]:
    links = subquery(apps.get_model("visits.ContactChild")).filter(child=OuterRef("pk"), contact__reached=True)
    last = links.order_by().values("child").annotate(last=Max("contact__held_on")).values("last")
    return children.annotate(sort_1=Subquery(last)), ["sort_1"]


_ORDERS: dict[str, _Order] = {
    "age": _by_birth,
    "school": _by_school,
    "village": _by_village,
    "contact": _by_contact,
}
# what may stand in an address: a column, or a column with a minus for the other way round
KEYS = ("-name", *(sign + key for key in _ORDERS for sign in ("", "-")))


def in_order(children: ChildQuerySet, key: str, on: date) -> ChildQuerySet:
    """The children in the order of a key of `KEYS` (empty: by name), those without a value first, equals by name."""
    if key in ("", "-name"):
        return children.order_by("name_order", "id") if not key else children.order_by("-name_order", "-id")
    found, fields = _ORDERS[key.removeprefix("-")](children, on)
    down = key.startswith("-")
    order = []
    for field in fields:
        falling = down != field.startswith("-")
        column = F(field.removeprefix("-"))
        order.append(OrderBy(column, descending=falling, nulls_first=not down or None, nulls_last=down or None))
    return found.order_by(*order, "name_order", "id")


def needs_few(key: str) -> bool:
    """True for an order that only few children can be brought into (`MOST_SORTED`)."""
    return key not in ("", "-name")
