"""Pages to be printed: first what and how much, then the papers themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.utils import timezone

from caseworks import access
from caseworks.access import Permission, requires
from caseworks.codelists import REVEAL_REASON
from caseworks.disclosure.forms import RevealForm
from caseworks.pages import page
from caseworks.papers.dossiers import Dossier, dossiers
from caseworks.papers.kinds import MOST_IN_FULL, PAPERS, SHOW, Paper, Show, offered
from caseworks.papers.printing import TooManyPrintsError, note
from caseworks.requests import Request
from children.forms.filters import ChildrenFilter
from children.models import Child

# what the address of a print says besides the filters of the list
OWN = ("show", "page")


@requires(Permission.VIEW_CHILDREN)
def choose(request: Request) -> HttpResponse:
    """Which paper of the children in the list, and how much it shows."""
    filters = _filters(request)
    if not filters.is_valid():
        return redirect(f"{resolve_url('children:list')}?{request.GET.urlencode()}")
    number = filters.children()[: max(paper.most for paper in PAPERS.values()) + 1].count()
    return page(
        request,
        "papers/choose.html",
        papers=[(paper, number > paper.most) for paper in offered(single=False)],
        number=number,
        most=max(paper.most for paper in PAPERS.values()),
        words=filters.in_words(),
        **_asking(),
    )


@requires(Permission.VIEW_CHILDREN)
def choose_one(request: Request, code: str) -> HttpResponse:
    """Which paper of one child, and how much it shows."""
    child = get_object_or_404(Child, code=code)
    papers = [(paper, False) for paper in offered(single=True)]
    return page(request, "papers/choose.html", papers=papers, child=child, number=1, **_asking())


@requires(Permission.VIEW_CHILDREN, methods=("GET", "POST"))
def many(request: Request, key: str) -> HttpResponse:
    """Papers of the children in the list: masked by GET, in full by POST with a reason."""
    paper, filters = _paper(key), _filters(request)
    if not filters.is_valid():
        return redirect(f"{resolve_url('children:list')}?{request.GET.urlencode()}")
    show = _show(request, paper)
    most = min(paper.most, MOST_IN_FULL) if show is Show.FULL else paper.most
    children = list(filters.children()[: most + 1])
    back = f"{resolve_url('papers:choose')}?{_without_own(request)}"
    if len(children) > most:
        return page(request, "papers/refused.html", status=422, paper=paper, too_many=most, back=back)
    return _print(request, paper, show, children, back=back, filters=filters.used)


@requires(Permission.VIEW_CHILDREN, methods=("GET", "POST"))
def one(request: Request, code: str, key: str) -> HttpResponse:
    """A paper of one child: masked by GET, in full by POST with a reason."""
    child = get_object_or_404(Child, code=code)
    paper = _paper(key)
    if not paper.single:
        raise Http404
    return _print(request, paper, _show(request, paper), [child], back=resolve_url("papers:choose_one", code))


def _print(
    request: Request,
    paper: Paper,
    show: Show,
    children: list[Child],
    *,
    back: str,
    filters: dict[str, str] | None = None,
) -> HttpResponse:
    today, reason = timezone.localdate(), ""
    if show is Show.FULL:
        form = RevealForm(request.POST)
        if not form.is_valid():
            return page(request, "papers/refused.html", status=422, paper=paper, form=form, back=back)
        reason = form.reason
    if children:
        try:
            note(
                by=request.user, paper=paper, show=show, children=children, reason=reason, filters=filters or {},
                now=timezone.now(),
            )  # fmt: skip
        except TooManyPrintsError:
            return page(request, "papers/refused.html", status=429, paper=paper, too_often=True, back=back)
    found = dossiers(children, today)
    return page(
        request,
        paper.template,
        paper=paper,
        show=show.value,
        show_words=SHOW[show],
        dossiers=found,
        by_class=_in_one_school(found),
        groups=_pages(found),
        today=today,
        back=back,
    )


def _in_one_school(found: Sequence[Dossier]) -> bool:
    schools = {dossier.place.enrolment.school_id if dossier.place.enrolment else None for dossier in found}
    return len(schools) == 1 and None not in schools


def _pages(found: Sequence[Dossier]) -> list[tuple[str, list[Dossier]]]:
    """A roster begins a new page for each class of one school, or else for each village."""
    title = _class_of if _in_one_school(found) else _village_of
    groups: dict[tuple[str, ...], list[Dossier]] = {}
    for dossier in found:
        groups.setdefault(title(dossier), []).append(dossier)
    return [(key[-1], groups[key]) for key in sorted(groups)]


def _class_of(dossier: Dossier) -> tuple[str, ...]:
    enrolment = dossier.place.enrolment
    if enrolment is None:
        return ("",)
    grade = enrolment.get_grade_display() if enrolment.grade else ""
    return enrolment.grade, enrolment.class_name, f"{enrolment.school.name} {grade}{enrolment.class_name}".strip()


def _village_of(dossier: Dossier) -> tuple[str, ...]:
    return (dossier.place.residence.village.name if dossier.place.residence else "",)


def _asking() -> dict[str, Any]:
    return {
        "reasons": REVEAL_REASON,
        "show_words": {show.value: words for show, words in SHOW.items()},
        "most_in_full": MOST_IN_FULL,
    }


def _filters(request: Request) -> ChildrenFilter:
    asked = request.GET.copy()
    for name in OWN:
        asked.pop(name, None)
    return ChildrenFilter(asked, posting=request.posting, today=timezone.localdate())


def _without_own(request: Request) -> str:
    asked = request.GET.copy()
    for name in OWN:
        asked.pop(name, None)
    return asked.urlencode()


def _paper(key: str) -> Paper:
    """The paper, if there is one and whoever is acting may print it."""
    paper = PAPERS.get(key)
    if paper is None:
        raise Http404
    if not access.allows(paper.permission):
        raise PermissionDenied
    return paper


def _show(request: Request, paper: Paper) -> Show:
    """How much is shown: in full only by POST, so that no address does it."""
    if request.method == "POST":
        return Show.FULL
    asked = request.GET.get("show", "")
    return Show.DISPLAY if asked == Show.DISPLAY and Show.DISPLAY in paper.shows else Show.WORK
