"""A file too big to be a roster is refused by the size it declares, before it is received."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse

from caseworks.exchange import reader
from caseworks.pages import page
from caseworks.requests import Request

ROOM_FOR_FIELDS = 1024**2


def refuse_huge_uploads(get_response: Callable[[Request], HttpResponse]) -> Callable[[Request], HttpResponse]:
    """Middleware; it must stand before anything that reads a form."""

    def middleware(request: Request) -> HttpResponse:
        declared = request.META.get("CONTENT_LENGTH") or "0"
        if request.method == "POST" and declared.isdigit() and int(declared) > reader.MOST_BYTES + ROOM_FOR_FIELDS:
            size, most = round(int(declared) / 1024**2), reader.MOST_BYTES // 1024**2
            return page(request, "exchange/too_big.html", status=413, size=size, most=most).render()
        return get_response(request)

    return middleware
