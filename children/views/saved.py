"""Saved filters and chosen columns: what people keep of their list."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks.access import Permission, allows, requires
from caseworks.pages import page
from caseworks.requests import Request
from children.forms.filters import ChildrenFilter
from children.forms.lists import SaveFilterForm
from children.lists import actions
from children.models import SavedFilter
from children.views.columns import COLUMNS
from children.views.saving import carry_out, posted


@requires(Permission.VIEW_CHILDREN, methods=("GET", "POST"))
def save_filter(request: Request) -> HttpResponse:
    """Keep the filter in the address under a name."""
    query = QueryDict((request.POST if request.method == "POST" else request.GET).get("query", "")[:500])
    filters = ChildrenFilter(query, posting=request.posting, today=timezone.localdate())
    if not filters.is_valid() or not filters.used:
        messages.warning(request, _("Filter the list first; then it can be saved."))
        return redirect("children:list")
    form = SaveFilterForm(posted(request), initial={"query": filters.query})

    def change() -> str:
        values = form.cleaned_data
        actions.save_filter(
            by=request.user,
            organization=request.posting.organization,
            name=values["name"],
            query=filters.query,
            shared=values["shared"],
        )
        messages.success(
            request, _("The filter “%(name)s” is saved. It stands above the list.") % {"name": values["name"]}
        )
        return f"{resolve_url('children:list')}?{filters.query}"

    if response := carry_out(request, form, change):
        return response
    return page(request, "children/save_filter.html", form=form, words=filters.in_words(), query=filters.query)


@requires(Permission.VIEW_CHILDREN, methods=("POST",))
def delete_filter(request: Request, code: str) -> HttpResponse:
    """Forget a filter: one's own; an administrator also one that the office shares."""
    mine = Q(owner=request.user)
    if allows(Permission.MANAGE_STAFF):
        mine |= Q(shared=True)
    offered = SavedFilter.objects.offered_to(request.user, request.posting.organization)
    row = get_object_or_404(offered.filter(mine), code=code)
    actions.delete_filter(row=row, by=request.user)
    messages.success(request, _("The filter “%(name)s” is deleted.") % {"name": row.name})
    return redirect("children:list")


@requires(Permission.VIEW_CHILDREN, methods=("POST",))
def choose_columns(request: Request) -> HttpResponse:
    """Remember the columns ticked; the usual ones come back with their own button."""
    usual = "usual" in request.POST
    keys = [key for key in COLUMNS if key in request.POST.getlist("column")]
    actions.choose_columns(by=request.user, columns=[] if usual else keys)
    query = QueryDict(request.POST.get("query", "")[:500]).urlencode()
    return redirect(f"{resolve_url('children:list')}?{query}" if query else "children:list")
