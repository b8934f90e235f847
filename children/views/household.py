"""The household: the children of one family on one page, with who is away and who cares."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from caseworks import audit
from caseworks.access import Permission, requires
from caseworks.pages import page
from caseworks.requests import Request
from children.models import Child
from children.views.lines import places
from guardians.tree import tree


@requires(Permission.VIEW_ARCHIVES)
def household(request: Request, code: str) -> HttpResponse:
    """Grandparents, parents, children and others of one family. A look at it is a look at the archive."""
    child = get_object_or_404(Child, code=code)
    today = timezone.localdate()
    audit.record("child.viewed", child)
    family = tree(child, today)
    lines = [(place, family.cares.get(place.child.pk)) for place in places(family.children, today)]
    return page(
        request,
        "children/household.html",
        child=child,
        today=today,
        family=family,
        lines=lines,
        several=len(family.children) > 1,
    )
