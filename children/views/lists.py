"""The children list; its export is in `list_sheet.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks.access import Permission, requires
from caseworks.leaving.send import send
from caseworks.pages import page, paginate
from caseworks.requests import Request
from children import sorting
from children.forms.filters import ChildrenFilter, is_full_number
from children.models import Child, SavedFilter
from children.views import columns
from children.views.columns import Cell, ListColumn
from children.views.finding import note_search, to_matches
from children.views.lines import lines
from children.views.list_sheet import ListRecipe
from guardians.definitions import Definition, definition

CHUNK = 500


@dataclass(frozen=True)
class Heading:
    """The head of a column: its words, its class, and the key by which a click on it sorts (empty: it does not sort)."""

    words: str
    place: str
    sort: str
    sorted: str  # "ascending", "descending" or empty


@dataclass(frozen=True)
class Row:
    """A child with the cells of its line."""

    child: Child
    cells: list[Cell]


@requires(Permission.VIEW_CHILDREN)
def children(request: Request) -> HttpResponse:
    """The list: filters in the address, fifty at a time."""
    if is_full_number(request.GET.get("q", "")[:40]):
        return to_matches(request, request.GET["q"])
    filters = ChildrenFilter(request.GET, posting=request.posting, today=timezone.localdate())
    rows, sort = _sorted_page(filters, request)
    filters.offer_places()
    if rows.number == 1:
        note_search(filters.cleaned_data.get("q", ""), rows.paginator.count)
    used = definition(filters.cleaned_data.get("definition", ""))
    chosen = columns.of(columns.chosen_by(request.user) or columns.USUAL, request.posting)
    return page(
        request,
        "children/list.html",
        fragment="rows",
        status=200 if filters.is_valid() or request.htmx else 400,
        filters=filters,
        form=filters,
        steps=filters.breadcrumb(),
        rows=rows,
        headings=_headings(chosen, used, sort),
        lines=_rows(rows, chosen, used, filters),
        definition=used,
        today=filters.today,
        too_many_to_sort=filters.order != sort and sorting.MOST_SORTED,
        columns=columns.offered_to(request.posting),
        chosen={column.key for column in chosen},
        saved=saved_filters(request),
        query=filters.query,
    )


def _sorted_page(filters: ChildrenFilter, request: Request) -> tuple[Page, str]:
    """The page asked for, and the order it is in: by name where there are too many for another."""
    found = filters.pages()
    rows = paginate(found, request, most=filters.most)
    sort = filters.order
    pages: Any = rows.paginator
    if sorting.needs_few(sort) and (pages.exceeds or pages.count > sorting.MOST_SORTED):
        sort = ""
    if sort:
        first = (rows.number - 1) * pages.per_page
        rows.object_list = sorting.in_order(found, sort, filters.day)[first : first + pages.per_page]
    return rows, sort


def _headings(chosen: Sequence[ListColumn], used: Definition, sort: str) -> list[Heading]:
    def heading(words: str, place: str, key: str) -> Heading:
        now = {key: "ascending", f"-{key}": "descending"}.get(sort, "") if key else ""
        if key == "name":
            now = "descending" if sort == "-name" else "" if sort else "ascending"
        other = f"-{key}" if now == "ascending" else "" if key == "name" else key
        return Heading(words, place, other if key else "-", now)

    first = heading(_("Name"), "", "name")
    return [first, *(heading(columns.words(column, used), column.place, column.sort) for column in chosen)]


def _rows(rows: Page, chosen: Sequence[ListColumn], used: Definition, filters: ChildrenFilter) -> list[Row]:
    found = lines(list(rows.object_list), used, filters.day, needs={column.needs for column in chosen})
    words = [(column, columns.words(column, used)) for column in chosen]
    return [Row(line.child, [column.cell(line, heading) for column, heading in words]) for line in found]


def saved_filters(request: Request) -> list[SavedFilter]:
    """The tabs: one's own filters and those the office shares."""
    return list(SavedFilter.objects.offered_to(request.user, request.posting.organization))


@requires(Permission.EXPORT_CHILDREN, methods=("GET", "POST"))
def export(request: Request) -> HttpResponseBase:
    """What the list shows, every page of it, as a workbook; or, posted, the children ticked there. A long list is asked
    for first."""
    back = f"{resolve_url('children:list')}?{request.GET.urlencode()}"
    shown = columns.chosen_by(request.user) or columns.USUAL_IN_SHEETS
    asked = {"query": request.GET.urlencode(), "columns": ",".join(shown)}
    if request.method == "POST":
        asked["codes"] = ",".join(request.POST.getlist("code")[:CHUNK])
        if not asked["codes"]:
            messages.warning(request, _("Tick the children first."))
            return redirect(back)
    try:
        return send(request, ListRecipe.key, asked)
    except ValidationError:
        return redirect(back)
