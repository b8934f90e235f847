"""The children list and its export."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from typing import IO, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page
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
from caseworks.requests import Request
from caseworks.sheets import Column, write_sheet
from caseworks.stamps import Stamp
from children import sorting
from children.forms.filters import ChildrenFilter, is_full_number
from children.models import Child, SavedFilter
from children.models.archive import ChildQuerySet
from children.views import columns
from children.views.columns import Cell, ListColumn
from children.views.finding import note_search, to_matches
from children.views.lines import Line, lines
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
    return [first, *(heading(_words(column, used), column.place, column.sort) for column in chosen)]


def _words(column: ListColumn, used: Definition) -> str:
    if column.key == "left_behind":
        return _("Left behind (%(definition)s)") % {"definition": used.name}
    return str(column.label)


def _rows(rows: Page, chosen: Sequence[ListColumn], used: Definition, filters: ChildrenFilter) -> list[Row]:
    found = lines(list(rows.object_list), used, filters.day, needs={column.needs for column in chosen})
    words = [(column, _words(column, used)) for column in chosen]
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


@register
class ListRecipe(Recipe):
    """What the children list shows: `query` is the list's own address, `columns` are the keys of its columns; with
    `codes`, only these archives."""

    key, what = "children.list", "children.export"

    def plan(self, asked: Asked, posting: Posting, today: date) -> Plan:
        filters = ChildrenFilter(QueryDict(asked.get("query", "")), posting=posting, today=today)
        if not filters.is_valid():
            raise ValidationError(_("The list cannot be read any more. Choose the filters again."))
        found, used, words = filters.children(), filters.used, filters.in_words()
        if "codes" in asked:
            codes = asked["codes"].split(",")
            found, used = Child.objects.filter(code__in=codes).in_name_order(), {"chosen": str(len(codes))}
            words = [_("Chosen one by one in the list.")]
        total = found.count()
        if filters.order and (total <= sorting.MOST_SORTED or not sorting.needs_few(filters.order)):
            found = sorting.in_order(found, filters.order, filters.day)
        shown = columns.of(asked.get("columns", "").split(","), posting)
        name = _("Children %(day)s") % {"day": filters.day.isoformat()}
        write = partial(_book, found, total, shown, filters, words)
        return Plan(f"{name}.xlsx", total, write, filters=used, words=tuple(words))


def _book(
    found: ChildQuerySet,
    total: int,
    shown: Sequence[ListColumn],
    filters: ChildrenFilter,
    words: Sequence[str],
    stamp: Stamp,
) -> IO[bytes]:
    used = definition(filters.cleaned_data["definition"])
    notes = [
        _("%(total)s children as of %(day)s.") % {"total": total, "day": filters.day.isoformat()},
        *words,
        _("Left behind is counted by this definition: %(words)s") % {"words": used.words},
        stamp.line,
    ]
    heads, facts = zip(*_in_a_sheet(shown, used), strict=True)
    return write_sheet(_("Children"), heads, _cells(found, shown, facts, used, filters), notes=notes, stamp=stamp)


def _in_a_sheet(shown: Sequence[ListColumn], used: Definition) -> list[tuple[Column, Callable[[Line], Any]]]:
    """Heading and value of each column of the sheet: the code before the name, the name before the rest, and what the
    carer is to the child beside the carer."""
    name = (Column(_("Name"), 10), lambda line: line.child.name)
    found: list[tuple[Column, Callable[[Line], Any]]] = []
    for column in shown:
        found.append((Column(_words(column, used), column.width), column.fact))
        if column.key == "carer":
            found.append((Column(_("Carer is"), 12), lambda line: line.carer_is))
    found.insert(1 if shown and shown[0].key == "code" else 0, name)
    return found


def _cells(
    found: ChildQuerySet,
    shown: Sequence[ListColumn],
    facts: Sequence[Callable[[Line], Any]],
    used: Definition,
    filters: ChildrenFilter,
) -> Iterator[list[Any]]:
    rows = found.iterator(chunk_size=CHUNK)
    needs = {column.needs for column in shown}
    yes, no = _("Yes"), _("No")
    while chunk := list(islice(rows, CHUNK)):
        for line in lines(chunk, used, filters.day, needs=needs):
            values = [fact(line) for fact in facts]
            yield [yes if value is True else no if value is False else value for value in values]
