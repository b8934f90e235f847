"""Nothing typed is lost when a session has expired.

A form sent by somebody who has been signed out is kept, in the new anonymous session on the server, while they sign in
again; then a page shows what they had typed with one button that sends it. It is offered only to the person whose page
it was: the form carries their signed key (`{% submission_key %}`), so on a shared phone the next person never sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, resolve_url

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from caseworks.models import User

KEY = "typed"
SECONDS_KEPT = 2 * 3600
_signer = signing.TimestampSigner(salt="typed-by")
_HIDDEN = {"submission_key", "opened"}
INTERNAL = {"csrfmiddlewaretoken", "typed_by", "password"}


def signature_of(user: User | AnonymousUser) -> str:
    """What a form carries to say whose it is."""
    return _signer.sign(str(user.pk)) if user.is_authenticated else ""


def keep(request: HttpRequest) -> str:
    """Keep what a form carries in the session; returns where the person goes on afterwards."""
    if request.method != "POST":
        return request.get_full_path()
    try:
        owner = _signer.unsign(request.POST.get("typed_by", ""), max_age=14 * 24 * 3600)
    except signing.BadSignature:
        return request.get_full_path()
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    request.session[KEY] = {
        "owner": owner,
        "path": request.get_full_path(),
        "fields": [pair for pair in fields if pair[0] not in INTERNAL],
    }
    return resolve_url("caseworks:typed")


def send_to(request: HttpRequest, address: str, *, error: str, status: int) -> HttpResponse:
    """Send to another page first, keeping what was typed. Scripts get an error as JSON: they would follow a redirect
    blindly."""
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"error": error}, status=status)
    first = f"{resolve_url(address)}?{urlencode({'next': keep(request)})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": first})
    return redirect(first)


def to_login(request: HttpRequest) -> HttpResponse:
    """Send to the login page; what was typed is kept for two hours in the session of nobody."""
    response = send_to(request, settings.LOGIN_URL, error="login", status=401)
    if KEY in request.session:
        request.session.set_expiry(SECONDS_KEPT)
    return response


def kept_for(request: HttpRequest) -> dict | None:
    """What this person had typed before being signed out, or None."""
    kept = request.session.get(KEY)
    return kept if kept and kept["owner"] == str(request.user.pk) else None


def in_words(kept: dict) -> tuple[list[str], int]:
    """What the person wrote, to recognise it by, and how many other fields were filled: dates, ticks and choices, whose
    stored values would mean nothing to anybody."""
    filled = [value for name, value in kept["fields"] if name not in _HIDDEN and value.strip()]
    written = [value for value in filled if not value.isascii() or " " in value.strip()]
    return written, len(filled) - len(written)


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
