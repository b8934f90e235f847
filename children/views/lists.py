"""The children list, its export, and the search box of every page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import islice
from typing import IO, Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks.access import Permission, requires
from caseworks.leaving.recipes import Asked, Plan, Recipe, register
from caseworks.leaving.send import send
from caseworks.models import Posting
from caseworks.pages import page, paginate
from caseworks.privacy import masked
from caseworks.requests import Request
from caseworks.sheets import Column, write_sheet
from caseworks.stamps import Stamp
from children import names
from children.forms.filters import ChildrenFilter, is_full_number
from children.models import Child
from children.models.archive import ChildQuerySet
from children.views.lines import Line, lines, places
from guardians.definitions import Definition, definition

SUGGESTIONS = 8
CHUNK = 500


@requires(Permission.VIEW_CHILDREN)
def children(request: Request) -> HttpResponse:
    """The list: filters in the address, fifty at a time."""
    if is_full_number(request.GET.get("q", "")[:40]):
        return _to_matches(request.GET["q"])
    filters = ChildrenFilter(request.GET, posting=request.posting, today=timezone.localdate())
    rows = paginate(filters.children(), request)
    filters.offer_places()
    used = definition(filters.cleaned_data.get("definition", ""))
    return page(
        request,
        "children/list.html",
        fragment="rows",
        status=200 if filters.is_valid() or request.htmx else 400,
        filters=filters,
        form=filters,
        steps=filters.breadcrumb(),
        rows=rows,
        lines=lines(list(rows.object_list), used, filters.day),
        definition=used,
        today=filters.today,
    )


@requires(Permission.EXPORT_CHILDREN)
def export(request: Request) -> HttpResponseBase:
    """What the list shows, every page of it, as a workbook; a long list is asked for first."""
    try:
        return send(request, ListRecipe.key, {"query": request.GET.urlencode()})
    except ValidationError:
        return redirect(f"{resolve_url('children:list')}?{request.GET.urlencode()}")


@register
class ListRecipe(Recipe):
    """What the children list shows; `query` is the list's own address."""

    key, what = "children.list", "children.export"

    def plan(self, asked: Asked, posting: Posting, today: date) -> Plan:
        filters = ChildrenFilter(QueryDict(asked.get("query", "")), posting=posting, today=today)
        if not filters.is_valid():
            raise ValidationError(_("The list cannot be read any more. Choose the filters again."))
        found = filters.children()
        total = found.count()
        name = _("Children %(day)s") % {"day": filters.day.isoformat()}
        write = partial(_book, found, total, filters)
        return Plan(f"{name}.xlsx", total, write, filters=filters.used, words=tuple(filters.in_words()))


def _book(found: ChildQuerySet, total: int, filters: ChildrenFilter, stamp: Stamp) -> IO[bytes]:
    used = definition(filters.cleaned_data["definition"])
    notes = [
        _("%(total)s children as of %(day)s.") % {"total": total, "day": filters.day.isoformat()},
        *filters.in_words(),
        _("Left behind is counted by this definition: %(words)s") % {"words": used.words},
        stamp.line,
    ]
    return write_sheet(_("Children"), _columns(used), _cells(found, used, filters), notes=notes, stamp=stamp)


def _columns(used: Definition) -> list[Column]:
    return [
        Column(_("Archive code"), 13),
        Column(_("Name"), 10),
        Column(_("Sex"), 6),
        Column(_("Age"), 6),
        Column(_("ID number"), 21),
        Column(_("School"), 20),
        Column(_("Grade"), 9),
        Column(_("Class"), 8),
        Column(_("Village"), 14),
        Column(_("Left behind (%(definition)s)") % {"definition": used.name}, 14),
        Column(_("Carer"), 10),
        Column(_("Carer is"), 12),
        Column(_("Last contact"), 12),
    ]


def _cells(found: ChildQuerySet, used: Definition, filters: ChildrenFilter) -> Iterator[list[Any]]:
    rows = found.iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        for line in lines(chunk, used, filters.day):
            yield _row(line)


def _row(line: Line) -> list[Any]:
    child, enrolment, residence, care = line.child, line.enrolment, line.residence, line.care
    return [
        child.code,
        child.name,
        child.get_sex_display(),
        line.age,
        masked(child, "id_number"),
        enrolment.school.name if enrolment else "",
        enrolment.get_grade_display() if enrolment else "",
        enrolment.class_name if enrolment else "",
        residence.village.name if residence else "",
        _("Yes") if line.left_behind else _("No"),
        care.relative.name if care else "",
        line.carer_is,
        line.last_contact,
    ]


@requires(Permission.VIEW_CHILDREN, methods=("GET", "POST"))
def search(request: Request) -> HttpResponse:
    """The search box. What is typed comes by POST, so that an ID number never stands in an address; one hit opens the
    archive, several open the list."""
    words = names.clean(request.POST.get("q", "")[:72].replace("\x00", ""))
    if request.method == "GET" or not words:
        return redirect("children:list")
    if not request.htmx:
        return _to_matches(words)
    found = list(Child.objects.live().matching(words).in_name_order()[:SUGGESTIONS])
    return page(request, "children/search.html", hits=places(found, timezone.localdate()), words=words)


def _to_matches(words: str) -> HttpResponse:
    hits = list(Child.objects.live().matching(words)[:2]) or list(Child.objects.matching(words)[:2])
    if len(hits) == 1:
        return redirect(hits[0])
    asked = {"q": words[-4:] if is_full_number(words) else words}
    if hits and not hits[0].is_live:
        asked["archive"] = "closed"
    return redirect(f"{resolve_url('children:list')}?{urlencode(asked)}")
