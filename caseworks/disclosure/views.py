"""Pages about looking: a masked value shown for a reason, who looked at a child, and the rules anybody may read."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from caseworks import privacy
from caseworks.access import ROLES, Permission, public, requires
from caseworks.codelists import CONSENT_PURPOSE, LOOK, REVEAL_REASON
from caseworks.disclosure import processing
from caseworks.disclosure.forms import RevealForm, masked_value
from caseworks.disclosure.revealing import TooManyRevealsError
from caseworks.disclosure.revealing import reveal as reveal_value
from caseworks.listed import lists_with
from caseworks.models import AuditEvent
from caseworks.pages import page, paginate
from caseworks.requests import Request
from children.facts.kinds import KINDS
from children.models import Child
from guardians.models import Absence

SECONDS_SHOWN = 30


@requires(Permission.VIEW_CHILDREN, methods=("POST",))
def reveal(request: Request) -> HttpResponse:
    """One value in full: in place of the masked one where there are scripts, else on a page of its own, once."""
    row, field = masked_value(request.POST, request.posting)
    form = RevealForm(request.POST)
    back = request.POST.get("back", "")
    context: dict[str, Any] = {
        "row": row,
        "field": field,
        "form": form,
        "label": privacy.label(row, field),
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


def _looks_at(child: Child) -> QuerySet[AuditEvent]:
    """Who opened or printed the archive, took it out alone or in a file among others, brought it in or changed it by an
    import, or asked for a value of the child, a relative, a home, a contact or a dated fact."""
    rows = Q(object_id=child.pk) | Q(object_id__in=child.residences.values("pk"))
    rows |= Q(object_id__in=child.kinships.values("relative")) | Q(
        object_id__in=child.contact_children.values("contact")
    )
    absences = Absence.objects.filter(relative__in=child.kinships.values("relative"))
    rows |= Q(object_id__in=child.entrustments.values("pk")) | Q(object_id__in=absences.values("pk"))
    rows |= Q(object_id__in=list(lists_with(child.pk)))
    for kind in KINDS.values():
        rows |= Q(object_id__in=kind.model._default_manager.filter(child=child).values("pk"))
    return AuditEvent.objects.filter(rows, action__in=[entry.code for entry in LOOK]).select_related("by")


def _what(event: AuditEvent) -> str:
    """The field an event is about, in words, or the file; empty where it is about the whole archive."""
    if event.action == "file.left":
        shown = _("in full") if event.changes.get("full") else _("masked")
        words = _("%(name)s, export number %(number)s, %(children)s children, %(shown)s")
        said = {"name": event.changes["name"], "number": event.changes["export"], "shown": shown}
        return words % {**said, "children": event.changes.get("children", event.changes["rows"])}
    if event.action in ("import.confirmed", "import.undone"):
        return str(event.changes["file"][0])
    try:
        return str(apps.get_model(event.kind)._meta.get_field(event.changes["field"]).verbose_name)
    except (FieldDoesNotExist, LookupError, ValueError):
        return ""


@requires(Permission.VIEW_LOOKS)
def looked(request: Request, code: str) -> HttpResponse:
    """Who looked at this child: when, in which post, at what, and why."""
    child = get_object_or_404(Child, code=code)
    rows = paginate(_looks_at(child), request)
    for event in rows:
        event.word, event.what = LOOK.label(event.action), _what(event)
    return page(request, "caseworks/looked.html", child=child, rows=rows)


@public()
def rules(request: Request) -> HttpResponse:
    """How information about children is handled: for parents, carers, children and whoever else asks."""
    return page(
        request,
        "caseworks/rules.html",
        kinds=processing.kinds(),
        purposes=processing.PURPOSES,
        asked=[entry.label for entry in CONSENT_PURPOSE if entry.code != "notice"],
        version=processing.RULES_VERSION,
        since=processing.RULES_SINCE,
        roles=ROLES.values(),
        officer=settings.PRIVACY_OFFICER,
        stored_at=settings.DATA_STORED_AT,
        working_days=settings.REQUEST_WORKING_DAYS,
    )
