"""What a hand-over shows to whoever looks: before the answer the receiver sees a summary with the name masked, an asker
nothing but their own request; whoever reaches the child sees who it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from caseworks import masks
from caseworks.models import Organization, Posting
from children.models import Child, Handover
from children.models.handovers import DAYS_UNTIL_OLD


@dataclass(frozen=True)
class Shown:
    """One hand-over as a post sees it. `child` is there only for those who reach the archive; without `known` neither
    who the child is nor where is told."""

    handover: Handover
    child: Child | None
    known: bool
    name: str
    age: int
    giver: Organization | None
    days: int

    @property
    def is_old(self) -> bool:
        return self.handover.is_waiting and self.days >= DAYS_UNTIL_OLD


def shown(handovers: Sequence[Handover], posting: Posting, today: date) -> list[Shown]:
    """The hand-overs in the order given, read together."""
    reached = Child.objects.in_bulk([handover.child_id for handover in handovers])
    return [_one(handover, reached.get(handover.child_id), posting, today) for handover in handovers]


def _one(handover: Handover, child: Child | None, posting: Posting, today: date) -> Shown:
    own = posting.organization.path
    gave = handover.from_path.startswith(own) or (
        not handover.asked_by_receiver and handover.proposed_path.startswith(own)
    )
    known = child is not None or gave or not handover.asked_by_receiver
    if child is not None:
        name = child.name
    elif gave:
        name = handover.name  # they knew it when they gave it
    else:
        name = masks.name(handover.name) if known else ""
    giver = handover.from_organization if known else None
    return Shown(handover, child, known, name, handover.age_on(today), giver, handover.days_waiting(today))
