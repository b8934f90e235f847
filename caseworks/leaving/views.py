"""Pages: my files and those that wait for my word; asking for a file; one file with its states; fetching it."""

from __future__ import annotations

from datetime import datetime
from typing import IO

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from caseworks import vault
from caseworks.access import Permission, allows, requires, signed_in
from caseworks.downloads import ZIP, Download
from caseworks.encryption import CannotOpenError
from caseworks.leaving import actions, keeper, locking
from caseworks.leaving.approvers import approvers_of
from caseworks.leaving.forms import AskForm, DecideForm
from caseworks.leaving.recipes import Asked, Plan, Recipe, recipe_of
from caseworks.leaving.send import KIND, send, too_many
from caseworks.leaving.trail import TrailForm
from caseworks.models import Export, ExportState
from caseworks.models.leaving import ExportQuerySet
from caseworks.pages import page, paginate
from caseworks.requests import Request
from caseworks.signin import gates
from caseworks.stamps import new_stamp
from caseworks.submissions import once

ZIPPED, WORDS = "zipped", "words"


def _decidable(request: Request) -> ExportQuerySet:
    return (
        Export.objects.within_reach_of(request.posting) if allows(Permission.APPROVE_EXPORTS) else Export.objects.none()
    )


def _asked_by(request: Request) -> ExportQuerySet:
    """What whoever is signed in asked for in a post they still hold."""
    return Export.objects.of(request.user).asked_in(request.postings)


def _own_or_decidable(request: Request, code: str) -> Export:
    """An export one asked for, or may decide about; anything else is not found."""
    seen = _asked_by(request) | _decidable(request)
    return get_object_or_404(seen.select_related("by", "posting__organization", "decided_by"), code=code)


def _own(request: Request, code: str) -> Export:
    return get_object_or_404(_asked_by(request), code=code)


@signed_in()
def exports(request: Request) -> HttpResponse:
    """What waits for my word, and what I asked for."""
    now = timezone.now()
    waiting = _decidable(request).waiting(now).select_related("by", "posting__organization").order_by("id")
    mine = paginate(_asked_by(request), request, 20)
    return page(
        request,
        "leaving/exports.html",
        waiting=list(waiting[:50]),
        rows=mine,
        lines=[(export, export.state_at(now)) for export in mine],
        may_decide=allows(Permission.APPROVE_EXPORTS),
    )


def _asked(request: Request) -> tuple[Recipe, Asked, Plan]:
    """What the address asks for. An unknown kind is not found; one that is not theirs is refused."""
    asked = {
        name: str(value) for name, value in request.GET.items() if name not in {KIND, ZIPPED, WORDS, keeper.LANGUAGE}
    }
    recipe = recipe_of(request.GET.get(KIND, ""))
    if recipe is None:
        raise Http404
    if not recipe.may_ask():
        raise PermissionDenied
    try:
        return recipe, asked, recipe.plan(asked, request.posting, timezone.localdate())
    except ValidationError as error:
        raise Http404 from error


@signed_in(methods=("GET", "POST"))
def ask(request: Request) -> HttpResponse:
    """Ask for a file that needs a second person's word, or a password."""
    gates.demand_second_factor()
    recipe, asked, plan = _asked(request)
    if refused := too_many(request, recipe):
        return refused
    zipped = request.GET.get(ZIPPED) == "on"
    form = AskForm(request.POST or None, needs_purpose=bool(plan.reasons), zipped=zipped)
    if form.is_bound and form.is_valid():
        with once(request) as submission:
            if not submission.again:
                now = timezone.now()
                export = actions.ask(
                    by=request.user,
                    posting=request.posting,
                    recipe=recipe,
                    asked={**asked, keeper.LANGUAGE: translation.get_language() or "", WORDS: "\n".join(plan.words)},
                    plan=plan,
                    purpose=form.cleaned_data.get("purpose", ""),
                    zipped=form.cleaned_data["zipped"],
                    now=now,
                )
                submission.leads_to(export.get_absolute_url())
        if recipe.slow:
            keeper.wake()
        else:
            _make_if_small(submission.location, request)
        return redirect(submission.location)
    return page(
        request,
        "leaving/ask.html",
        form=form,
        plan=plan,
        slow=recipe.slow,
        approvers=approvers_of(request.posting, recipe, request.user, timezone.localdate()) if plan.reasons else [],
    )


def _make_if_small(location: str, request: Request) -> None:
    """What needs nobody's word is small: it is made while the person waits."""
    export = Export.objects.filter(code=location.strip("/").rpartition("/")[2], by=request.user).first()
    if export is not None and export.state == ExportState.APPROVED:
        keeper.prepare(export, timezone.now())


