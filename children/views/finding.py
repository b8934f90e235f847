"""The search box of every page: children by whatever one remembers, places by their names, and who was opened last."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone

from caseworks import audit
from caseworks.access import Permission, Role, allows, requires
from caseworks.codelists import SCHOOL_KINDS
from caseworks.models import AuditEvent, Organization
from caseworks.pages import page
from caseworks.requests import Request
from children import names
from children.models import Child
from children.views.lines import places
from guardians.finding import found_by, kind_of_number

SUGGESTIONS, PLACES, RECENT = 8, 3, 5
# so many matches are looked at for the suggestions: enough for eight, whoever's names are as common as 张伟
_LOOKED_AT = 200
# so many offices can be read for the pinyin of their names; a larger area is asked by the characters
_READ_FOR_PINYIN = 1_500


@requires(Permission.VIEW_CHILDREN, methods=("GET", "POST"))
def search(request: Request) -> HttpResponse:
    """What is typed comes by POST, so that a number never stands in an address; one hit opens the archive, several open
    the list. While somebody types, suggestions; before that, the archives opened last."""
    words = names.clean(request.POST.get("q", "")[:72].replace("\x00", ""))
    if request.method == "POST" and request.htmx:
        return _suggestions(request, words)
    return to_matches(request, words) if request.method == "POST" and words else redirect("children:list")


def _suggestions(request: Request, words: str) -> HttpResponse:
    today = timezone.localdate()
    if not words:
        recent = places(recently_opened(request), today)
        return page(request, "children/search.html", hits=recent, recent=True)
    found = list(found_by(Child.objects.live(), words, most=_LOOKED_AT).in_name_order()[:SUGGESTIONS])
    note_search(words, len(found))
    return page(
        request,
        "children/search.html",
        hits=places(found, today),
        offices=[] if kind_of_number(words) else _offices(request, words),
        words=words,
        new=not found and not kind_of_number(words) and allows(Permission.KEEP_ARCHIVES),
    )


def _offices(request: Request, words: str) -> list[Organization]:
    """Villages, schools and towns of one's own area whose name has the words in it, or the pinyin at a beginning."""
    if request.posting.role == Role.MENTOR:
        return []
    below = Organization.objects.under(request.posting.organization).filter(
        kind__in=(*SCHOOL_KINDS, "village", "town"), closed_on__isnull=True
    )
    if words.isascii() and len(words) > 1:
        typed = f" {words.lower().replace(' ', '')}"
        known = dict(below.values_list("code", "name")[:_READ_FOR_PINYIN])
        codes = [code for code, name in known.items() if typed in names.search_text(name)]
        return list(below.filter(code__in=codes[:PLACES]))
    return list(below.filter(name__contains=words)[:PLACES])


def recently_opened(request: Request) -> list[Child]:
    """The archives this person looked at last, the latest first, as far as they still reach them."""
    seen = AuditEvent.objects.filter(by=request.user, action="child.viewed").order_by("-at")
    keys = list(dict.fromkeys(seen.values_list("object_id", flat=True)[: RECENT * 8]))
    found = Child.objects.in_bulk(keys)
    return [found[key] for key in keys if key in found][:RECENT]


def note_search(words: str, found: int) -> None:
    """A search by a number, or by the end of one, is in the audit trail; the number is not."""
    if kind := kind_of_number(words):
        audit.record("child.searched", changes={"by": kind, "found": found})


def to_matches(request: Request, words: str) -> HttpResponse:
    """The one archive that is meant, or the list of all that may be."""
    hits = list(found_by(Child.objects.live(), words)[:2]) or list(found_by(Child.objects.all(), words)[:2])
    kind = kind_of_number(words)
    if kind != "tail" or len(hits) == 1:
        note_search(words, len(hits))
    if len(hits) == 1:
        return redirect(hits[0])
    asked = {"q": words.strip()[-4:] if kind in {"id_number", "phone"} else words}
    if hits and not hits[0].is_live:
        asked["archive"] = "closed"
    return redirect(f"{resolve_url('children:list')}?{urlencode(asked)}")
