"""How the children of a list divide: by sex, grade, carer, and the province where a parent works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks import codelists
from caseworks.access import Permission, requires
from caseworks.codelists import PARENTS
from caseworks.models import in_force
from caseworks.pages import page
from caseworks.requests import Request
from children.forms.filters import ChildrenFilter
from children.models import Enrolment
from children.models.archive import ChildQuerySet
from guardians.family import cared_for_by
from guardians.models import Kinship

# Dividing reads everybody; more than so many belong in a report, which is made once and read often.
MOST_DIVIDED = 20_000


@dataclass(frozen=True)
class Part:
    """One part of a share: its word, how many, and the address of the list of just these (empty: there is none)."""

    label: str
    number: int
    percent: float
    query: str


@dataclass(frozen=True)
class Share:
    """One way of dividing the children, the parts in the order of their list or by size. `note` says what is special."""

    key: str
    title: str
    parts: list[Part]
    note: str = ""


@requires(Permission.VIEW_CHILDREN)
def shares(request: Request) -> HttpResponse:
    """The shares of what the list shows, as bars with their numbers; each number opens its children."""
    filters = ChildrenFilter(request.GET, posting=request.posting, today=timezone.localdate())
    found = filters.children().order_by()
    total = found[: MOST_DIVIDED + 1].count()
    return page(
        request,
        "children/shares.html",
        fragment="shares",
        form=filters,
        query=filters.query,
        total=total,
        most=MOST_DIVIDED,
        shares=_shares(filters, found, total) if 0 < total <= MOST_DIVIDED else [],
    )


def _shares(filters: ChildrenFilter, found: ChildQuerySet, total: int) -> list[Share]:
    on, keys = filters.day, found.values("pk")

    def share(key: str, title: str, counted: dict[str, int], codelist: Any, note: str = "") -> Share:
        words = {entry.code: entry.label for entry in codelist} | {"": codelists.not_collected()}
        known = [code for code in (*(entry.code for entry in codelist), "") if counted.get(code)]
        return Share(key, title, [part(key, code, words[code], counted[code]) for code in known], note)

    def part(key: str, code: str, word: str, number: int) -> Part:
        here = urlencode(sorted({**filters.used, key: code}.items())) if code and key in filters.fields else ""
        return Part(word, number, round(100 * number / total, 1), here)

    sexes = dict(found.values("sex").annotate(number=Count("pk")).values_list("sex", "number"))
    enrolled = Enrolment.objects.filter(in_force(on), child__in=keys).values("grade")
    grades = dict(enrolled.annotate(number=Count("child", distinct=True)).values_list("grade", "number"))
    carers = {kind.code: found.filter(cared_for_by(kind.code, on)).count() for kind in codelists.CARER_KIND}
    away = Kinship.objects.filter(in_force(on, "relative__absences__"), child__in=keys, relation__in=PARENTS)
    provinces = dict(
        away.values("relative__absences__province")
        .annotate(number=Count("child", distinct=True))
        .values_list("relative__absences__province", "number")
    )
    far = share(
        "province", _("Parent works in"), provinces, codelists.PROVINCE,
        _("Only children with a parent away; one whose parents are in two provinces counts in both."),
    )  # fmt: skip
    far.parts.sort(key=lambda each: -each.number)
    return [
        share("sex", _("Sex"), sexes, codelists.SEX),
        share("grade", _("Grade"), grades, codelists.GRADE, _("Only children enrolled at a school.")),
        share("carer", _("Carer"), carers, codelists.CARER_KIND),
        far,
    ]
