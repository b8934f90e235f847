"""The page behind "Export": which roster, masked or in full, locked or not; and the recipe of the rosters."""

from __future__ import annotations

from datetime import date
from typing import IO

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from caseworks.access import Permission, requires
from caseworks.exchange.out.books import layout_book
from caseworks.exchange.out.forms import FULL, LIST, OutForm
from caseworks.exchange.out.layouts import LAYOUTS
from caseworks.exchange.out.lines import lines
from caseworks.leaving.recipes import Asked, Plan, Recipe, register
from caseworks.leaving.send import address_to_ask, send
from caseworks.listed import Listed
from caseworks.models import Posting
from caseworks.pages import page
from caseworks.privacy import may_read, must_ask
from caseworks.requests import Request
from caseworks.stamps import Stamp
from children.forms.filters import ChildrenFilter
from children.models import Child, Residence
from guardians.models import Relative

OWN = {"layout", "show", "zipped", "page"}  # what this page adds to the list's own address
_SEALED = ((Child, "id_number"), (Child, "registered_at"), (Residence, "address"), (Relative, "phone"))


def _list_of(request: Request) -> QueryDict:
    """The address of the list, with the definition chosen here."""
    query = request.GET.copy()
    for name in OWN:
        query.pop(name, None)
    return query


@requires(Permission.EXPORT_CHILDREN)
def choose(request: Request) -> HttpResponseBase:
    """Choose the file; then it leaves at once, or is asked for. The address is that of the list, so that nothing is
    chosen twice."""
    query = _list_of(request)
    filters = ChildrenFilter(query, posting=request.posting, today=timezone.localdate())
    if not filters.is_valid():
        return redirect(f"{resolve_url('children:list')}?{query.urlencode()}")
    form = OutForm(
        request.GET if "layout" in request.GET else None, definition=filters.cleaned_data["definition"] or "wide"
    )
    if form.is_bound and form.is_valid():
        return _leave(request, form, query)
    return page(
        request,
        "exchange/out.html",
        form=form,
        filters=filters.in_words(),
        kept=[(name, value) for name, value in query.items() if name != "definition"],
        total=filters.children().count(),
        layouts=LAYOUTS.values(),
        back=f"{resolve_url('children:list')}?{query.urlencode()}",
    )


def _leave(request: Request, form: OutForm, query: QueryDict) -> HttpResponse | HttpResponseBase:
    chosen = form.cleaned_data
    asked = {"query": query.urlencode()}
    kind = "children.list"
    if chosen["layout"] != LIST:
        kind = RosterRecipe.key
        asked |= {"layout": chosen["layout"], "show": chosen["show"]}
    if chosen["zipped"]:
        return redirect(address_to_ask(kind, asked, zipped="on"))
    return send(request, kind, asked)


def may_be_full(posting: Posting) -> bool:
    """True if the post reads every sealed field of a roster, or may ask for each."""
    return all(may_read(model, name, posting) or must_ask(model, name, posting) for model, name in _SEALED)


@register
class RosterRecipe(Recipe):
    """A roster in an official layout; `query` is the address of the list, `layout` and `show` as in OutForm."""

    key, what = "children.roster", "children.roster"

    def plan(self, asked: Asked, posting: Posting, today: date) -> Plan:
        layout = LAYOUTS.get(asked.get("layout", ""))
        filters = ChildrenFilter(QueryDict(asked.get("query", "")), posting=posting, today=today)
        full = asked.get("show") == FULL
        if layout is None or not filters.is_valid():
            raise ValidationError(_("The list cannot be read any more. Choose the filters again."))
        if full and not may_be_full(posting):
            raise ValidationError(_("Your post may not take these values out in full."))
        found, on, listed = filters.children(), filters.day, Listed()

        def write(stamp: Stamp) -> IO[bytes]:
            with translation.override("zh-hans"):
                return layout_book(
                    layout,
                    lines(found, on, full=full, parts=layout.parts, listed=listed),
                    office=posting.organization.name,
                    on=on,
                    stamp=stamp,
                    extra=found.filter(Q(id_number="") | Q(id_doubtful=True)).exists(),
                )

        name = f"{layout.sheet}-{on:%Y%m%d}.xlsx"
        chosen = {**filters.used, "layout": layout.key, "show": FULL if full else "masked"}
        chosen.pop("q", None)
        words = (str(layout.name), *filters.in_words())
        return Plan(name, found.count(), write, full=full, filters=chosen, words=words, listed=listed)
