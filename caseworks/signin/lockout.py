"""Wrong passwords: counted by django-axes in the database, so that every process of the server agrees.

After five wrong passwords for one login from one address that pair waits ten minutes; a colleague behind the same
address still gets in. Two caps of an hour stand above: one per login, against guessing from many addresses, and one per
address, against trying one password on many logins. The counters keep a keyed hash of what was typed as a login,
because now and then that is a password.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt, AccessFailureLog
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db import models
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from caseworks import access, audit
from caseworks.encryption import blind
from caseworks.models import User
from caseworks.pages import page
from caseworks.requests import Request
from caseworks.signin import sessions
from caseworks.signin.origin import address_of

WRONG_BEFORE_LOCK = 5
LOCKED_FOR = timedelta(minutes=10)
CAP_WINDOW = timedelta(hours=1)
CAP_PER_LOGIN = 30
CAP_PER_ADDRESS = 100
LOGIN_LENGTH = 60
# How long the password on a slip still opens after its first use: a weak signal may lose the answer to it.
FIRST_PASSWORD_ONCE_USED = timedelta(minutes=15)
_COUNTED_FOR = timedelta(days=1)


def login_key(login: str) -> str:
    """What stands in the counters for a login."""
    index = blind(unicodedata.normalize("NFKC", login).casefold(), "login")
    return index.hex() if index else ""


def client_login(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The login a request tries, as django-axes asks for it."""
    return login_key((credentials or request.POST).get("username") or "")


class Handler(AxesDatabaseHandler):
    """django-axes with the two caps of an hour."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        if _cap_reached_until(client_login(request, credentials), address_of(request)):
            return WRONG_BEFORE_LOCK
        return super().get_failures(request, credentials)


def _cap_reached_until(login: str, address: str | None) -> datetime | None:
    """When the caps let this login and this address try again; None if they do not stand in the way."""
    now = timezone.now()
    recent = AccessFailureLog.objects.filter(attempt_time__gt=now - CAP_WINDOW).order_by("-attempt_time")
    times = []
    for failures, cap in (
        (recent.filter(username=login), CAP_PER_LOGIN),
        (recent.filter(ip_address=address), CAP_PER_ADDRESS),
    ):
        times += failures.values_list("attempt_time", flat=True)[cap - 1 : cap]
    return max(times) + CAP_WINDOW if times else None


def locked_until(login: str, address: str | None) -> datetime | None:
    """When this login may be tried again from this address; None if it may be now."""
    pair = AccessAttempt.objects.filter(
        username=login, ip_address=address, attempt_time__gt=timezone.now() - LOCKED_FOR
    ).aggregate(wrong=models.Sum("failures_since_start"), last=models.Max("attempt_time"))
    times = [_cap_reached_until(login, address)]
    if (pair["wrong"] or 0) >= WRONG_BEFORE_LOCK:
        times.append(pair["last"] + LOCKED_FOR)
    return max((time for time in times if time), default=None)


def answer(request: Request, response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """The page for a login that is locked: 429, with the time from which another try counts.

    The fifth wrong password still gets the ordinary answer; the sixth try gets this one, right or wrong.
    """
    if _was_looked_at(request) and response is not None:
        return response
    until = locked_until(client_login(request, credentials), address_of(request)) or timezone.now() + LOCKED_FOR
    locked = page(request, "caseworks/signin/locked.html", status=429, until=until)
    locked["Retry-After"] = str(max(1, round((until - timezone.now()).total_seconds())))
    return locked.render()


def forget(login: str) -> None:
    """Let a login try again at once: an administrator has just given it a new password."""
    AccessAttempt.objects.filter(username=login_key(login)).delete()
    AccessFailureLog.objects.filter(username=login_key(login)).delete()


def _was_looked_at(request: Any) -> bool:
    """True if the password was compared, false if the try was refused because of those before it."""
    return request.axes_failures_since_start is not None


def _record(action: str, credentials: dict[str, Any], request: HttpRequest) -> None:
    """An event about somebody who has not signed in: it names the account if there is one, and never what was typed."""
    login = str(credentials.get("username") or "")[:LOGIN_LENGTH]
    user = User.objects.filter(username=login).first()
    posting = next(iter(user.postings_on(timezone.localdate())), None) if user else None
    with access.nobody(posting=posting, address=address_of(request)):
        audit.record(action, user)


@receiver(user_login_failed)
def note_failure(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """A wrong password is an event; a try that was not even looked at is none, or anybody could fill the trail."""
    if request is not None and _was_looked_at(request):
        _record("user.sign_in_failed", credentials, request)


@receiver(user_locked_out)
def note_lock(sender: Any, request: Any, **kwargs: Any) -> None:
    """The try that closed the door is an event."""
    if _was_looked_at(request):
        _record("user.locked_out", request.axes_credentials, request)


@receiver(user_logged_in)
def note_beginning(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Every way of signing in stamps the session and uses up a first password; counters that no longer count go."""
    sessions.begin(request, user)
    if user.first_password_until is not None:
        user.first_password_until = min(user.first_password_until, timezone.now() + FIRST_PASSWORD_ONCE_USED)
        user.save(update_fields=["first_password_until"])
    AccessFailureLog.objects.filter(attempt_time__lt=timezone.now() - _COUNTED_FOR).delete()
