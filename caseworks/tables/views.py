"""Class tables: the table, and the saving of one row of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.core.paginator import Page
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.utils import timezone

from caseworks.access import Permission, requires
from caseworks.models import ChangedError
from caseworks.pages import page, paginate
from caseworks.requests import Request
from caseworks.tables.forms import Question
from caseworks.tables.groups import children_of, groups
from caseworks.tables.kinds import TABLES, Table
from children.models import Child

PER_TABLE = 100  # the largest class, with room; a village may have several pages


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
    if not question.is_valid():
        return _page(request, chosen, question)
    shown = _shown(request, question)
    return _page(request, chosen, question, chosen.rows(list(shown), question.cleaned_data), pages=shown)


@requires(Permission.KEEP_ARCHIVES, methods=("POST",))
def row(request: Request, key: str, code: str) -> HttpResponse:
    """Save one line. Where there are scripts only that line comes back; where there are none, the table does."""
    child, chosen = get_object_or_404(Child, code=code), _table(key)
    question = _question(request, chosen)
    if not question.is_valid():
        return _page(request, chosen, question, status=422)
    asked = question.cleaned_data
    [form] = chosen.rows([child], asked, request.POST)
    saved = _saved(request, chosen, form, asked)
    if saved and not request.htmx:
        return redirect(f"{resolve_url('tables:table', key)}?{_address(request, question)}#row-{child.code}")
    if request.htmx:
        taken = form.taken
        if saved:
            [form] = chosen.rows([child], asked)
        shown = {"row": form, "saved": saved, "taken": taken, "asked": _address(request, question)}
        return page(request, "tables/table.html", fragment="row", table=chosen, **shown)
    pages = _shown(request, question)
    rows = [form if other.child == child else other for other in chosen.rows(list(pages), asked)]
    return _page(request, chosen, question, rows, pages=pages, status=422)


def _saved(request: Request, chosen: Table, form: Any, asked: dict[str, Any]) -> bool:
    """Write the row if it is in order. A ChangedError passes through: the request is then run again on what is on record
    by now (caseworks/busy.py)."""
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            chosen.enter(form, asked=asked, by=request.user)
    except ChangedError:
        raise
    except ValidationError as error:
        form.refuse(error)
        return False
    return True


def _page(
    request: Request,
    chosen: Table,
    question: Question,
    rows: Sequence[Any] = (),
    *,
    pages: Any = None,
    status: int = 200,
) -> HttpResponse:
    shown = {"question": question, "lines": rows, "rows": pages, "asked": _address(request, question)}
    return page(request, "tables/table.html", table=chosen, status=status, **shown)


def _table(key: str) -> Table:
    if key not in TABLES:
        raise Http404
    return TABLES[key]


def _question(request: Request, chosen: Table) -> Question:
    today = timezone.localdate()
    return Question(request.GET, table=chosen, offered=groups(request.posting, today), today=today)


def _shown(request: Request, question: Question) -> Page:
    """A page of those who are in the class today, whatever day the table is about."""
    return paginate(children_of(question.cleaned_data["of"], question.today), request, PER_TABLE)


def _address(request: Request, question: Question) -> str:
    """What is asked above the table, as the end of an address."""
    values = {name: question.data[name] for name in question.fields if question.data.get(name)}
    number = request.GET.get("page", "")
    return urlencode(values | ({"page": number} if number.isdecimal() else {}))
