"""The archive of one child: the whole of it for those who keep or oversee archives, the summary for a mentor."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Model, Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from caseworks import access, audit
from caseworks.access import Permission, requires
from caseworks.codelists import FATHERS, GRANDPARENTS, MOTHERS, PARENTS, RELATION
from caseworks.pages import page
from caseworks.requests import Request
from caseworks.rights import section as rights
from children.attachments.proofs import by_record
from children.facts.kinds import KINDS
from children.facts.reading import entries_for_mentors, facts_of, schooling_now
from children.held import held_about
from children.models import AgeStep, Attachment, Child, ClosedPeriod, Handover
from children.views.lines import Place, places
from guardians.duplicates.actions import survivor_of
from guardians.family import carers_on, latest_declaration, relatives_shared_with
from guardians.gaps import SEVERITIES, Gap, Severity, gaps_of
from guardians.household import Household, Member, household
from guardians.models import Declaration, Entrustment
from guardians.standing import report
from guardians.unattended import Verdict, eligibility_in
from visits.models import Contact, ContactChild, Counterpart, Pairing

LAST_CONTACTS = 20


# what most archives hold nothing of: asked of all together which of them there are (children/held.py)
SELDOM: tuple[type[Model], ...] = (
    *(kind.model for kind in KINDS.values()),
    *rights.SHOWN,
    AgeStep,
    Attachment,
    ClosedPeriod,
    Declaration,
    Handover,
    Pairing,
)


@requires(Permission.VIEW_CHILDREN)
def detail(request: Request, code: str) -> HttpResponse:
    """The archive. Each look at it is in the audit trail."""
    child = Child.objects.filter(code=code).first()
    if child is None:
        return redirect(_goes_on(code))
    today = timezone.localdate()
    audit.record("child.viewed", child)
    if access.allows(Permission.VIEW_ARCHIVES):
        return page(request, "children/detail.html", **_whole(child, today))
    [place] = places([child], today)
    care = carers_on([child], today).get(child.pk)
    shown = _summary(child, household(child, today), place, care, today)
    return page(request, "children/summary.html", **shown, entries=entries_for_mentors(child))


def _summary(child: Child, home: Household, place: Place, care: Entrustment | None, today: date) -> dict[str, Any]:
    """What everybody sees who may see the child."""
    return {
        "child": child,
        "today": today,
        "place": place,
        "home": home,
        "care": care,
        "carer": home.named(care.relative.code) if care else None,
        "contacts": _contacts(child),
    }


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


def _whole(child: Child, today: date) -> dict[str, Any]:
    """What only a reader of whole archives sees, in the order of the registration form (民发〔2016〕42号)."""
    held, home = held_about(child, SELDOM), household(child, today)
    enrolments = list(child.enrolments.select_related("school").order_by("-from_on", "-id"))
    residences = list(child.residences.select_related("village").order_by("-from_on", "-id"))
    cares = list(child.entrustments.select_related("relative").order_by("-from_on", "-id"))
    place = Place(child, child.age_on(today), _now(enrolments, today), _now(residences, today))
    facts, gaps = facts_of(child, held), gaps_of([child], today)[child.pk]
    of_rights = rights.section(child, today, held)
    declaration = latest_declaration(child, today) if Declaration in held else None
    attachments = list(child.attachments.all()) if Attachment in held else []
    leaving = Handover.objects.waiting().filter(child=child).select_related("to_organization")
    pairings = Pairing.objects.filter(child=child).select_related("mentor__organization").order_by("-from_on", "-id")
    return {
        **_summary(child, home, place, _now(cares, today), today),
        "report": report(child, home, declaration, today),
        "unattended": _unattended(child, home, place, today),
        "gaps": gaps,
        "gap_groups": _grouped(gaps),
        "gap_number": len(gaps) + bool(of_rights["notice_gap"]),
        "only_missing": all(gap.check.severity is Severity.MISSING for gap in gaps),
        "facts": facts,
        "attachments": attachments,
        "age_steps": child.age_steps.select_related("done_by").order_by("age") if AgeStep in held else [],
        "scans": by_record(attachments),
        "schooling": schooling_now(place.enrolment, facts["schooling"]),
        "closings": child.closed_periods.order_by("-from_on") if ClosedPeriod in held else [],
        "leaving": leaving if Handover in held else [],
        "enrolments": enrolments,
        "residences": residences,
        "parents": _slots(home, (FATHERS, MOTHERS)),
        "grandparents": _slots(home, (("61",), ("62",), ("63",), ("64",))),
        "others": [member for member in home.members if member.relation not in (*PARENTS, *GRANDPARENTS[1:])],
        "cares": cares,
        "siblings": places(list(relatives_shared_with(child)[:20]), today),
        "pairings": pairings if Pairing in held else [],
        **of_rights,
    }


def _now(rows: list[Any], on: date) -> Any:
    """Of the rows of a history, the latest first, the one that holds on a day; None if there is none."""
    return next((row for row in rows if row.holds_on(on)), None)


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


def _unattended(child: Child, home: Household, place: Place, today: date) -> Any:
    """The verdict on 事实无人抚养, where there is any reason to ask: a parent is on record as unable to care."""
    if not any(member.unable for member in home.parents()):
        return None
    grade = place.enrolment.grade if place.enrolment else ""
    found = eligibility_in(home, age=child.age_on(today), in_full_time_school=bool(grade), on=today)
    return found if found.verdict is not Verdict.NO or len(found.reasons) > 1 else None
