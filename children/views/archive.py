"""The archive of one child: the whole of it for those who keep or oversee archives, the summary for a mentor."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from caseworks import access, audit
from caseworks.access import Permission, requires
from caseworks.pages import page
from caseworks.requests import Request
from caseworks.rights.section import section
from children.models import Child
from children.views.lines import places
from guardians.family import carers_on, latest_declaration, relatives_shared_with
from guardians.gaps import Gap, gaps
from guardians.household import Household, household
from guardians.models import Entrustment
from guardians.standing import report
from visits.models import Contact, ContactChild, Counterpart, Pairing

LAST_CONTACTS = 20


@requires(Permission.VIEW_CHILDREN)
def detail(request: Request, code: str) -> HttpResponse:
    """The archive. Each look at it is in the audit trail."""
    child = get_object_or_404(Child, code=code)
    today = timezone.localdate()
    audit.record("child.viewed", child)
    home, care = household(child, today), carers_on([child], today).get(child.pk)
    [place] = places([child], today)
    shown: dict[str, Any] = {
        "child": child,
        "today": today,
        "place": place,
        "home": home,
        "care": care,
        "carer": home.named(care.relative.code) if care else None,
        "contacts": _contacts(child),
    }
    if not access.allows(Permission.VIEW_ARCHIVES):
        return page(request, "children/summary.html", **shown)
    return page(request, "children/detail.html", **shown, **_whole(child, home, care, place, today))


def _contacts(child: Child) -> list[Contact]:
    about = ContactChild.objects.filter(child=child).values("contact")
    met = Prefetch("counterparts", Counterpart.objects.select_related("relative").order_by("id"))
    rows = Contact.objects.filter(pk__in=about).newest_first()
    return list(rows.select_related("logged_by", "logged_for").prefetch_related(met)[:LAST_CONTACTS])


def _whole(child: Child, home: Household, care: Entrustment | None, place: Any, today: Any) -> dict[str, Any]:
    """What only a reader of whole archives sees."""
    missing = gaps(
        child,
        home,
        in_school=place.enrolment is not None,
        in_village=place.residence is not None,
        care=care,
        on=today,
    )
    rights = section(child, today)
    missing += filter(None, [rights["notice_gap"]])
    pairings = Pairing.objects.filter(child=child).select_related("mentor__organization")
    return {
        "report": report(child, home, latest_declaration(child, today), today),
        "gaps": [(gap, _address(child, gap)) for gap in missing],
        "enrolments": child.enrolments.select_related("school").order_by("-from_on", "-id"),
        "residences": child.residences.select_related("village").order_by("-from_on", "-id"),
        "cares": child.entrustments.select_related("relative").order_by("-from_on", "-id"),
        "siblings": places(list(relatives_shared_with(child)[:20]), today),
        "pairings": pairings.order_by("-from_on", "-id"),
        **rights,
    }


def _address(child: Child, gap: Gap) -> str:
    """Where what is missing is filled in."""
    names = [child.code, gap.relative] if gap.relative else [child.code]
    return reverse(gap.page, args=names) + (f"#id_{gap.field}" if gap.field else "")
