"""Which children are printed: those the list finds, those ticked in it, or one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from caseworks.models import Posting
from children.forms.filters import ChildrenFilter
from children.models import Child
from children.models.archive import ChildQuerySet

CODES = "codes"  # in the address: the codes of the children ticked
MOST_TICKED = 200
# what the address of a print says besides
OWN = ("show", "page")


@dataclass(frozen=True)
class Selection:
    """The children an address speaks of: `children` in name order, `words` say how they were chosen, `used` the same for
    the audit trail, and `query` is what an address carries on."""

    children: ChildQuerySet
    words: list[str]
    used: dict[str, str]
    query: str


def selection_of(address: QueryDict, posting: Posting, today: date) -> Selection | None:
    """The children of an address of the list, or of the codes in it; None if the list cannot read it."""
    kept = address.copy()
    for name in OWN:
        kept.pop(name, None)
    if CODES in kept:
        codes = str(kept[CODES]).split(",")[:MOST_TICKED]
        found: Any = Child.objects.filter(code__in=codes).in_name_order()
        query = QueryDict(mutable=True)
        query[CODES] = ",".join(codes)
        return Selection(found, [_("Chosen one by one in the list.")], {"chosen": str(len(codes))}, query.urlencode())
    filters = ChildrenFilter(kept, posting=posting, today=today)
    if not filters.is_valid():
        return None
    return Selection(filters.children(), filters.in_words(), filters.used, kept.urlencode())
