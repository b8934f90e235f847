"""Whatever is refused to somebody who has signed in is said in plain words and leaves an event.

The other refusals are recorded where they happen: wrong passwords and locks (caseworks/signin/lockout.py), fields
(caseworks/classified_forms.py), values asked for too often (caseworks/disclosure/revealing.py). What somebody who has
not signed in is refused goes to the log of the server: anybody could fill the trail with it.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpResponse

from caseworks import access, audit
from caseworks.pages import page
from caseworks.requests import Request


def note(request: Request, why: str) -> None:
    """Record that a request was refused: the name of its page, the method, and why."""
    acting = access.acting()
    if acting is None or acting.user is None:
        return
    match = request.resolver_match
    name = match.view_name if match and match.view_name else "-"
    audit.record("page.refused", reason=f"{why}: {request.method} {name}")


def wrong_method(request: Request, allowed: Iterable[str]) -> HttpResponse:
    """The answer to a method that the page does not take."""
    note(request, "method")
    response = page(request, "405.html", status=405)
    response["Allow"] = ", ".join(allowed)
    return response
