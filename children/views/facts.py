"""The pages of dated facts: enter one, correct it, say that it has ended, take it back. One for all kinds."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks.access import Permission, requires
from caseworks.pages import page
from caseworks.requests import Request
from children.facts import actions
from children.facts.forms import end_form_of, form_of
from children.facts.kinds import KINDS, Kind
from children.forms.base import ActionForm
from children.models import Child, Fact, LastingFact
from children.views.saving import carry_out, posted


def _kind(key: str) -> Kind:
    if key not in KINDS:
        raise Http404
    return KINDS[key]


def _fact(child: Child, kind: Kind, code: str) -> Fact:
    """The child's fact with this code, or 404."""
    return get_object_or_404(kind.model._default_manager.filter(child=child), code=code)


def _back(child: Child, kind: Kind) -> str:
    return f"{child.get_absolute_url()}#{kind.key}"


def _page(request: Request, child: Child, kind: Kind, form: ActionForm, **shown: Any) -> HttpResponse:
    shown.setdefault("button", _("Save"))
    return page(request, "children/fact.html", child=child, kind=kind, form=form, back=_back(child, kind), **shown)


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def fact_add(request: Request, code: str, kind: str) -> HttpResponse:
    """Another fact of a kind."""
    child, chosen = get_object_or_404(Child, code=code), _kind(kind)
    asked = {name: request.GET[name][:20] for name in chosen.fields if name in request.GET}
    form = form_of(chosen)(posted(request), today=timezone.localdate(), by=request.user.name, initial=asked)

    def change() -> str:
        actions.record_fact(model=chosen.model, child=child, by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return _back(child, chosen)

    if response := carry_out(request, form, change, child=child):
        return response
    title = _("%(what)s: %(name)s") % {"what": chosen.title, "name": child.name}
    return _page(request, child, chosen, form, title=title, lead=chosen.lead)


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def fact_edit(request: Request, code: str, kind: str, fact: str) -> HttpResponse:
    """Correct a fact. Whoever saves second is told, and keeps what they typed."""
    child, chosen = get_object_or_404(Child, code=code), _kind(kind)
    row = _fact(child, chosen, fact)
    stored = {name: getattr(row, name) for name in chosen.fields}
    form = form_of(chosen)(
        posted(request), today=timezone.localdate(), by=request.user.name, about=row, stored=stored, trail=child
    )

    def change() -> str:
        actions.amend_fact(fact=row, by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return _back(child, chosen)

    if response := carry_out(request, form, change, child=child):
        return response
    title = _("Correct: %(what)s of %(name)s") % {"what": chosen.title, "name": child.name}
    return _page(request, child, chosen, form, title=title, row=row)


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def fact_end(request: Request, code: str, kind: str, fact: str) -> HttpResponse:
    """The fact no longer holds."""
    child, chosen = get_object_or_404(Child, code=code), _kind(kind)
    row = _fact(child, chosen, fact)
    if not isinstance(row, LastingFact) or not row.is_open:
        raise Http404
    form = end_form_of(chosen)(posted(request), initial={"on": timezone.localdate()})

    def change() -> str:
        actions.end_fact(fact=row, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return _back(child, chosen)

    if response := carry_out(request, form, change, child=child):
        return response
    title = _("It no longer holds: %(what)s of %(name)s") % {"what": chosen.title, "name": child.name}
    return _page(request, child, chosen, form, title=title, row=row, reads=True)


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def fact_remove(request: Request, code: str, kind: str, fact: str) -> HttpResponse:
    """Take back what was entered by mistake."""
    child, chosen = get_object_or_404(Child, code=code), _kind(kind)
    row = _fact(child, chosen, fact)
    form = ActionForm(posted(request))

    def change() -> str:
        actions.remove_fact(fact=row, by=request.user)
        messages.success(request, _("The entry is removed."))
        return _back(child, chosen)

    if response := carry_out(request, form, change):
        return response
    return _page(
        request,
        child,
        chosen,
        form,
        title=_("Remove: %(what)s of %(name)s") % {"what": chosen.title, "name": child.name},
        lead=_("Only for what was entered by mistake. What was so and is no longer is ended instead."),
        button=_("Remove"),
        row=row,
        reads=True,
        is_removal=True,
    )
