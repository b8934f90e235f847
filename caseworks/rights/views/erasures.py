"""Pages: holding an archive, proposing and confirming its erasure, and what the time of keeping removes next."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks import privacy
from caseworks.access import Permission, requires
from caseworks.pages import page, paginate
from caseworks.requests import Request
from caseworks.rights import clock
from caseworks.rights.actions import erasures as actions
from caseworks.rights.forms import ConfirmForm, EraseForm, HoldEndForm, HoldForm, StopForm
from caseworks.rights.models import Erasure, ErasureProposal, LegalHold, RightsRequest
from children.models import Child
from children.views.saving import carry_out, posted

DAYS_AHEAD = 90


def _back(child: Child) -> str:
    return f"{child.get_absolute_url()}#rights"


@requires(Permission.DECIDE_REQUESTS, methods=("GET", "POST"))
def hold(request: Request, code: str) -> HttpResponse:
    """Nothing of this archive may be removed."""
    child = get_object_or_404(Child, code=code)
    form = HoldForm(posted(request), initial={"on": timezone.localdate()})

    def change() -> str:
        actions.place_hold(child=child, by=request.user, **form.cleaned_data)
        messages.success(request, _("The archive is held: nothing of it is removed."))
        return _back(child)

    if response := carry_out(request, form, change):
        return response
    return page(
        request, "children/change.html", child=child, form=form, back=_back(child),
        title=_("Hold the archive of %(name)s") % {"name": child.name},
        lead=_("Neither a request nor the time of keeping removes anything until the hold is lifted."),
        button=_("Hold"),
    )  # fmt: skip


@requires(Permission.DECIDE_REQUESTS, methods=("GET", "POST"))
def hold_end(request: Request, code: str) -> HttpResponse:
    """The other law needs the archive no longer."""
    child = get_object_or_404(Child, code=code)
    get_object_or_404(LegalHold, child=child, until_on=None)
    form = HoldEndForm(posted(request), initial={"on": timezone.localdate()})

    def change() -> str:
        actions.lift_hold(child=child, by=request.user, **form.cleaned_data)
        messages.success(request, _("The hold is lifted."))
        return _back(child)

    if response := carry_out(request, form, change):
        return response
    return page(
        request, "children/change.html", child=child, form=form, back=_back(child),
        title=_("Lift the hold on the archive of %(name)s") % {"name": child.name},
        lead=_("The time of keeping runs again from that day on."), button=_("Lift the hold"),
    )  # fmt: skip


@requires(Permission.DECIDE_REQUESTS, methods=("GET", "POST"))
def erase(request: Request, code: str) -> HttpResponse:
    """Propose to erase the archive."""
    child = get_object_or_404(Child, code=code)
    granted = RightsRequest.objects.filter(child=child, kind="erase", decision__in=("granted", "partly"))
    asked = granted.order_by("-decided_on", "-id").first()
    form = EraseForm(posted(request), initial={"reason": "request" if asked else None})

    def change() -> str:
        today = timezone.localdate()
        actions.propose_erasure(child=child, by=request.user, on=today, request=asked, **form.cleaned_data)
        messages.success(request, _("Proposed. A second administrator must confirm it."))
        return _back(child)

    if response := carry_out(request, form, change):
        return response
    return page(
        request, "rights/erase.html", child=child, form=form, back=_back(child),
        hold=actions.held_by(child, timezone.localdate()),
        title=_("Erase the archive of %(name)s") % {"name": child.name}, button=_("Propose to erase"),
    )  # fmt: skip


@requires(Permission.DECIDE_REQUESTS, methods=("GET", "POST"))
def confirm(request: Request, code: str) -> HttpResponse:
    """The second person confirms; the archive goes."""
    child = get_object_or_404(Child, code=code)
    rows = ErasureProposal.objects.select_related("proposed_by", "request")
    proposal = get_object_or_404(rows, child=child)
    form = ConfirmForm(posted(request))

    def change() -> str:
        now = timezone.now()
        proof = actions.erase(
            child=child, by=request.user, office=request.posting.organization, now=now, on=timezone.localdate(now)
        )
        messages.success(request, _("The archive has been erased. This is the proof."))
        return proof.get_absolute_url()

    if response := carry_out(request, form, change):
        return response
    return page(
        request, "rights/confirm.html", child=child, form=form, back=_back(child), proposal=proposal,
        own=proposal.proposed_by_id == request.user.pk,
        title=_("Erase the archive of %(name)s for good") % {"name": child.name}, button=_("Erase now"),
    )  # fmt: skip


@requires(Permission.DECIDE_REQUESTS, methods=("POST",))
def stop(request: Request, code: str) -> HttpResponse:
    """The archive is not erased after all."""
    child = get_object_or_404(Child, code=code)
    form = StopForm(request.POST)

    def change() -> str:
        actions.take_back_proposal(child=child, by=request.user)
        messages.success(request, _("The archive stays."))
        return _back(child)

    if response := carry_out(request, form, change):
        return response
    raise Http404


@requires(Permission.DECIDE_REQUESTS)
def erasures(request: Request) -> HttpResponse:
    """What waits for a second person, and the proofs of what was erased."""
    proposals = ErasureProposal.objects.select_related("child", "proposed_by").order_by("id")
    done = Erasure.objects.visible_to(request.posting).select_related("confirmed_by", "organization")
    return page(request, "rights/erasures.html", proposals=proposals, rows=paginate(done, request))


@requires(Permission.DECIDE_REQUESTS)
def retention(request: Request) -> HttpResponse:
    """What the time of keeping removes within the next ninety days."""
    coming = clock.coming(timezone.localdate(), DAYS_AHEAD)
    groups = [group for group in privacy.GROUPS.values() if group.about_people]
    return page(
        request, "rights/retention.html", rows=paginate(coming, request), days=DAYS_AHEAD, groups=groups,
        link=reverse("rights:erasures"),
    )  # fmt: skip
