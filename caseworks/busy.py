"""When a request cannot be carried out at once: two people met at the same record, or the database is busy or away.

The first is tried again, on what the record says by then, and nobody notices. The second is said in plain words, on a
page that still holds everything the person had typed and sends it again at the press of a button.
"""

from __future__ import annotations

import logging
import random
import sys
import time
from collections.abc import Callable
from typing import Any

from django.db import Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.defaults import server_error

from caseworks.models import ChangedError

ATTEMPTS = 10
SECONDS_UNTIL_NEXT = 5
# SQLSTATE: PostgreSQL gave this transaction up for another one (deadlock, serialisation)
_GIVEN_UP = {"40P01", "40001"}
# OperationalError of SQLite also means mistakes of ours, such as a missing column
_SQLITE_IS_BUSY = ("locked", "busy", "unable to open", "disk i/o", "disk is full", "readonly")
_log = logging.getLogger(__name__)


class AgainIfChanged:
    """Middleware: a request whose record somebody else changed at the very same moment is run again from the start."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if request.method != "POST" or not _is_worth_repeating(exception):
            return None
        match: Any = request.resolver_match
        for attempt in range(ATTEMPTS):
            time.sleep(random.uniform(0, 0.01 * attempt))  # noqa: S311  (so that those who met do not meet again)
            try:
                return match.func(request, *match.args, **match.kwargs)
            except Exception as again:
                if not _is_worth_repeating(again):
                    raise
        return busy(request)


def _is_worth_repeating(error: BaseException) -> bool:
    return isinstance(error, ChangedError) or getattr(error.__cause__, "pgcode", None) in _GIVEN_UP


def database_is_away(error: BaseException | None) -> bool:
    """True if the database could not be asked: locked for too long, restarting, gone, or its disk full."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    from_sqlite = type(error.__cause__).__module__ == "sqlite3"
    return not from_sqlite or any(words in str(error).lower() for words in _SQLITE_IS_BUSY)


def went_wrong(request: HttpRequest) -> HttpResponse:
    """The page for an error nobody expected (handler500), or that the database is away."""
    error: Any = sys.exc_info()[1]
    return busy(request) if isinstance(error, Error) and database_is_away(error) else server_error(request)


def busy(request: HttpRequest) -> HttpResponse:
    """What was typed, and one button that sends it again. Asks the database nothing."""
    _log.warning("%s %s answered 503", request.method, request.resolver_match and request.resolver_match.view_name)
    if request.headers.get("Accept", "").startswith("application/json"):
        response: HttpResponse = JsonResponse({"error": "busy"}, status=503)
    else:
        fields = [
            (name, value)
            for name, values in (request.POST.lists() if request.method == "POST" else ())
            for value in values
            if "password" not in name and name != "csrfmiddlewaretoken"
        ]
        shown = {
            "method": request.method,
            "address": request.get_full_path(),
            "fields": fields,
            "files": request.method == "POST" and bool(request.FILES),
            # the token that came, right or wrong: a new one would pass off another site's form as ours
            "csrf_token": request.POST.get("csrfmiddlewaretoken", "") if request.method == "POST" else "",
        }
        # without a request: what the frame of other pages shows would have to be looked up
        response = render(None, "503.html", shown, status=503)
    response["Retry-After"] = str(SECONDS_UNTIL_NEXT)
    return response
