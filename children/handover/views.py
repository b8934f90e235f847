"""The pages of hand-overs: what waits, one of them, and the forms that begin and answer one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks.access import Permission, requires
from caseworks.pages import page, paginate
from caseworks.privacy import visible
from caseworks.requests import Request
from children.forms.base import ActionForm
from children.handover import actions, many
from children.handover.forms import AskForm, EmergencyForm, ProposeForm, ReturnForm
from children.handover.shown import shown
from children.models import Child, Grant, Handover
from children.views.saving import carry_out, posted
from visits.handed_over import own_contacts

DAYS_SHOWN = 90
MOST_AT_ONCE = 50  # a page of the list


def _rows() -> Any:
    return Handover.objects.select_related("from_organization", "to_organization", "proposed_by", "answered_by")


@requires(Permission.VIEW_ARCHIVES)
def handovers(request: Request) -> HttpResponse:
    """What waits for an answer from here, what waits elsewhere, and what was answered in the last three months."""
    today, posting = timezone.localdate(), request.posting
    counts = {
        "inbox": Handover.objects.to_answer(posting).count(),
        "outbox": Handover.objects.sent(posting).count(),
    }
    show = request.GET.get("show", "")
    if show not in {"inbox", "outbox", "done"}:
        show = "outbox" if counts["outbox"] and not counts["inbox"] else "inbox"
    if show == "inbox":
        found = _rows().to_answer(posting).order_by("id")
    elif show == "outbox":
        found = _rows().sent(posting).order_by("id")
    else:
        since = timezone.now() - timedelta(days=DAYS_SHOWN)
        found = _rows().answered().filter(answered_at__gte=since).order_by("-answered_at", "-id")
    rows = paginate(found, request)
    return page(
        request,
        "handovers/list.html",
        show=show,
        counts=counts,
        rows=rows,
        shown=shown(list(rows.object_list), posting, today),
        days=DAYS_SHOWN,
    )


@requires(Permission.VIEW_ARCHIVES)
def detail(request: Request, code: str) -> HttpResponse:
    """One hand-over: the summary, what became of it, and what the giver keeps of its own work."""
    return _detail(request, get_object_or_404(_rows(), code=code))


def _detail(request: Request, handover: Handover, *, error: str = "") -> HttpResponse:
    posting = request.posting
    [line] = shown([handover], posting, timezone.localdate())
    answers = actions.may_answer(handover)
    contacts = [] if line.child else own_contacts(handover, posting)
    return page(
        request,
        "handovers/detail.html",
        status=200 if not error else 409,
        handover=handover,
        line=line,
        error=error,
        note=visible(handover, "note", posting),
        answer=visible(handover, "answer", posting),
        answers=answers,
        withdraws=posting.allows(Permission.KEEP_ARCHIVES) and actions.may_withdraw(handover),
        contacts=[(contact, visible(contact, "note", posting)) for contact in contacts],
        was_ours=handover.state == "accepted" and handover.from_path.startswith(posting.organization.path),
    )


def _answered(request: Request, code: str, answer: Any, words: str) -> HttpResponse:
    """Carry out an answer that needs no form; whoever comes second is shown what became of it."""
    handover = get_object_or_404(_rows(), code=code)
    try:
        child = answer(handover=handover, by=request.user)
    except ValidationError as error:
        return _detail(request, get_object_or_404(_rows(), code=code), error=" ".join(error.messages))
    messages.success(request, words)
    if isinstance(child, Child) and Child.objects.filter(pk=child.pk).exists():
        return redirect(child)
    return redirect(handover)


@requires(Permission.KEEP_ARCHIVES, methods=("POST",))
def accept(request: Request, code: str) -> HttpResponse:
    """The archive goes over."""
    return _answered(request, code, actions.accept, _("Accepted. The archive has gone over."))


@requires(Permission.KEEP_ARCHIVES, methods=("POST",))
def withdraw(request: Request, code: str) -> HttpResponse:
    """Take it back before it is answered."""
    return _answered(request, code, actions.withdraw, _("Withdrawn. The archive stays where it is."))


def _form_page(request: Request, form: ActionForm, **context: Any) -> HttpResponse:
    return page(request, "handovers/form.html", form=form, **context)


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def give_back(request: Request, code: str) -> HttpResponse:
    """Return it, with the reason."""
    handover = get_object_or_404(_rows(), code=code)
    if not handover.is_waiting:
        return redirect(handover)
    if not actions.may_answer(handover):
        raise PermissionDenied
    form = ReturnForm(posted(request))

    def change() -> str:
        actions.give_back(handover=handover, by=request.user, **form.cleaned_data)
        messages.success(request, _("Returned. They read your reason."))
        return handover.get_absolute_url()

    if response := carry_out(request, form, change):
        return response
    [line] = shown([handover], request.posting, timezone.localdate())
    return _form_page(
        request,
        form,
        title=_("Return the hand-over"),
        lead=_("%(name)s: the archive stays where it is.") % {"name": line.name or _("Child")},
        button=_("Return"),
        back=handover.get_absolute_url(),
    )


@requires(Permission.KEEP_ARCHIVES, methods=("POST",))
def answer_many(request: Request) -> HttpResponse:
    """Accept the hand-overs ticked in the list, or return them with one reason; those that cannot be are named."""
    codes = request.POST.getlist("code")[:MOST_AT_ONCE]
    chosen = list(_rows().to_answer(request.posting).filter(code__in=codes).order_by("id"))
    back = f"{reverse('handovers:list')}?show=inbox"
    if not chosen:
        messages.warning(request, _("Tick the hand-overs first."))
        return redirect(back)
    if request.POST.get("do") == "accept":
        _say(
            request,
            many.accept_many(handovers=chosen, by=request.user),
            _("Accepted. The archives have gone over: %(number)s."),
        )
        return redirect(back)
    form = ReturnForm(request.POST if "answer" in request.POST else None)

    def change() -> str:
        done = many.give_back_many(handovers=chosen, by=request.user, **form.cleaned_data)
        _say(request, done, _("Returned: %(number)s. They read your reason."))
        return back

    if response := carry_out(request, form, change):
        return response
    lines = shown(chosen, request.posting, timezone.localdate())
    return _form_page(
        request,
        form,
        title=_("Return the hand-overs"),
        lead=_("%(names)s: the archives stay where they are.")
        % {"names": _(", ").join(line.name or _("Child") for line in lines)},
        button=_("Return"),
        back=back,
        kept=[("code", handover.code) for handover in chosen],
    )


def _say(request: Request, done: many.Answered, words: str) -> None:
    if done.number:
        messages.success(request, words % {"number": done.number})
    lines = shown([handover for handover, _why in done.refused], request.posting, timezone.localdate())
    for line, (_handover, why) in zip(lines, done.refused, strict=True):
        messages.warning(request, f"{line.name}: {why}")


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def propose(request: Request, code: str) -> HttpResponse:
    """Hand a child over to a school or village, in whatever county."""
    child = get_object_or_404(Child, code=code)
    words = (request.GET.get("q") or request.POST.get("q") or "").replace("\x00", "").strip()[:60]
    initial = {"on": timezone.localdate(), "to": request.GET.get("to", "")[:40]}
    form = ProposeForm(posted(request), child=child, words=words, initial=initial)

    def change() -> str:
        handover = actions.propose(child=child, by=request.user, **form.cleaned_data)
        said = _("The hand-over waits for the answer of %(office)s. Until then the archive stays with you.")
        messages.success(request, said % {"office": handover.to_organization.name})
        return handover.get_absolute_url()

    if response := carry_out(request, form, change):
        return response
    waiting = Handover.objects.waiting().filter(child=child).select_related("to_organization")
    return page(
        request,
        "handovers/propose.html",
        child=child,
        form=form,
        words=words,
        waiting=waiting,
        keepers=[office for via in ("enrolment", "residence") if (office := actions.keeper_now(child, via))],
    )


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def ask(request: Request) -> HttpResponse:
    """Ask for an archive that another office keeps."""
    form = AskForm(posted(request), posting=request.posting, initial={"on": timezone.localdate()})

    def change() -> str:
        got = actions.ask_for(by=request.user, **form.cleaned_data)
        if isinstance(got, Child):
            messages.success(request, _("Nobody kept this archive: it is yours now."))
        else:
            messages.success(request, _("The office that keeps the archive has been asked. Their answer appears here."))
        return got.get_absolute_url()

    if response := carry_out(request, form, change):
        return response
    _note_vain_try(request, form)
    return _form_page(
        request,
        form,
        title=_("Ask for an archive"),
        lead=_(
            "For a child who is with you now and whose archive another school or village keeps. That office is asked; "
            "which one it is you learn when it agrees."
        ),
        button=_("Ask for the hand-over"),
        back=reverse("handovers:list"),
    )


def _note_vain_try(request: Request, form: ActionForm) -> None:
    if form.is_bound and form.has_error("id_number", "unknown"):
        actions.note_vain_try(by=request.user)


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def emergency(request: Request) -> HttpResponse:
    """Open an archive of another office at once, for three days."""
    form = EmergencyForm(posted(request))

    def change() -> str:
        child = actions.open_in_emergency(by=request.user, **form.cleaned_data)
        return child.get_absolute_url()

    if response := carry_out(request, form, change):
        return response
    _note_vain_try(request, form)
    return _form_page(
        request,
        form,
        title=_("A child is in danger: open the archive at once"),
        lead=_(
            "First see that the child is safe: call 110 or 12345. Here you open the archive of another office for "
            "three days. Your name, the time and your reason are recorded and shown to those who keep the archive."
        ),
        button=_("Open the archive; I answer for it"),
        back=resolve_url("visits:home"),
        danger=True,
    )


@requires(Permission.VIEW_LOOKS)
def grants(request: Request) -> HttpResponse:
    """Which archives in one's area were opened in an emergency, by whom and why."""
    found = Grant.objects.select_related("child", "organization", "given_to").order_by("-id")
    rows = paginate(found, request)
    return page(request, "handovers/grants.html", rows=rows, today=timezone.localdate())
