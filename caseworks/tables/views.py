"""Class tables: the table, and the saving of one row of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.utils import timezone

from caseworks.access import Permission, requires
from caseworks.pages import page
from caseworks.requests import Request
from caseworks.tables.groups import MOST, children_of, groups
from caseworks.tables.kinds import TABLES, Question, Table
from children.models import Child
from children.views.saving import carry_out


@requires(Permission.KEEP_ARCHIVES)
def choose(request: Request) -> HttpResponse:
    """Which table of which class."""
    found = groups(request.posting, timezone.localdate())
    return page(request, "tables/choose.html", tables=TABLES.values(), groups=found)


@requires(Permission.KEEP_ARCHIVES)
def table(request: Request, key: str) -> HttpResponse:
    """The table: a line for each child, to be filled in place."""
    chosen = _table(key)
    question = _question(request, chosen)
    rows: list[Any] = []
    too_many = False
    if question.is_valid():
        children = list(children_of(question.cleaned_data["of"], question.cleaned_data["on"])[: MOST + 1])
        too_many = len(children) > MOST
        rows = [] if too_many else chosen.rows(children, question.cleaned_data)
    return _page(request, chosen, question, rows, too_many=too_many)


@requires(Permission.KEEP_ARCHIVES, methods=("POST",))
def row(request: Request, key: str, code: str) -> HttpResponse:
    """Save one line. Where there are scripts only that line comes back; where there are none, the table does."""
    child, chosen = get_object_or_404(Child, code=code), _table(key)
    question = _question(request, chosen)
    if not question.is_valid():
        return redirect("tables:table", key)
    asked = question.cleaned_data
    [form] = chosen.rows([child], asked, request.POST)

    def change() -> str:
        chosen.save(form, asked=asked, by=request.user)
        return f"{resolve_url('tables:table', key)}?{_address(question)}#row-{child.code}"

    if response := carry_out(request, form, change):
        if not request.htmx:
            return response
        [form] = chosen.rows([child], asked)
        return page(
            request, "tables/table.html", fragment="row", table=chosen, row=form, saved=True, asked=_address(question)
        )
    if request.htmx:
        return page(request, "tables/table.html", fragment="row", table=chosen, row=form, asked=_address(question))
    children = list(children_of(asked["of"], asked["on"])[:MOST])
    rows = [form if other.child == child else other for other in chosen.rows(children, asked)]
    return _page(request, chosen, question, rows, status=422)


def _page(request: Request, chosen: Table, question: Question, rows: list[Any], **shown: Any) -> HttpResponse:
    return page(
        request, "tables/table.html", table=chosen, question=question, rows=rows, asked=_address(question), **shown
    )


def _table(key: str) -> Table:
    if key not in TABLES:
        raise Http404
    return TABLES[key]


def _question(request: Request, chosen: Table) -> Question:
    today = timezone.localdate()
    return Question(request.GET, table=chosen, offered=groups(request.posting, today), today=today)


def _address(question: Question) -> str:
    return urlencode({name: question.data[name] for name in question.fields if question.data.get(name)})
