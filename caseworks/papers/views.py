"""Pages to be printed: first what and how much, then the papers themselves."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks import access
from caseworks.access import Permission, requires
from caseworks.codelists import REVEAL_REASON
from caseworks.disclosure.forms import RevealForm
from caseworks.leaving.send import address_to_ask
from caseworks.pages import page
from caseworks.papers import sheets
from caseworks.papers.dossiers import dossiers
from caseworks.papers.files import PaperRecipe
from caseworks.papers.kinds import MOST_IN_FULL, PAPERS, SHOW, Paper, Show, offered
from caseworks.papers.printing import TooManyPrintsError, note
from caseworks.papers.selection import CODES, MOST_TICKED, selection_of
from caseworks.requests import Request
from children.models import Child


@requires(Permission.VIEW_CHILDREN)
def choose(request: Request) -> HttpResponse:
    """Which paper of the children in the list, or ticked there, and how much it shows."""
    chosen = selection_of(request.GET, request.posting, timezone.localdate())
    if chosen is None:
        return redirect(f"{resolve_url('children:list')}?{request.GET.urlencode()}")
    number = chosen.children[: max(paper.most for paper in PAPERS.values()) + 1].count()
    return page(
        request,
        "papers/choose.html",
        papers=[(paper, number > paper.most) for paper in offered(single=False)],
        number=number,
        most=max(paper.most for paper in PAPERS.values()),
        words=chosen.words,
        **_asking(chosen.query),
    )


@requires(Permission.VIEW_CHILDREN, methods=("POST",))
def ticked(request: Request) -> HttpResponse:
    """The children ticked in the list, or all it found, are to be printed."""
    found = QueryDict(request.POST.get("query", "")[:600]).urlencode()
    codes = request.POST.getlist("code")[:MOST_TICKED]
    if request.POST.get("all"):
        return redirect(f"{resolve_url('papers:choose')}?{found}")
    if not codes:
        messages.warning(request, _("Tick the children first."))
        return redirect(f"{resolve_url('children:list')}?{found}")
    return redirect(f"{resolve_url('papers:choose')}?{urlencode({CODES: ','.join(codes)})}")


@requires(Permission.VIEW_CHILDREN)
def choose_one(request: Request, code: str) -> HttpResponse:
    """Which paper of one child, and how much it shows."""
    child = get_object_or_404(Child, code=code)
    papers = [(paper, False) for paper in offered(single=True)]
    asking = _asking(urlencode({CODES: child.code}))
    return page(request, "papers/choose.html", papers=papers, child=child, number=1, **asking)


@requires(Permission.VIEW_CHILDREN, methods=("GET", "POST"))
def many(request: Request, key: str) -> HttpResponse:
    """Papers of the children in the list: masked by GET, in full by POST with a reason."""
    paper, chosen = _paper(key), selection_of(request.GET, request.posting, timezone.localdate())
    if chosen is None:
        return redirect(f"{resolve_url('children:list')}?{request.GET.urlencode()}")
    show = _show(request, paper)
    most = min(paper.most, MOST_IN_FULL) if show is Show.FULL else paper.most
    children = list(chosen.children[: most + 1])
    back = f"{resolve_url('papers:choose')}?{chosen.query}"
    if len(children) > most:
        return page(request, "papers/refused.html", status=422, paper=paper, too_many=most, back=back)
    return _print(request, paper, show, children, back=back, filters=chosen.used)


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
    found = dossiers(children, today, whole=paper.whole)
    return page(
        request,
        paper.template,
        layout="papers/sheet.html",
        back=back,
        **sheets.context(paper, show, found, by=request.user, posting=request.posting, today=today),
    )


def _asking(query: str) -> dict[str, Any]:
    """What the page that asks needs; `query` names the children for a file."""
    return {
        "reasons": REVEAL_REASON,
        "show_words": {show.value: words for show, words in SHOW.items()},
        "most_in_full": MOST_IN_FULL,
        "file_address": address_to_ask(PaperRecipe.key, {"query": query}) if PaperRecipe().may_ask() else "",
    }


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
