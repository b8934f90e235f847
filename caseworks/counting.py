"""Figures that take too long for a page: counted beside the work, kept, and shown with their moment.

A page asks for them with `ask`. What is there it shows at once; what is old, or not there yet, is counted by a process
of its own (caseworks/beside.py), and a page that waits for it looks again. What is counted is counted in the scope of
whoever asked, and found again only in that same scope.

A kind of figures is one function, registered with `counter`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from hashlib import sha256
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from caseworks import access, beside
from caseworks.access import Scope, scope_in_force
from caseworks.models import Counted

MOST_LIVE = 40_000  # roads to children, some 20,000 of these: their report takes two seconds, and is simply made
FRESH = timedelta(minutes=10)  # older figures are counted anew when somebody looks at them
HELD = timedelta(minutes=5)  # a process that was killed holds its figures no longer than this
KEPT = timedelta(days=2)  # figures that nobody looks at are thrown away

Counter = Callable[[str, date], Any]  # (question, today) → figures, as JSON can hold them
_counters: dict[str, Counter] = {}
_log = logging.getLogger(__name__)


def counter(kind: str) -> Callable[[Counter], Counter]:
    """Make a function known that counts figures of a kind in the scope in force."""

    def known(count: Counter) -> Counter:
        _counters[kind] = count
        return count

    return known


def is_large(low: str, high: str, *, dearer: int = 1) -> bool:
    """True if more children are reached below these paths than can be counted while somebody waits; `dearer` by how many
    times a count costs more than a report."""
    scope = scope_in_force()
    roads = Scope(((low, high),), scope.roads, scope.today).reach()
    most = MOST_LIVE // dearer
    return roads.order_by()[: most + 1].count() > most


def is_all_large(*, dearer: int = 1) -> bool:
    """The same of everything that whoever acts reaches."""
    scope = scope_in_force()
    return scope.wide and any(is_large(low, high, dearer=dearer) for low, high in scope.ranges)


def ask(kind: str, question: str = "", *, now: datetime, anew: bool = False) -> Counted:
    """The figures of that kind for whoever acts. They are wanted anew if they are old, of another day, or `anew`.

    Raises LookupError if nobody acts in a post."""
    acting = access.acting()
    if acting is None or acting.user is None or acting.posting is None:
        raise LookupError("nobody acts in a post")
    row, _made = Counted.objects.get_or_create(
        kind=kind,
        question=question,
        reach=_fingerprint(acting.scope),
        defaults={"user": acting.user, "posting": acting.posting},
    )
    if anew or (_is_old(row, now) and not row.failed):
        _want(row, acting, now)
    if row.is_awaited:
        start()
    return row


def ask_if_large(kind: str, *, now: datetime, anew: bool = False, dearer: int = 1) -> Counted | None:
    """The same about everything that whoever acts reaches; None if that is so little that the page counts it itself."""
    return ask(kind, now=now, anew=anew) if is_all_large(dearer=dearer) else None


def _fingerprint(scope: Scope) -> str:
    return sha256(repr((scope.ranges, [road.value for road in scope.roads])).encode()).hexdigest()


def _is_old(row: Counted, now: datetime) -> bool:
    if row.counted_at is None:
        return True
    return row.counted_at < now - FRESH or timezone.localdate(row.counted_at) != timezone.localdate(now)


def _want(row: Counted, acting: access.Acting, now: datetime) -> None:
    if row.is_awaited:
        return
    row.user, row.posting, row.wanted_at, row.failed = acting.user, acting.posting, now, False  # type: ignore[assignment]
    row.save(update_fields=["user", "posting", "wanted_at", "failed"])


# --- The process that counts ------------------------------------------------------------------------------------------


def start() -> None:
    """Begin a process that counts what is wanted."""
    beside.begin("count_figures")


def _next() -> Counted | None:
    """The figures wanted longest that nobody counts, taken in hand."""
    now = timezone.now()
    free = Counted.objects.filter(Q(held_until__isnull=True) | Q(held_until__lt=now), wanted_at__isnull=False)
    for row in free.select_related("user", "posting__organization").order_by("wanted_at"):
        if free.filter(pk=row.pk).update(held_until=now + HELD):
            return row
    return None


def work_off() -> int:
    """Count all that is wanted; returns how many figures were. What nobody has looked at for two days is removed."""
    import_module(settings.ROOT_URLCONF)  # counters stand beside their pages
    done = 0
    while (row := _next()) is not None:
        try:
            count(row, timezone.now())
        except Exception:  # one that cannot be counted must not keep the others waiting
            _log.exception("Figures %s could not be counted", row.kind)
            Counted.objects.filter(pk=row.pk).update(wanted_at=None, held_until=None, failed=True)
        done += 1
    Counted.objects.filter(counted_at__lt=timezone.now() - KEPT, wanted_at__isnull=True).delete()
    return done


def count(row: Counted, now: datetime) -> None:
    """Count the figures in the scope of whoever asked, if they still hold the post they asked in and it still reaches
    the same; otherwise they are forgotten."""
    user, posting, today = row.user, row.posting, timezone.localdate(now)
    if not user.is_active or posting not in user.postings_on(today):
        row.delete()
        return
    with access.scope(user, posting=posting, today=today) as acting:
        if _fingerprint(acting.scope) != row.reach:
            row.delete()
            return
        row.figures = _counters[row.kind](row.question, today)
    row.counted_at, row.wanted_at, row.held_until = now, None, None
    row.save(update_fields=["figures", "counted_at", "wanted_at", "held_until"])
