"""The archive of one child: the whole of it for those who keep or oversee archives, the summary for a mentor."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from caseworks import access, audit
from caseworks.access import Permission, requires
from caseworks.codelists import FATHERS, GRANDPARENTS, MOTHERS, PARENTS, RELATION
from caseworks.pages import page
from caseworks.requests import Request
from caseworks.rights.section import section
from children.attachments.proofs import by_record
from children.facts.reading import entries_for_mentors, facts_of, schooling_now
from children.models import Child, Handover
from children.views.lines import places
from guardians.duplicates.actions import survivor_of
from guardians.family import carers_on, latest_declaration, relatives_shared_with
from guardians.gaps import SEVERITIES, Gap, Severity, gaps_of
from guardians.household import Household, Member, household
from guardians.standing import report
from guardians.unattended import Verdict, eligibility_in
from visits.models import Contact, ContactChild, Counterpart, Pairing

LAST_CONTACTS = 20


@requires(Permission.VIEW_CHILDREN)
def detail(request: Request, code: str) -> HttpResponse:
    """The archive. Each look at it is in the audit trail."""
    child = Child.objects.filter(code=code).first()
    if child is None:
        return redirect(_goes_on(code))
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
        return page(request, "children/summary.html", **shown, entries=entries_for_mentors(child))
    return page(request, "children/detail.html", **shown, **_whole(child, home, place, today))


def _goes_on(code: str) -> Child:
    """The archive into which this one was merged. Raises Http404 if there is none in reach."""
    if (survivor := survivor_of(code)) is None:
        raise Http404
    return survivor


def _contacts(child: Child) -> list[Contact]:
    about = ContactChild.objects.filter(child=child).values("contact")
    met = Prefetch("counterparts", Counterpart.objects.select_related("relative").order_by("id"))
    rows = Contact.objects.filter(pk__in=about).newest_first()
    return list(rows.select_related("logged_by", "logged_for").prefetch_related(met)[:LAST_CONTACTS])


def _whole(child: Child, home: Household, place: Any, today: Any) -> dict[str, Any]:
    """What only a reader of whole archives sees, in the order of the registration form (民发〔2016〕42号)."""
    facts = facts_of(child)
    gaps = gaps_of([child], today)[child.pk]
    rights = section(child, today)
    attachments = list(child.attachments.all())
    pairings = Pairing.objects.filter(child=child).select_related("mentor__organization")
    return {
        "report": report(child, home, latest_declaration(child, today), today),
        "unattended": _unattended(child, home, place, today),
        "gaps": gaps,
        "gap_groups": _grouped(gaps),
        "gap_number": len(gaps) + bool(rights["notice_gap"]),
        "only_missing": all(gap.check.severity is Severity.MISSING for gap in gaps),
        "facts": facts,
        "attachments": attachments,
        "age_steps": child.age_steps.select_related("done_by").order_by("age"),
        "scans": by_record(attachments),
        "schooling": schooling_now(place.enrolment, facts["schooling"]),
        "closings": child.closed_periods.order_by("-from_on"),
        "leaving": Handover.objects.waiting().filter(child=child).select_related("to_organization"),
        "enrolments": child.enrolments.select_related("school").order_by("-from_on", "-id"),
        "residences": child.residences.select_related("village").order_by("-from_on", "-id"),
        "parents": _slots(home, (FATHERS, MOTHERS)),
        "grandparents": _slots(home, (("61",), ("62",), ("63",), ("64",))),
        "others": [member for member in home.members if member.relation not in (*PARENTS, *GRANDPARENTS[1:])],
        "cares": child.entrustments.select_related("relative").order_by("-from_on", "-id"),
        "siblings": places(list(relatives_shared_with(child)[:20]), today),
        "pairings": pairings.order_by("-from_on", "-id"),
        **rights,
    }


def _slots(home: Household, kinds: tuple[tuple[str, ...], ...]) -> list[tuple[str, str, list[Member]]]:
    """The places of the form: the relation's code and word, and who is on record there (nobody: not collected)."""
    return [(codes[0], RELATION.label(codes[0]), home.parents(codes)) for codes in kinds]


def _grouped(gaps: list[Gap]) -> list[tuple[Any, Any, list[Gap]]]:
    """Severity, its words, and the gaps of it; severities without a gap are left out."""
    groups = [
        (severity, words, [gap for gap in gaps if gap.check.severity is severity])
        for severity, words in SEVERITIES.items()
    ]
    return [group for group in groups if group[2]]


def _unattended(child: Child, home: Household, place: Any, today: Any) -> Any:
    """The verdict on 事实无人抚养, where there is any reason to ask: a parent is on record as unable to care."""
    if not any(member.unable for member in home.parents()):
        return None
    grade = place.enrolment.grade if place.enrolment else ""
    found = eligibility_in(home, age=child.age_on(today), in_full_time_school=bool(grade), on=today)
    return found if found.verdict is not Verdict.NO or len(found.reasons) > 1 else None
