"""Mentors: the list, one mentor with their children, entering, correcting and ending one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks.access import Permission, allows, requires
from caseworks.pages import page, paginate
from caseworks.requests import Request
from children.views.saving import carry_out, posted
from visits import actions
from visits.forms.pairings import EndMentorForm, MentorFilter, MentorForm
from visits.models import Mentor


@requires(Permission.VIEW_PAIRINGS)
def mentors(request: Request) -> HttpResponse:
    """The mentors of the office, and whoever looks after a child in scope, with the number of their children."""
    today = timezone.localdate()
    form = MentorFilter(request.GET)
    seen = Mentor.objects.seen_from(request.posting.organization).with_load(today).select_related("organization")
    rows = paginate(form.rows(seen, today), request)
    return page(request, "visits/mentors.html", form=form, rows=rows, today=today)


@requires(Permission.VIEW_PAIRINGS)
def mentor(request: Request, code: str) -> HttpResponse:
    """One mentor: who they are, the children they have, and those they had."""
    today = timezone.localdate()
    organization = request.posting.organization
    row = get_object_or_404(
        Mentor.objects.seen_from(organization).select_related("organization", "user").with_load(today), code=code
    )
    pairings = row.pairings.select_related("child").order_by("-from_on", "-id")
    return page(
        request,
        "visits/mentor.html",
        mentor=row,
        today=today,
        current=pairings.open_on(today),
        rows=paginate(pairings.ended_by(today), request),
        may_manage=allows(Permission.MANAGE_PAIRINGS) and row.organization.is_under(organization),
    )


@requires(Permission.MANAGE_PAIRINGS, methods=("GET", "POST"))
def mentor_create(request: Request) -> HttpResponse:
    """Enter somebody as a mentor."""
    today = timezone.localdate()
    form = MentorForm(posted(request), organization=request.posting.organization, today=today)

    def change() -> str:
        row = actions.enlist_mentor(by=request.user, **form.cleaned_data)
        return row.get_absolute_url()

    if response := carry_out(request, form, change):
        return response
    return page(request, "visits/mentor_form.html", form=form, mentor=None)


def _own_mentor(request: Request, code: str) -> Mentor:
    """A mentor of the acting office or of one under it."""
    mine = Mentor.objects.of(request.posting.organization).select_related("organization", "user")
    return get_object_or_404(mine, code=code)


@requires(Permission.MANAGE_PAIRINGS, methods=("GET", "POST"))
def mentor_edit(request: Request, code: str) -> HttpResponse:
    """Correct what is known about a mentor."""
    row = _own_mentor(request, code)
    today = timezone.localdate()
    form = MentorForm(posted(request), organization=request.posting.organization, today=today, mentor=row)

    def change() -> str:
        actions.amend_mentor(mentor=row, by=request.user, **form.cleaned_data)
        messages.success(request, _("The correction is saved."))
        return row.get_absolute_url()

    if response := carry_out(request, form, change):
        return response
    return page(request, "visits/mentor_form.html", form=form, mentor=row)


@requires(Permission.MANAGE_PAIRINGS, methods=("GET", "POST"))
def mentor_end(request: Request, code: str) -> HttpResponse:
    """Somebody stops being a mentor; all their pairings end with it."""
    row = _own_mentor(request, code)
    today = timezone.localdate()
    form = EndMentorForm(posted(request), today=today)

    def change() -> str:
        actions.end_mentor(mentor=row, by=request.user, on=form.cleaned_data["until_on"])
        return row.get_absolute_url()

    if response := carry_out(request, form, change):
        return response
    pairings = row.pairings.open_on(today).select_related("child").order_by("child__name_order")
    return page(request, "visits/mentor_end.html", form=form, mentor=row, pairings=pairings)
