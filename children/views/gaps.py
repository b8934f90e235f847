"""Gaps and contradictions (缺项与矛盾): how many archives lack what, in which class and village, and where to mend each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks import counting
from caseworks.access import Permission, requires
from caseworks.codelists import GRADE, SCHOOL_KINDS
from caseworks.models import Counted, Organization, in_force
from caseworks.pages import page, paginate
from caseworks.requests import Request
from children import areas
from children.models import Child, Enrolment
from children.models.archive import ChildQuerySet
from children.views.lines import places
from guardians.gaps import CHECKS, SEVERITIES, Check, Gap, Share, by_class, by_village, overview, people_of, with_gap

SHARES_SHOWN = 40
DEARER = 3  # all checks of a child cost this many times its part in a report


@dataclass(frozen=True)
class Narrowed:
    """Where the page looks: the whole of one's own area, one school or village, or one class."""

    place: Organization | None
    grade: str
    class_name: str | None

    def children(self, on: Any) -> ChildQuerySet:
        """Open archives there."""
        found = Child.objects.live()
        if self.place is None:
            return found
        if self.place.kind not in SCHOOL_KINDS:
            living = Q(pk__in=found.living_under(self.place, on=on).order_by().values("pk"))
            learning = Q(pk__in=found.enrolled_under(self.place, on=on).order_by().values("pk"))
            return found.filter(living if self.place.kind == "village" else living | learning)
        rows = Enrolment.objects.filter(in_force(on), school=self.place)
        if self.class_name is None:
            return found.filter(pk__in=rows.values("child"))
        return found.filter(pk__in=rows.filter(grade=self.grade, class_name=self.class_name).values("child"))

    @property
    def words(self) -> str:
        """The place in words; empty for the whole area."""
        if self.place is None:
            return ""
        grade = GRADE.label(self.grade) if self.grade else ""
        return f"{self.place.name} {grade}{self.class_name or ''}".strip()


def _narrowed(request: Request) -> Narrowed:
    code, place = request.GET.get("under", "")[:40], None
    if code:
        place = Organization.objects.under(areas.county_of(request.posting.organization)).filter(code=code).first()
        if place is None:
            raise Http404
    class_name = request.GET["class"][:20] if place is not None and "class" in request.GET else None
    grade = request.GET.get("grade", "")[:4]
    return Narrowed(place, grade if grade in GRADE else "", class_name)


def _kept(request: Request, where: Narrowed) -> Counted | None:
    """The figures counted beforehand, for a whole area too large to be counted while somebody waits."""
    if where.place is not None:
        return None
    return counting.ask_if_large(overview.KIND, now=timezone.now(), anew=request.method == "POST", dearer=DEARER)


@requires(Permission.VIEW_ARCHIVES, methods=("GET", "POST"))
def gaps(request: Request) -> HttpResponse:
    """Every check with the number of archives it finds; each number opens them. Posted: count a large area anew."""
    today, where = timezone.localdate(), _narrowed(request)
    kept, again = _kept(request, where), reverse("children:gaps")
    if request.method == "POST":
        return redirect(again)
    among = where.children(today)
    if kept is None:
        total, numbers = among.order_by().count(), overview.numbers(among, today)
    elif kept.is_there:
        checks = kept.figures["checks"]
        total, numbers = kept.figures["total"], {key: checks[key]["number"] for key in CHECKS if key in checks}
    else:
        return page(request, "components/counted.html", kept=kept, again=again, title=_("Gaps and contradictions"))
    counted = [(CHECKS[key], number) for key, number in numbers.items()]
    groups = [
        (words, [(check, number) for check, number in counted if number and check.severity is severity])
        for severity, words in SEVERITIES.items()
    ]
    return page(
        request,
        "children/gaps.html",
        groups=[group for group in groups if group[1]],
        in_order=[check for check, number in counted if not number],
        total=total,
        places=areas.grouped_by_kind(areas.places_to_choose(request.posting.organization, where.place)),
        where=where,
        kept=kept,
        again=again,
    )


@requires(Permission.VIEW_ARCHIVES)
def gap(request: Request, check: str) -> HttpResponse:
    """One check: where the children are, by class and village, and for each the page that mends it."""
    if check not in CHECKS:
        raise Http404
    today, where, chosen = timezone.localdate(), _narrowed(request), CHECKS[check]
    kept = _kept(request, where)
    if kept is not None and not (kept.is_there and check in kept.figures["checks"]):
        return page(request, "components/counted.html", kept=kept, again=reverse("children:gaps"), title=chosen.words)
    found = with_gap(where.children(today), check, today)
    if kept is None:
        classes, villages, known, named = by_class(found, today), by_village(found, today), None, None
    else:
        before = overview.Found.of(kept.figures["checks"][check])
        classes, villages, known, named = before.classes, before.villages, before.number, before.children
    if named is not None:
        found, known = found.filter(pk__in=named), None
    rows = paginate(found.in_name_order(few=named is not None), request, known=known)
    return page(
        request,
        "children/gap.html",
        check=chosen,
        severity=SEVERITIES[chosen.severity],
        rows=rows,
        lines=_lines(chosen, list(rows.object_list), today),
        classes=_in_words(classes),
        villages=villages[:SHARES_SHOWN],
        most=max([share.number for share in (*classes, *villages)], default=1),
        where=where,
        kept=kept,
        again=reverse("children:gaps"),
    )


def _lines(check: Check, children: list[Child], today: Any) -> list[tuple[Any, str]]:
    """Each child with school and village, and the address that mends the gap."""
    people = people_of(check, [child.pk for child in children], today)
    return [
        (place, Gap(check, place.child.code, people.get(place.child.pk, "")).address)
        for place in places(children, today)
    ]


def _in_words(shares: list[Share]) -> list[tuple[Share, str]]:
    words = [(share, f"{GRADE.label(share.grade) if share.grade else ''}{share.class_name}") for share in shares]
    return words[:SHARES_SHOWN]
