"""Records of rights for the tests, written with every child in scope."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from caseworks.models import Organization, User
from caseworks.rights.models import Consent, ErasureProposal, LegalHold, RightsRequest
from children.models import Child
from guardians.models import Relative
from tests.factories import for_everyone


@for_everyone
def consent(
    child: Child, *, by: User, purpose: str = "donors", answer: str = "agreed", relative: Relative | None = None,
    given_on: date = date(2026, 9, 1), **fields,
) -> Consent:  # fmt: skip
    return Consent.objects.create(
        child=child, purpose=purpose, answer=answer, relative=relative, way="paper", given_on=given_on,
        rules_version="2026-11", recorded_by=by, **fields,
    )  # fmt: skip


@for_everyone
def request(
    child: Child, *, by: User, office: Organization, kind: str = "copy", received_on: date = date(2026, 11, 2), **fields
) -> RightsRequest:
    fields.setdefault("due_on", date(2026, 11, 23))
    return RightsRequest.objects.create(
        child=child, kind=kind, identity_check="id_card", received_on=received_on, received_by=by, received_for=office,
        **fields,
    )  # fmt: skip


@for_everyone
def granted(child: Child, *, by: User, office: Organization, decision: str = "granted", **fields) -> RightsRequest:
    fields.setdefault("decided_on", timezone.localdate())
    return request(child, by=by, office=office, decision=decision, decided_by=by, **fields)


@for_everyone
def hold(child: Child, *, by: User, from_on: date = date(2026, 1, 1), **fields) -> LegalHold:
    return LegalHold.objects.create(child=child, reason="court", placed_by=by, from_on=from_on, **fields)


@for_everyone
def proposal(child: Child, *, by: User, reason: str = "mistake", **fields) -> ErasureProposal:
    return ErasureProposal.objects.create(
        child=child, reason=reason, proposed_by=by, proposed_on=date(2026, 11, 20), **fields
    )


@for_everyone
def closed(child: Child, on: date) -> Child:
    """The archive, closed on a day."""
    Child.objects.filter(pk=child.pk).update(closed_on=on, exit_reason="moved", opened_on=min(child.opened_on, on))
    child.refresh_from_db()
    return child
