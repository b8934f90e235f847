"""Pages about looking: a masked value shown for a reason."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from caseworks import privacy
from caseworks.access import Permission, requires
from caseworks.codelists import REVEAL_REASON
from caseworks.disclosure.actions import TooManyRevealsError
from caseworks.disclosure.actions import reveal as reveal_value
from caseworks.disclosure.forms import RevealForm, masked_value
from caseworks.pages import page

SECONDS_SHOWN = 30


@requires(Permission.VIEW_CHILDREN, methods=("POST",))
def reveal(request: HttpRequest) -> HttpResponse:
    """One value in full: in place of the masked one where there are scripts, else on a page of its own, once."""
    row, field = masked_value(request.POST, request.posting)
    form = RevealForm(request.POST)
    back = request.POST.get("back", "")
    context = {
        "row": row,
        "field": field,
        "form": form,
        "label": row._meta.get_field(field).verbose_name,
        "masked": privacy.masked(row, field),
        "reasons": REVEAL_REASON,
        "seconds": SECONDS_SHOWN,
        "back": back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else resolve_url("visits:home"),
    }
    if not form.is_valid():
        return page(request, "caseworks/reveal.html", fragment="value", status=422, **context)
    try:
        context["value"] = reveal_value(
            row=row, field=field, by=request.user, posting=request.posting, reason=form.reason, now=timezone.now()
        )
    except TooManyRevealsError:
        return page(request, "caseworks/reveal.html", fragment="value", status=429, too_many=True, **context)
    return page(request, "caseworks/reveal.html", fragment="value", **context)
