"""Pages: the register of requests, one request, its answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks import privacy
from caseworks.access import Permission, requires
from caseworks.pages import page, paginate
from caseworks.requests import Request
from caseworks.rights.actions.requests import answer_request, receive_request
from caseworks.rights.forms import AnswerForm, RequestForm
from caseworks.rights.models import RightsRequest
from caseworks.rights.papers import asker
from children.models import Child
from children.views.saving import carry_out, posted


def found(code: str) -> RightsRequest:
    """A request within reach. Raises Http404."""
    rows = RightsRequest.objects.select_related("child", "relative", "received_by", "received_for", "decided_by")
    return get_object_or_404(rows, code=code)


@requires(Permission.RECEIVE_REQUESTS)
def requests(request: Request) -> HttpResponse:
    """Every request within reach: those that wait, the longest overdue on top, then the answered ones."""
    today = timezone.localdate()
    waiting = request.GET.get("show") != "all"
    rows = RightsRequest.objects.select_related("child", "relative", "received_for").urgent_first()
    listed = paginate(rows.waiting() if waiting else rows, request)
    for row in listed:
        row.overdue = row.is_overdue(today)
    overdue = RightsRequest.objects.overdue_on(today).count()
    return page(request, "rights/requests.html", rows=listed, only_waiting=waiting, overdue=overdue, today=today)


@requires(Permission.RECEIVE_REQUESTS)
def one(request: Request, code: str) -> HttpResponse:
    """One request: who asks for what, until when, and what was decided."""
    row = found(code)
    return page(
        request, "rights/request.html", row=row, child=row.child, asker=asker(row),
        overdue=row.is_overdue(timezone.localdate()), can_be_fulfilled=row.may_be_fulfilled(timezone.localdate()),
        words=privacy.visible(row, "words", request.posting),
        reason=privacy.visible(row, "reason", request.posting),
    )  # fmt: skip


@requires(Permission.RECEIVE_REQUESTS, methods=("GET", "POST"))
def add(request: Request, code: str) -> HttpResponse:
    """A family has asked for something."""
    child = get_object_or_404(Child, code=code)
    form = RequestForm(posted(request), child=child, initial={"received_on": timezone.localdate()})

    def change() -> str:
        row = receive_request(child=child, by=request.user, office=request.posting.organization, **form.values())
        messages.success(request, _("Received. It must be answered by %(day)s.") % {"day": row.due_on.isoformat()})
        return row.get_absolute_url()

    if response := carry_out(request, form, change):
        return response
    return page(
        request, "children/change.html", child=child, form=form, back=f"{child.get_absolute_url()}#rights",
        title=_("Request of the family of %(name)s") % {"name": child.name},
        lead=_("Make sure who asks before you tell them anything. It costs the family nothing."),
        button=_("Enter the request"),
    )  # fmt: skip


@requires(Permission.DECIDE_REQUESTS, methods=("GET", "POST"))
def answer(request: Request, code: str) -> HttpResponse:
    """Grant or refuse; the answer letter is made from it."""
    row = found(code)
    if not row.is_waiting and request.method == "GET":
        raise Http404
    form = AnswerForm(posted(request), initial={"on": timezone.localdate()})

    def change() -> str:
        answer_request(request=row, by=request.user, **form.cleaned_data)
        messages.success(request, _("Answered. Print the letter and hand it over."))
        return row.get_absolute_url()

    if response := carry_out(request, form, change):
        return response
    return page(
        request, "children/change.html", child=row.child, form=form, back=row.get_absolute_url(),
        title=_("Answer the request: %(kind)s") % {"kind": row.get_kind_display()},
        lead=_("A refusal must say why: the family reads it in the letter and may complain."),
        button=_("Save the answer"),
    )  # fmt: skip
