"""The timeline of one child: everything dated, the newest first."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from caseworks import audit
from caseworks.access import Permission, requires
from caseworks.pages import page
from caseworks.requests import Request
from children.models import Child
from visits.timeline import ABOUT, by_year
from visits.timeline import timeline as gathered


@requires(Permission.VIEW_ARCHIVES)
def timeline(request: Request, code: str) -> HttpResponse:
    """Year by year; `?about=school` shows one side of it. A look at it is a look at the archive."""
    child = get_object_or_404(Child, code=code)
    audit.record("child.viewed", child)
    about = request.GET.get("about", "")
    about = about if about in ABOUT else ""
    moments = gathered(child, posting=request.posting, about=about)
    return page(
        request,
        "children/timeline.html",
        fragment="years",
        child=child,
        years=by_year(moments),
        number=len(moments),
        about=about,
        choices=ABOUT.items(),
    )
