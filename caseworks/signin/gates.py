"""What stands between signing in and any page: a password of one's own, then the second factor.

A page opens in front of a gate only if its own rule says so (`@signed_in(before=...)`); every other address, whatever
it is, leads to the gate. In a real installation administrators, system managers and auditors must have a second factor,
and nobody takes a file out without one. In the demo it is offered and not forced; whoever has set one up is asked for it
everywhere.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from caseworks import access, typed
from caseworks.access import Gate, Role, Rule
from caseworks.signin import sessions

ROLES_WITH_SECOND_FACTOR = frozenset({Role.ADMINISTRATOR, Role.SYSTEM, Role.AUDITOR})
PAGES = {
    Gate.PASSWORD: "caseworks:password",
    Gate.CHECK: "caseworks:second_factor_check",
    Gate.ENROL: "caseworks:second_factor",
}


class SecondFactorNeeded(PermissionDenied):
    """Something was asked for that only follows a second factor; the person is sent to show it, or to set one up."""


def role_demands_second_factor(postings: list[Any]) -> bool:
    """True if one of the posts held, acting or not, is of a role that must have one."""
    return not settings.DEMO and any(post.role in ROLES_WITH_SECOND_FACTOR for post in postings)


def pending(request: Any) -> Gate | None:
    """The first gate this person has not passed yet."""
    user: Any = request.user
    if user.must_change_password(timezone.now()):
        return Gate.PASSWORD
    if sessions.is_verified(request):
        return None
    if user.second_factor_since is not None:
        return Gate.CHECK
    return Gate.ENROL if role_demands_second_factor(request.postings) else None


def closed(request: HttpRequest, rule: Rule) -> HttpResponse | None:
    """Send to the gate that stands before this page, or nothing if the way is free."""
    gate = pending(request)
    return None if gate is None or gate in rule.before else _send(request, gate)


def _send(request: HttpRequest, gate: Gate) -> HttpResponse:
    return typed.send_to(request, PAGES[gate], error=gate.value, status=403)


def demand_second_factor() -> None:
    """Raise SecondFactorNeeded unless whoever is acting has shown a second factor, or this is the demo."""
    acting = access.acting()
    if not settings.DEMO and not (acting and acting.verified):
        raise SecondFactorNeeded


def lead_to_second_factor(request: HttpRequest) -> HttpResponse:
    """The way of somebody who asked for what only follows a second factor."""
    user: Any = request.user
    return _send(request, Gate.ENROL if user.second_factor_since is None else Gate.CHECK)
