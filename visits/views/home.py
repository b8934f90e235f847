"""My work: what is to be done today, by whoever signs in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from caseworks import counting
from caseworks.access import Permission, acting, allows, signed_in
from caseworks.models import Posting
from caseworks.pages import page, paginate
from caseworks.requests import Request
from children import ages
from children.models import Child, Handover
from children.models.handovers import DAYS_UNTIL_OLD, waits_for
from visits import due
from visits.forms.contacts import ContactFilter
from visits.forms.pairings import WaitingFilter
from visits.listing import with_people
from visits.models import Contact, Mentor

CARDS = 30
LOGGED = 10
BIRTHDAYS = 5
KIND = "overview"


@signed_in()
def home(request: Request) -> HttpResponse:
    """Whoever logs contacts sees who is due; an office sees what stands out; nobody is left before a closed door."""
    today = timezone.localdate()
    if allows(Permission.LOG_CONTACTS):
        return _work(request, today)
    if allows(Permission.VIEW_PAIRINGS):
        kept = counting.ask_if_large(KIND, now=timezone.now())
        values = kept.figures if kept else None
        return page(
            request,
            "visits/home_office.html",
            today=today,
            figures=_standing_out(request.posting, today, values) if kept is None or kept.is_there else [],
            handovers=_handovers(request),
            kept=kept,
        )
    return page(request, "visits/home_other.html")


def _work(request: Request, today: date) -> HttpResponse:
    worklist = due.worklist(request.posting, today)
    rows = paginate(worklist.due, request, CARDS)
    cards = due.cards([*rows.object_list, *worklist.coming[:CARDS]], today)
    monday = today - timedelta(days=today.weekday())
    mine = Contact.objects.filter(logged_by=request.user, logged_at__gte=_midnight(monday))
    return page(
        request,
        "visits/home.html",
        today=today,
        **(_birthdays(today) if allows(Permission.KEEP_ARCHIVES) else {}),
        archives=Child.objects.live().count(),
        worklist=worklist,
        rows=rows,
        cards=cards[: len(rows.object_list)],
        coming=cards[len(rows.object_list) :],
        logged=with_people(mine.order_by("-id")[:LOGGED]),
        logged_number=mine.aggregate(week=Count("pk"), day=Count("pk", filter=Q(logged_at__gte=_midnight(today)))),
        handovers=_handovers(request),
        all_mine=urlencode({"by": request.user.username}),
    )


def _birthdays(today: date) -> dict[str, Any]:
    """What birthdays ask for: so much of what is to be done, and then of what comes."""
    children = Child.objects.live()
    due, coming = ages.due_birthdays(children, today), ages.coming_birthdays(children, today)
    shown = [*ages.passed(due[:BIRTHDAYS], today), *ages.next_of(coming[:BIRTHDAYS], today)]
    return {"birthdays": shown, "birthday_number": due.count()}


def _handovers(request: Request) -> dict[str, int]:
    """How many hand-overs wait for an answer from here, how many elsewhere, and how many have waited too long."""
    long_ago = timezone.now() - timedelta(days=DAYS_UNTIL_OLD)
    found = Handover.objects.waiting().aggregate(
        inbox=Count("pk", filter=waits_for(request.posting)),
        every=Count("pk"),
        old=Count("pk", filter=Q(proposed_at__lte=long_ago)),
    )
    return {**found, "outbox": found["every"] - found["inbox"]}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


@dataclass(frozen=True)
class Figure:
    """A number that opens the list it counts."""

    key: str
    words: str
    value: int
    address: str
    stands_out: bool = False


@counting.counter(KIND)
def _count(_question: str, today: date) -> dict[str, int]:
    """The figures of an office with very many children, to be kept."""
    posting: Any = acting().posting  # type: ignore[union-attr]  # figures are counted for somebody in a post
    return {figure.key: figure.value for figure in _standing_out(posting, today)}


def _standing_out(posting: Posting, today: date, counted: dict[str, int] | None = None) -> list[Figure]:
    """What an office should know today. Each number is counted by the very filter of the list that it opens, or was
    `counted` before; what was not counted then is left out."""
    figures: list[Figure] = []

    def show(key: str, words: str, rows: QuerySet, address: str, *, stands_out: bool = False) -> None:
        if counted is None or key in counted:
            value = rows.count() if counted is None else counted[key]
            figures.append(Figure(key, words, value, address, stands_out and value > 0))

    def contacts(key: str, words: str, *, stands_out: bool = False, **chosen: str) -> None:
        query: dict[str, Any] = {"first": today.replace(day=1).isoformat(), "last": today.isoformat(), **chosen}
        address = f"{reverse('visits:contacts')}?{urlencode(query)}"
        show(key, words, ContactFilter(query).rows(), address, stands_out=stands_out)

    waiting = WaitingFilter({}).rows(today).order_by()
    show("waiting", _("left-behind children without a mentor"), waiting, reverse("visits:pairings"), stands_out=True)
    contacts("urgent", _("urgent contacts this month"), stands_out=True, concern="urgent")
    contacts("help", _("contacts this month with a child who needs help"), stands_out=True, concern="help")
    contacts("contacts", _("contacts this month"))
    contacts("attempts", _("attempts this month that reached nobody"), reached="no")
    birthdays = Child.objects.live().filter(ages.due(today))
    show("birthdays", _("birthdays on which something is to be done"), birthdays, reverse("children:birthdays"))
    unchecked = Mentor.objects.of(posting.organization).available_on(today).filter(checked_on=None)
    address = f"{reverse('visits:mentors')}?unchecked=on"
    show("unchecked", _("mentors without a background check"), unchecked, address, stands_out=True)
    return figures
