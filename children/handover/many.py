"""Many hand-overs at once. Proposed all or none; answered each for itself, because one child may have moved meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from caseworks.models import Organization, User
from children.handover import actions
from children.models import Child, Handover


@dataclass
class Answered:
    """How many were answered, and the hand-overs that were not, each with the reason."""

    number: int = 0
    refused: list[tuple[Handover, str]] = field(default_factory=list)


@transaction.atomic
def propose_many(
    *, children: Iterable[Child], by: User, to: Organization, on: date, reason: str, note: str = ""
) -> list[Handover]:
    """Offer these archives to one school or village. Raises ValidationError, and offers none, if one cannot be offered."""
    return [actions.propose(child=child, by=by, to=to, on=on, reason=reason, note=note) for child in children]


def accept_many(*, handovers: Iterable[Handover], by: User) -> Answered:
    """Take over these archives, as many as can be."""
    return _answer(handovers, lambda handover: actions.accept(handover=handover, by=by))


def give_back_many(*, handovers: Iterable[Handover], by: User, answer: str) -> Answered:
    """Return these hand-overs for one reason, as many as can be."""
    return _answer(handovers, lambda handover: actions.give_back(handover=handover, by=by, answer=answer))


def _answer(handovers: Iterable[Handover], answer: Callable[[Handover], Any]) -> Answered:
    done = Answered()
    for handover in handovers:
        try:
            answer(handover)
            done.number += 1
        except ValidationError as error:
            done.refused.append((handover, " ".join(error.messages)))
        except PermissionDenied:  # answered or withdrawn since the list was shown
            done.refused.append((handover, str(actions.ANSWERED)))
    return done
