"""Pages and files to be handed over: the answer letter, the copy of an archive, the proof of an erasure."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks import audit
from caseworks.access import Permission, requires
from caseworks.downloads import DOCX, Download
from caseworks.pages import page
from caseworks.requests import Request
from caseworks.rights import papers
from caseworks.rights.models import Erasure, RightsRequest
from caseworks.rights.papers import Paper
from caseworks.rights.views.requests import found
from caseworks.rights.whole_copy import whole_copy


def _shown(request: Request, paper: Paper, file: str, back: str, hint: str = "") -> HttpResponse:
    return page(request, "rights/paper.html", paper=paper, file=file, back=back, hint=hint)


def _file(request: Request, paper: Paper, *, what: str, rows: int) -> HttpResponseBase:
    content = papers.document(paper, str(request.user))
    # the name of the file names nobody: it stands in lists of downloads on other people's screens
    return Download(content, name=f"{paper.number}.docx", content_type=DOCX, what=what, rows=rows)


def _answered(code: str) -> RightsRequest:
    row = found(code)
    if row.is_waiting:
        raise Http404
    return row


@requires(Permission.RECEIVE_REQUESTS)
def letter(request: Request, code: str) -> HttpResponse:
    """The answer letter, to print."""
    row = _answered(code)
    return _shown(request, papers.letter(row), reverse("rights:letter_file", args=[code]), row.get_absolute_url())


@requires(Permission.RECEIVE_REQUESTS)
def letter_file(request: Request, code: str) -> HttpResponseBase:
    """The answer letter as a Word file."""
    return _file(request, papers.letter(_answered(code)), what="request.letter", rows=1)


def _to_be_copied(code: str) -> RightsRequest:
    """A request to see or copy that was granted lately. Raises PermissionDenied for any other: what is masked elsewhere
    stands here in full, so an old decision does not open it for ever."""
    row = found(code)
    if row.kind not in {"view", "copy"} or not row.may_be_fulfilled(timezone.localdate()):
        raise PermissionDenied
    return row


@requires(Permission.RECEIVE_REQUESTS)
def copy(request: Request, code: str) -> HttpResponse:
    """Everything that is kept about the child, in full, to print or to read together."""
    row = _to_be_copied(code)
    audit.record("request.copied", row.child, reason=row.code)
    hint = _("Read it before you hand it over: notes may speak of other people, whose information is theirs.")
    return _shown(request, whole_copy(row), reverse("rights:copy_file", args=[code]), row.get_absolute_url(), hint)


@requires(Permission.RECEIVE_REQUESTS)
def copy_file(request: Request, code: str) -> HttpResponseBase:
    """The same as a Word file."""
    row = _to_be_copied(code)
    paper = whole_copy(row)
    response = _file(request, paper, what="request.copy", rows=sum(len(table.rows) for table in paper.tables))
    audit.record("request.copied", row.child, reason=row.code)
    return response


def _erasure(request: Request, code: str) -> Erasure:
    rows = Erasure.objects.visible_to(request.posting).select_related("organization", "proposed_by", "confirmed_by")
    return get_object_or_404(rows, code=code)


@requires(Permission.DECIDE_REQUESTS)
def proof(request: Request, code: str) -> HttpResponse:
    """The proof of an erasure, to print."""
    row = _erasure(request, code)
    paper = papers.proof(row, row.organization)
    return _shown(request, paper, reverse("rights:proof_file", args=[code]), reverse("rights:erasures"))


@requires(Permission.DECIDE_REQUESTS)
def proof_file(request: Request, code: str) -> HttpResponseBase:
    """The same as a Word file."""
    row = _erasure(request, code)
    return _file(request, papers.proof(row, row.organization), what="erasure.proof", rows=0)
