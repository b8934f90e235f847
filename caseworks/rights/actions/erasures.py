"""Holding an archive, and erasing it: proposed by one person, confirmed by another, proved by a record without names."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from caseworks import audit, codelists
from caseworks.audit_triggers import YEARS_KEPT
from caseworks.models import Organization, User, in_force
from caseworks.privacy import masked_changes
from caseworks.rights.clock import removal_day
from caseworks.rights.models import Erasure, ErasureProposal, LegalHold, RightsRequest
from caseworks.rights.removal import remove_wholly
from children import rules
from children.models import Child


def held_by(child: Child, on: date) -> LegalHold | None:
    """What forbids to remove anything of this archive on a day, or None."""
    return LegalHold.objects.filter(in_force(on), child=child).first()


@transaction.atomic
def place_hold(*, child: Child, by: User, reason: str, on: date) -> LegalHold:
    """Nothing of this archive is removed from now on: another law needs it. Raises ValidationError if it is held."""
    rules.refuse_future(on, "on")
    if LegalHold.objects.filter(child=child, until_on__isnull=True).exists():
        raise ValidationError(_("This archive is already held."), code="held")
    row = LegalHold(child=child, reason=reason, placed_by=by, from_on=on)
    row.clean_fields()
    row.save()
    audit.record("hold.placed", child, by=by, changes=masked_changes(LegalHold, {}, {"reason": reason, "from_on": on}))
    return row


@transaction.atomic
def lift_hold(*, child: Child, by: User, on: date) -> LegalHold:
    """The other law needs the archive no longer: the time of keeping runs again."""
    row = LegalHold.objects.select_for_update().filter(child=child, until_on__isnull=True).first()
    if row is None:
        raise ValidationError(_("This archive is not held."), code="not_held")
    rules.end(row, on)
    row.save(update_fields=["until_on"])
    audit.record("hold.lifted", child, by=by, changes=masked_changes(LegalHold, {}, {"until_on": on}))
    return row


def _refuse_held(child: Child, on: date) -> None:
    if hold := held_by(child, on):
        words = _("The archive is held (%(reason)s): nothing of it may be removed until the hold is lifted.")
        raise ValidationError(words % {"reason": hold.get_reason_display()}, code="held")


@transaction.atomic
def propose_erasure(
    *, child: Child, by: User, reason: str, on: date, request: RightsRequest | None = None
) -> ErasureProposal:
    """Propose to erase an archive; a second person must confirm it.

    The reason "request" needs a request to erase that was granted. Raises ValidationError without one, if the archive is
    held, and if somebody has proposed it already.
    """
    _refuse_held(child, on)
    if reason == "request":
        if request is None or request.child_id != child.pk or request.kind != "erase" or not request.is_granted:
            words = _("There is no granted request to erase this archive. Enter and answer the request first.")
            raise ValidationError({"reason": ValidationError(words, code="no_request")})
    else:
        request = None
    if ErasureProposal.objects.filter(child=child).exists():
        raise ValidationError(_("Somebody has already proposed to erase this archive."), code="proposed")
    row = ErasureProposal(child=child, reason=reason, request=request, proposed_by=by, proposed_on=on)
    row.clean_fields()
    row.save()
    changes = masked_changes(ErasureProposal, {}, {"reason": reason, "proposed_on": on})
    audit.record("erasure.proposed", child, by=by, changes=changes)
    return row


@transaction.atomic
def take_back_proposal(*, child: Child, by: User) -> None:
    """The archive is not erased after all."""
    if not ErasureProposal.objects.filter(child=child).delete()[0]:
        raise ValidationError(_("Nobody has proposed to erase this archive."), code="not_proposed")
    audit.record("erasure.withdrawn", child, by=by)


@transaction.atomic
def erase(*, child: Child, by: User, office: Organization, now: datetime, on: date) -> Erasure:
    """Erase an archive that somebody else proposed to erase: it cannot be undone. Returns the proof.

    Raises ValidationError without a proposal, for the person who made it, and if the archive is held.
    """
    proposals = ErasureProposal.objects.select_for_update(of=("self",)).select_related("request", "proposed_by")
    proposal = proposals.filter(child=child).first()
    if proposal is None:
        raise ValidationError(_("Nobody has proposed to erase this archive."), code="not_proposed")
    if proposal.proposed_by_id == by.pk:
        words = _("You proposed it yourself: somebody else must confirm it.")
        raise ValidationError(words, code="same_person")
    _refuse_held(child, on)
    if proposal.reason not in codelists.ERASURE_REASON:
        raise ValidationError(_("Say why the archive is erased."), code="required")
    request = proposal.request
    proof = Erasure(
        organization=office,
        reason=proposal.reason,
        request_code=request.code if request else "",
        requested_on=request.received_on if request else None,
        proposed_by=proposal.proposed_by,
        confirmed_by=by,
        done_at=now,
        kept_until=removal_day(on, YEARS_KEPT),
    )
    audit.record("child.deleted", child, by=by, reason=codelists.ERASURE_REASON.zh(proposal.reason))
    proof.removed, proof.unlinked = remove_wholly(child)
    proof.save()
    audit.record("erasure.done", proof, by=by, changes={"removed": proof.removed, "kept": proof.unlinked})
    transaction.on_commit(_overwrite_the_journal, robust=True)
    return proof


def _overwrite_the_journal() -> None:
    """SQLite keeps what was written lately in a second file until it is copied over; that is done now, so that no old
    page stays there. Somebody who reads in this moment is waited for a second; else a later copy does it."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        patience = cursor.fetchone()[0]
        cursor.execute("PRAGMA busy_timeout = 1000")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute(f"PRAGMA busy_timeout = {patience:d}")
