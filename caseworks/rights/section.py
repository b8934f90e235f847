"""What the archive's own page shows of rights: notices and consents, requests, holds and a waiting proposal."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Model

from caseworks.rights import consents
from caseworks.rights.actions.erasures import held_by
from caseworks.rights.models import Consent, ErasureProposal, LegalHold, RightsRequest
from children.models import Child

SHOWN: tuple[type[Model], ...] = (Consent, RightsRequest, LegalHold, ErasureProposal)


def section(child: Child, today: date, held: Collection[type[Model]]) -> dict[str, Any]:
    """The context of `rights/section.html`, in a query for each model of which there is anything (`held`); and
    `notice_gap`, what is missing until the family was told."""
    rows = consents.of(child) if Consent in held else []
    proposals = ErasureProposal.objects.filter(child=child).select_related("proposed_by")
    return {
        "consents": [(row, row.holds_on(today)) for row in rows],
        "notice_gap": consents.notice_gap(child, rows, today),
        "rights_requests": RightsRequest.objects.filter(child=child).urgent_first() if RightsRequest in held else [],
        "hold": held_by(child, today) if LegalHold in held else None,
        "proposal": proposals.first() if ErasureProposal in held else None,
    }
