"""What the archive's own page shows of rights: notices and consents, requests, holds and a waiting proposal."""

from __future__ import annotations

from datetime import date
from typing import Any

from caseworks.rights import consents
from caseworks.rights.actions.erasures import held_by
from caseworks.rights.models import ErasureProposal, RightsRequest
from children.models import Child


def section(child: Child, today: date) -> dict[str, Any]:
    """The context of `rights/section.html`, in four queries; and `notice_gap`, what is missing until the family was told."""
    rows = consents.of(child)
    return {
        "consents": [(row, row.holds_on(today)) for row in rows],
        "notice_gap": consents.notice_gap(child, rows, today),
        "rights_requests": RightsRequest.objects.filter(child=child).urgent_first(),
        "hold": held_by(child, today),
        "proposal": ErasureProposal.objects.filter(child=child).select_related("proposed_by").first(),
    }
