"""Pages: add a picture, see it, remove it."""

from __future__ import annotations

import io
from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks import codelists, vault
from caseworks.access import Permission, requires
from caseworks.downloads import Shown
from caseworks.encryption import CannotOpenError
from caseworks.pages import page
from caseworks.requests import Request
from caseworks.submissions import once
from children.attachments import actions
from children.attachments.forms import AttachmentForm
from children.attachments.proofs import PROOFS, Proof
from children.models import Attachment, Child


def _one(code: str, attachment: str) -> Attachment:
    rows = Attachment.objects.filter(child=get_object_or_404(Child, code=code)).select_related("child")
    return get_object_or_404(rows, code=attachment)


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def add(request: Request, code: str) -> HttpResponse:
    """Add a photograph or a scanned paper; `?for=agreement&of=CODE` says which record of the archive it belongs to, without
    a code the latest of its kind."""
    child = get_object_or_404(Child, code=code)
    proof, of, day = _proof(request, child)
    form = AttachmentForm(
        request.POST or None, request.FILES or None, today=timezone.localdate(), proof=proof, initial={"taken_on": day}
    )
    anchor = f"{child.get_absolute_url()}#{proof.anchor if proof else 'attachments'}"
    if request.method == "POST" and form.is_valid():
        try:
            with once(request) as submission:
                if not submission.again:
                    actions.add(
                        child=child,
                        by=request.user,
                        organization=request.posting.organization,
                        proves=proof.key if proof else "",
                        proves_code=of,
                        **form.cleaned_data,
                    )
                    submission.leads_to(anchor)
            return redirect(submission.location)
        except ValidationError as refusal:
            form.add_error(None, refusal)
    what = codelists.PROOF.label(proof.key) if proof else ""
    return page(request, "children/attachment_add.html", child=child, form=form, what=what, back=anchor)


def _proof(request: Request, child: Child) -> tuple[Proof | None, str, date | None]:
    """What the picture is to prove, the code of the record and its day. A record that is not there is not found."""
    if "for" not in request.GET:
        return None, "", None
    proof = PROOFS.get(request.GET["for"])
    days = proof.days(child) if proof else {}
    of = request.GET.get("of") or next(reversed(days), "")
    if of not in days:
        raise Http404
    return proof, of, days[of]


@requires(Permission.VIEW_ARCHIVES)
def see(request: Request, code: str, attachment: str) -> HttpResponseBase:
    """The picture itself. Each look is in the audit trail; one that waits for the virus scanner is not shown."""
    found = _one(code, attachment)
    if found.held:
        return page(request, "children/attachment_held.html", child=found.child, attachment=found, status=409)
    try:
        with vault.reading(actions.SHELF, found.file_name, found.file_key) as file:
            content = file.read()
    except (FileNotFoundError, CannotOpenError) as error:
        raise Http404 from error
    actions.look(attachment=found, by=request.user)
    return Shown(io.BytesIO(content), size=len(content))


@requires(Permission.KEEP_ARCHIVES, methods=("GET", "POST"))
def remove(request: Request, code: str, attachment: str) -> HttpResponse:
    """Take a picture out of the archive, after asking once."""
    found = _one(code, attachment)
    if request.method == "POST":
        with once(request) as submission:
            if not submission.again:
                actions.remove(attachment=found, by=request.user)
                messages.success(request, _("The picture was removed from the archive."))
                submission.leads_to(f"{found.child.get_absolute_url()}#attachments")
        return redirect(submission.location)
    return page(request, "children/attachment_remove.html", child=found.child, attachment=found)


@requires(Permission.KEEP_ARCHIVES, methods=("POST",))
def scan(request: Request, code: str, attachment: str) -> HttpResponse:
    """Ask the virus scanner again about a picture it has not seen."""
    found = _one(code, attachment)
    try:
        if actions.scan_again(attachment=found, by=request.user):
            messages.success(request, _("The virus scanner has found nothing. The picture can be seen."))
        else:
            messages.error(request, _("The virus scanner still does not answer. Try again later."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect(f"{found.child.get_absolute_url()}#attachments")
