"""Pages: choose a roster, look at what would happen, correct, confirm; the result; the rows that stayed out."""

from __future__ import annotations

from pathlib import Path

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from caseworks.access import Permission, requires
from caseworks.downloads import XLSX, Download
from caseworks.exchange import actions, columns, returns, shown, troubles
from caseworks.exchange.forms import RosterForm
from caseworks.exchange.models import ImportBatch, State
from caseworks.pages import page, paginate
from caseworks.requests import Request
from caseworks.stamps import new_stamp

PER_PAGE = 50
# Up to here the person waits and sees the outcome at once; beyond, a process in the background does it.
ROWS_AT_ONCE, BYTES_AT_ONCE = 1000, 200_000
SECONDS_BETWEEN_LOOKS = 3  # of a browser without JavaScript


def _at_once(batch: ImportBatch) -> bool:
    return batch.rows_planned <= ROWS_AT_ONCE


def _batch(request: Request, code: str) -> ImportBatch:
    batches = ImportBatch.objects.visible_to(request.posting)
    return get_object_or_404(batches.select_related("organization", "by"), code=code)


@requires(Permission.IMPORT_ROSTERS, methods=("GET", "POST"))
def imports(request: Request) -> HttpResponse:
    """Choose a roster; the rosters brought in before. Sending the same file twice leads to the same list: its
    fingerprint is what keeps a second press of the button harmless."""
    posting = request.posting
    form = RosterForm(request.POST or None, request.FILES or None, posting=posting, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = actions.receive(
                by=request.user,
                organization=form.cleaned_data.get("organization") or posting.organization,
                roster_on=form.cleaned_data["roster_on"],
                path=Path(file.temporary_file_path()),
                file_name=file.name,
                wait=file.size <= BYTES_AT_ONCE,
            )
            return redirect(batch)
        except ValidationError as refusal:
            form.add_error("file", refusal)
    batches = ImportBatch.objects.visible_to(posting).select_related("organization", "by")
    return page(request, "exchange/imports.html", form=form, rows=paginate(batches, request, 20))


@requires(Permission.IMPORT_ROSTERS)
def template(request: Request) -> HttpResponseBase:
    """An empty roster with our headings."""
    name = _("Roster template") + ".xlsx"
    return Download(returns.template(), name=name, content_type=XLSX, what="import.template", rows=0)


@requires(Permission.IMPORT_ROSTERS)
def preview(request: Request, code: str) -> HttpResponse:
    """What would happen with each row, or after confirming, what did."""
    batch = _batch(request, code)
    if batch.is_at_work:
        return _progress(request, batch)
    if request.htmx and request.GET.get("progress") == "1":
        return HttpResponseClientRedirect(batch.get_absolute_url())
    tab = shown.tab_of(request.GET.get("show", ""))
    rows = paginate(shown.rows_of(batch, tab), request, PER_PAGE)
    rows.object_list = described = shown.described(batch, rows.object_list)
    headings = shown.headings(batch) if batch.is_waiting else []
    return page(
        request,
        "exchange/preview.html" if batch.is_waiting else "exchange/result.html",
        fragment="rows",
        batch=batch,
        trouble=troubles.words(batch),
        standing=troubles.rows(batch),
        tabs=shown.tabs(batch),
        tab=tab.partition("-")[0],
        kind=tab,
        kinds=shown.lacking_kinds(batch, tab),
        rows=rows,
        deciding=batch.is_waiting and any(entry.needs_decision for entry in described),
        headings=headings,
        unused=[heading.name for heading in headings if not heading.field],
        fields=columns.choices(),
        missing=actions.missing_columns(batch) if batch.is_waiting else [],
        passed_over=shown.passed_over(batch),
        comes_back=returns.kind_of(batch) if batch.staying_out else "",
    )


def _progress(request: Request, batch: ImportBatch) -> HttpResponse:
    """How far the work has come: looked at again every second, or by the browser itself every few where there is no
    JavaScript. Closing the page stops nothing."""
    return page(request, "exchange/progress.html", fragment="progress", batch=batch, seconds=SECONDS_BETWEEN_LOOKS)


@requires(Permission.IMPORT_ROSTERS, methods=("POST",))
def choose_columns(request: Request, code: str) -> HttpResponse:
    """Which column is which of our fields."""
    batch = _batch(request, code)
    known = {"", *columns.FIELDS}
    sent = {f"column-{index}": heading for index, heading in enumerate(sorted(batch.mapping))}
    chosen = {heading: request.POST[name] for name, heading in sent.items() if request.POST.get(name) in known}
    try:
        actions.choose_columns(batch=batch, by=request.user, chosen=chosen, wait=_at_once(batch))
        messages.success(request, _("The columns are set, and kept for the next roster of this office."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect(batch)


@requires(Permission.IMPORT_ROSTERS, methods=("POST",))
def decide(request: Request, code: str) -> HttpResponse:
    """Whether possible duplicates are the same child or another."""
    batch = _batch(request, code)
    decisions = {
        int(position): value
        for name, value in request.POST.items()
        if name.startswith("row-") and (position := name.removeprefix("row-")).isdigit()
    }
    try:
        actions.decide(batch=batch, by=request.user, decisions=decisions, wait=_at_once(batch))  # type: ignore[arg-type]
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect(f"{batch.get_absolute_url()}?show=undecided")


@requires(Permission.IMPORT_ROSTERS, methods=("POST",))
def confirm(request: Request, code: str) -> HttpResponse:
    """Write the rows that go in. The batch itself knows whether it was imported: a second press changes nothing."""
    batch = _batch(request, code)
    if batch.counts.get("warnings") and not request.POST.get("read") and batch.is_waiting:
        messages.error(request, _("Look at the rows with a warning first, and tick that you have read them."))
        return redirect(f"{batch.get_absolute_url()}?show=problems")
    try:
        actions.confirm(batch=batch, by=request.user, wait=_at_once(batch))
    except ValidationError as refusal:
        if not batch.trouble:  # which the page itself shows
            messages.error(request, " ".join(refusal.messages))
    return redirect(batch)


@requires(Permission.IMPORT_ROSTERS, methods=("GET", "POST"))
def undo(request: Request, code: str) -> HttpResponse:
    """Take an imported batch back, after saying what that means."""
    batch = _batch(request, code)
    if request.method == "POST":
        try:
            actions.undo(batch=batch, by=request.user, wait=_at_once(batch))
        except ValidationError as refusal:
            if not batch.trouble:
                messages.error(request, " ".join(refusal.messages))
        return redirect(batch)
    return page(request, "exchange/undo.html", batch=batch, possible=batch.state == State.IMPORTED)


@requires(Permission.IMPORT_ROSTERS, methods=("POST",))
def discard(request: Request, code: str) -> HttpResponse:
    """Throw a roster away that is not imported yet."""
    batch = _batch(request, code)
    try:
        actions.discard(batch=batch, by=request.user, wait=_at_once(batch))
        messages.success(request, _("The roster was thrown away. Nothing was changed."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("exchange:imports")


@requires(Permission.IMPORT_ROSTERS)
def errors(request: Request, code: str) -> HttpResponseBase:
    """The rows that stay out, in the file they came in, with the reason."""
    batch = _batch(request, code)
    stamp = new_stamp()
    content, content_type, ending = returns.rows_that_stay_out(batch, stamp)
    return Download(
        content,
        name=_("%(file)s rows that stayed out") % {"file": Path(batch.file_name).stem} + ending,
        content_type=content_type,
        what="import.errors",
        rows=returns.staying_out(batch).count(),
        filters={"batch": batch.code},
        stamp=stamp,
    )
