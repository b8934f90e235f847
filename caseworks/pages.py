"""How a page is made: one template, the frame around it, and its fragments for partial reloads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import QuerySet
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from caseworks import access
from caseworks.access import Permission
from caseworks.leaving.approvers import waiting_for
from caseworks.requests import Request

PER_PAGE = 50
TEXT_SIZES = ("normal", "large")


def page(request: Request, template: str, *, fragment: str = "", status: int = 200, **context: Any) -> TemplateResponse:
    """The page, or just its named fragment (a `partialdef` in it) when htmx asks for a part."""
    if fragment and request.htmx and not request.htmx.boosted:
        template = f"{template}#{fragment}"
    response = TemplateResponse(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    return response


class Pages(Paginator):
    """Pages of rows, counted to `most` and no further: to count a county of 100,000 takes longer than to show its page.

    `exceeds` is true if there are more; then `count` is `most`, and whoever needs the rest narrows the list or exports.
    """

    most = 20_000

    @cached_property
    def _found(self) -> int:
        if not isinstance(self.object_list, QuerySet):
            return len(self.object_list)
        # PostgreSQL joins all of a county before it counts a few, unless it must read them in order, as for the page;
        # SQLite never joins first, and in order it only jumps about
        in_order = self.most < Pages.most and connection.vendor == "postgresql"
        found = self.object_list if in_order else self.object_list.order_by()
        return found[: self.most + 1].count()

    @cached_property
    def count(self) -> int:
        """How many rows there are, `most` at most."""
        return min(self._found, self.most)

    @property
    def exceeds(self) -> bool:
        """True if there are more rows than were counted."""
        return self._found > self.most

    @property
    def total(self) -> str:
        """The number as it is written where no words stand beside it: `12285`, or `20000+`."""
        return f"{self.count}+" if self.exceeds else str(self.count)


def paginate(
    rows: QuerySet | Sequence,
    request: Request,
    per_page: int = PER_PAGE,
    *,
    most: int = Pages.most,
    known: int | None = None,
) -> Page:
    """The page of rows the address asks for; a number out of range gives the nearest page, never an error. Rows that are
    dear to count are counted to `most`, or not at all if it is `known` how many there were."""
    pages = Pages(rows, per_page)
    pages.most = most
    if known is not None:
        pages._found, pages.most = known, max(known, most)
    return pages.get_page(request.GET.get("page", "")[:9])


# So many entries fit beside the name of whoever acts, at 1280 pixels.
ROOM_IN_THE_BAR = 5
# What the bar at the top offers, the daily work first: address, word, and the permission without which it is not shown.
NAVIGATION = (
    ("visits:home", _("My work"), Permission.LOG_CONTACTS),
    ("children:list", _("Children"), Permission.VIEW_CHILDREN),
    ("visits:contacts", _("Contacts"), Permission.VIEW_CHILDREN),
    ("visits:pairings", _("Pairings"), Permission.VIEW_PAIRINGS),
    ("exchange:imports", _("Import"), Permission.IMPORT_ROSTERS),
    ("reports:annual", _("Annual report"), Permission.VIEW_REPORTS),
    ("rights:requests", _("Requests"), Permission.RECEIVE_REQUESTS),
    ("leaving:exports", _("Exports"), Permission.EXPORT_CHILDREN),
    ("leaving:exports", _("Exports"), Permission.VIEW_AUDIT),
    ("leaving:exports", _("Exports"), Permission.MANAGE_ORGANIZATIONS),
    ("admin:index", _("Office"), Permission.MANAGE_STAFF),
    ("admin:index", _("Audit trail"), Permission.VIEW_AUDIT),
)


def _navigation(posting: Any) -> list[tuple[str, Any, int]]:
    """Address, word and how much waits there, each address once."""
    waiting = {"leaving:exports": waiting_for(posting, timezone.now())}
    offered = {name: word for name, word, needed in NAVIGATION if access.allows(needed)}
    return [(name, word, waiting.get(name, 0)) for name, word in offered.items()]


def frame(request: Request) -> dict[str, Any]:
    """What every template may use: navigation (what has no room in the bar stands behind "more"), acting posting, and
    whether this is the demo."""
    offered = _navigation(getattr(request, "posting", None))
    in_the_bar = offered if len(offered) <= ROOM_IN_THE_BAR + 1 else offered[:ROOM_IN_THE_BAR]
    return {
        "navigation": offered,
        "in_the_bar": in_the_bar,
        "behind_more": offered[len(in_the_bar) :],
        "more_waiting": sum(waiting for _name, _word, waiting in offered[len(in_the_bar) :]),
        "posting": getattr(request, "posting", None),
        "postings": getattr(request, "postings", []),
        "can": {permission.value: access.allows(permission) for permission in Permission},
        "large_text": request.COOKIES.get(settings.TEXT_SIZE_COOKIE_NAME) == "large",
        "demo": settings.DEMO,
    }
