"""The forms that open, change and close an archive."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks.access import Permission, requires
from caseworks.models import Organization
from caseworks.pages import page
from caseworks.requests import Request
from children import actions
from children.forms.archive import CloseForm, EditForm, EnrolForm, OpenForm, ReopenForm, SettleForm
from children.handover import actions as handovers
from children.models import Child
from children.places import open_enrolment, open_residence
from children.views.lines import places
from children.views.saving import carry_out, posted


def whither(child: Child) -> str:
    """The archive, or the list if it has gone over to another office."""
    return child.get_absolute_url() if Child.objects.filter(pk=child.pk).exists() else resolve_url("children:list")


def _proposed(request: Request, child: Child, to: Organization, typed: dict[str, Any], reason: str) -> str:
    """A school or village that whoever acts does not reach is asked first: the way of the archive from there on."""
    handover = handovers.propose(
        child=child, by=request.user, to=to, on=typed["on"], reason=reason, grade=typed.get("grade") or None
    )
    said = _("The hand-over waits for the answer of %(office)s. Until then the archive stays with you.")
    messages.success(request, said % {"office": to.name})
    return handover.get_absolute_url()


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def create(request: Request) -> HttpResponse:
    """Open an archive."""
    today = timezone.localdate()
    form = OpenForm(posted(request), posting=request.posting, today=today, initial=_typed(request))

    def change() -> str:
        child = actions.open_archive(by=request.user, **form.facts(), **form.placed())
        messages.success(request, _("The archive of %(name)s is open.") % {"name": child.name})
        return child.get_absolute_url()

    if response := carry_out(request, form, change):
        return response
    return page(request, "children/create.html", form=form, same=places(form.same, today))


def _typed(request: Request) -> dict[str, Any]:
    """A name that was searched for in vain needs no second typing."""
    return {"name": request.GET.get("name", "")[:72]}


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def edit(request: Request, code: str) -> HttpResponse:
    """Change the child's own facts."""
    child = get_object_or_404(Child, code=code)
    form = EditForm(posted(request), child=child)

    def change() -> str:
        actions.amend(child=child, by=request.user, **form.facts())
        if child.is_live:
            messages.success(request, _("Saved."))
        else:  # perhaps closed while the person was typing
            messages.warning(request, _("Saved. This archive is closed: the child is no longer counted."))
        return child.get_absolute_url()

    if response := carry_out(request, form, change, child=child):
        return response
    return page(request, "children/edit.html", child=child, form=form)


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def enrol(request: Request, code: str) -> HttpResponse:
    """Another school, grade or class."""
    child = get_object_or_404(Child, code=code)
    today = timezone.localdate()
    now = open_enrolment(child)
    form = EnrolForm(posted(request), posting=request.posting, child=child, now=now, today=today)

    def change() -> str:
        if handovers.needs_handover(child, form.cleaned_data["school"]):
            return _proposed(request, child, form.cleaned_data["school"], form.cleaned_data, "transfer")
        actions.enrol(child=child, by=request.user, instead_of=now, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return whither(child)

    if response := carry_out(request, form, change, child=child):
        return response
    return page(
        request,
        "children/change.html",
        child=child,
        form=form,
        title=_("School of %(name)s") % {"name": child.name},
        lead=_(
            "A school outside your area is asked first: the archive goes over when it accepts. What was before is kept."
        ),
        button=_("Save"),
    )


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def settle(request: Request, code: str) -> HttpResponse:
    """Another village or address."""
    child = get_object_or_404(Child, code=code)
    today = timezone.localdate()
    now = open_residence(child)
    form = SettleForm(posted(request), posting=request.posting, child=child, now=now, today=today)

    def change() -> str:
        if handovers.needs_handover(child, form.cleaned_data["village"]):
            return _proposed(request, child, form.cleaned_data["village"], form.cleaned_data, "moved")
        actions.settle(child=child, by=request.user, instead_of=now, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return whither(child)

    if response := carry_out(request, form, change, child=child):
        return response
    return page(
        request,
        "children/change.html",
        child=child,
        form=form,
        title=_("Residence of %(name)s") % {"name": child.name},
        lead=_(
            "A village outside your area is asked first: the archive goes over when it accepts. What was before is kept."
        ),
        button=_("Save"),
    )


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def close(request: Request, code: str) -> HttpResponse:
    """Close the archive."""
    child = get_object_or_404(Child, code=code)
    form = CloseForm(posted(request), initial={"on": timezone.localdate()})

    def change() -> str:
        actions.close(child=child, by=request.user, **form.cleaned_data)
        messages.success(request, _("The archive is closed. It can still be read, and opened again."))
        return child.get_absolute_url()

    if response := carry_out(request, form, change):
        return response
    return page(
        request,
        "children/change.html",
        child=child,
        form=form,
        title=_("Close the archive of %(name)s") % {"name": child.name},
        lead=_("The child is counted no more from that day on, and open pairings end. Nothing is deleted."),
        button=_("Close the archive"),
    )


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def reopen(request: Request, code: str) -> HttpResponse:
    """Open a closed archive again."""
    child = get_object_or_404(Child, code=code)
    form = ReopenForm(posted(request), initial={"why": "back", "on": timezone.localdate()})

    def change() -> str:
        actions.reopen(child=child, by=request.user, on=form.cleaned_data["on"])
        messages.success(request, _("The archive of %(name)s is open.") % {"name": child.name})
        return child.get_absolute_url()

    if response := carry_out(request, form, change):
        return response
    return page(
        request,
        "children/change.html",
        child=child,
        form=form,
        title=_("Open the archive of %(name)s again") % {"name": child.name},
        lead=_(
            "The child is counted again. The figures of the days in between stay as they were, and pairings that ended "
            "with the closing stay ended."
        ),
        button=_("Open again"),
    )