@signed_in()
def export(request: Request, code: str) -> HttpResponse:
    """One file: what was asked, by whom, for what; what came of it; and the button that comes next."""
    found, now = _own_or_decidable(request, code), timezone.now()
    return _page(request, found, now)


def _page(request: Request, found: Export, now: datetime, *, status: int = 200, **more: object) -> HttpResponse:
    state = found.state_at(now)
    mine = found.by_id == request.user.pk
    decides = not mine and state == ExportState.ASKED
    return page(
        request,
        "leaving/export.html",
        fragment="state",
        status=status,
        **{
            "export": found,
            "state": state,
            "mine": mine,
            "decides": decides,
            "form": DecideForm() if decides else None,
            "words": found.asked.get(WORDS, "").splitlines(),
            **more,
        },
    )


@requires(Permission.APPROVE_EXPORTS, methods=("POST",))
def decide(request: Request, code: str) -> HttpResponse:
    """Approve or refuse. Of two people who press at once, one decides."""
    found, now = get_object_or_404(_decidable(request), code=code), timezone.now()
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _page(request, found, now, status=422, form=form)
    try:
        if form.cleaned_data["decision"] == "approve":
            actions.approve(export=found, by=request.user, now=now)
            keeper.wake()
            messages.success(request, _("Approved. The file is being made for whoever asked; you do not receive it."))
        else:
            actions.refuse(export=found, by=request.user, note=form.cleaned_data["note"], now=now)
            messages.success(request, _("Not approved. Whoever asked sees your reason."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect(found)


@signed_in(methods=("POST",))
def withdraw(request: Request, code: str) -> HttpResponse:
    """Take one's own request back."""
    found = _own(request, code)
    try:
        actions.withdraw(export=found, by=request.user, now=timezone.now())
        messages.success(request, _("The request was withdrawn."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect(found)


@signed_in(methods=("POST",))
def password(request: Request, code: str) -> HttpResponse:
    """Show a new password for a locked file, once, with the button that fetches the file locked with it."""
    found, now = _own_or_refuse(request, code)
    if not found.zipped or found.state_at(now) != ExportState.PREPARED:
        return _refused(request, found, now)
    word = locking.new_password()
    return _page(request, found, now, password=word, ticket=locking.ticket(word, found.code))


def _own_or_refuse(request: Request, code: str) -> tuple[Export, datetime]:
    gates.demand_second_factor()
    return _own(request, code), timezone.now()


def _refused(request: Request, found: Export, now: datetime, why: str = "") -> HttpResponse:
    """The file does not leave: said in words, and kept in the trail."""
    why = why or str(actions.why_not(found, now))
    actions.note_refusal(export=found, by=request.user, why=why)
    return _page(request, found, now, status=410, refusal=why)


@signed_in(methods=("POST",))
def fetch(request: Request, code: str) -> HttpResponseBase:
    """The file, once. It can be opened, or the one download is not used up."""
    found, now = _own_or_refuse(request, code)
    if found.state_at(now) != ExportState.PREPARED:
        return _refused(request, found, now)
    word = locking.password_of(request.POST.get("ticket", ""), found.code) if found.zipped else ""
    if word is None:
        return _page(request, found, now, status=422, refusal=_("The password has expired. Have a new one shown."))
    try:
        content = keeper.opened(found)
    except (FileNotFoundError, CannotOpenError):
        return _refused(request, found, now, _("The file is damaged or lost. Ask for it anew."))
    try:
        name = actions.fetch(export=found, by=request.user, now=now)
    except ValidationError as refusal:
        content.close()
        return _refused(request, found, now, " ".join(refusal.messages))
    vault.remove(actions.SHELF, name)  # what is open can still be read; nobody can open it again
    return _sent(found, content, word)


def _sent(found: Export, content: IO[bytes], word: str) -> Download:
    recipe = recipe_of(found.recipe)
    if recipe is None:
        raise Http404
    name, kind = found.title, recipe.content_type
    if word:
        content = locking.locked(content, name, word)
        name, kind = f"{name.rpartition('.')[0]}.zip", ZIP
    response = Download(
        content,
        name=name,
        content_type=kind,
        what=recipe.what,
        rows=found.rows,
        filters={"locked": bool(word)},
        stamp=new_stamp(found.code),
        full=found.full,
        purpose=found.purpose,
    )
    if not word:
        response["Content-Length"] = str(found.file_bytes)
    return response


@requires(Permission.VIEW_AUDIT)
def trail(request: Request) -> HttpResponseBase:
    """The audit trail of a time as a workbook: choose the days, then it leaves, or is asked for."""
    form = TrailForm(request.GET or None, today=timezone.localdate())
    if form.is_bound and form.is_valid():
        return send(request, "audit.trail", {name: str(value) for name, value in form.cleaned_data.items() if value})
    return page(request, "leaving/trail.html", form=form)
