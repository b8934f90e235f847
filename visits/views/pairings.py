"""Pairings: who waits for a mentor, who has one, who had one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks.access import Permission, requires
from caseworks.models import in_force
from caseworks.pages import Pages, page, paginate
from caseworks.requests import Request
from children.models import Child, Enrolment, Residence
from children.views.saving import carry_out, posted
from visits import actions
from visits.forms.pairings import EndPairingForm, PairForm, PairingFilter, WaitingFilter
from visits.models import Mentor, Pairing

WITH_ROOM = 12
MOST_WAITING = 3_000  # the family of each is asked
SHOWN = ("waiting", "open", "ended")


@requires(Permission.VIEW_PAIRINGS)
def pairings(request: Request) -> HttpResponse:
    """Left-behind children without a mentor beside mentors with room; the open pairings; those that ended."""
    today = timezone.localdate()
    show = request.GET.get("show") if request.GET.get("show") in SHOWN else SHOWN[0]
    form: Any
    if show == "waiting":
        form = WaitingFilter(request.GET)
        rows = form.rows(today)
    else:
        form = PairingFilter(request.GET)
        every = Pairing.objects.open_on(today) if show == "open" else Pairing.objects.ended_by(today)
        order = "-from_on" if show == "open" else "-until_on"
        rows = form.rows(every).select_related("child", "mentor__organization").order_by(order, "-id")
    rows = paginate(rows, request, most=MOST_WAITING if show == "waiting" else Pages.most)
    _tell_places(rows.object_list if show == "waiting" else [pairing.child for pairing in rows.object_list], today)
    room = Mentor.objects.of(request.posting.organization).filter(until_on=None).with_load(today)
    return page(
        request,
        "visits/pairings.html",
        show=show,
        form=form,
        rows=rows,
        today=today,
        room=room.select_related("organization").order_by("load", "name", "id")[:WITH_ROOM]
        if show == "waiting"
        else (),
    )


def _tell_places(children: Iterable[Child], today: date) -> None:
    """Fill `.place` of each child: village and school, in words."""
    children = list(children)  # the same child may stand in two rows, as two objects
    keys = {child.pk for child in children}
    homes = Residence.objects.filter(in_force(today), child__in=keys).values_list("child", "village__name")
    schools = Enrolment.objects.filter(in_force(today), child__in=keys).values_list("child", "school__name")
    names = defaultdict(list)
    for key, name in (*homes, *schools):
        names[key].append(name)
    for child in children:
        child.place = " · ".join(names[child.pk])  # type: ignore[attr-defined]  # for this page only


@requires(Permission.MANAGE_PAIRINGS, methods=("GET", "POST"))
def pair(request: Request) -> HttpResponse:
    """Give a child to a mentor of the office or of one under it."""
    today = timezone.localdate()
    code = request.GET.get("child", "")
    child = get_object_or_404(Child, code=code) if code else None
    if child is not None:
        _tell_places([child], today)
    form = PairForm(
        posted(request),
        organization=request.posting.organization,
        today=today,
        fixed=child,
        initial={"child": code, "mentor": request.GET.get("mentor", "")},
    )

    def change() -> str:
        facts = form.cleaned_data
        actions.pair(mentor=facts["mentor"], child=facts["child"], by=request.user, on=facts["from_on"])
        words = {"child": facts["child"].name, "mentor": facts["mentor"].name}
        messages.success(request, _("%(child)s is now paired with %(mentor)s.") % words)
        return reverse("visits:pairings")

    if response := carry_out(request, form, change):
        return response
    return page(request, "visits/pair.html", form=form, child=child)


@requires(Permission.MANAGE_PAIRINGS, methods=("GET", "POST"))
def pairing_end(request: Request, child: str, mentor: str) -> HttpResponse:
    """End an open pairing, with the reason."""
    today = timezone.localdate()
    pairing = get_object_or_404(
        Pairing.objects.open_on(today).select_related("child", "mentor__organization"),
        child__code=child,
        mentor__code=mentor,
    )
    form = EndPairingForm(posted(request), today=today)

    def change() -> str:
        facts = form.cleaned_data
        actions.end_pairing(pairing=pairing, by=request.user, on=facts["until_on"], reason=facts["end_reason"])
        messages.success(request, _("The pairing ends on %(day)s.") % {"day": facts["until_on"]})
        return f"{reverse('visits:pairings')}?show=open"

    if response := carry_out(request, form, change):
        return response
    return page(request, "visits/pairing_end.html", form=form, pairing=pairing)
