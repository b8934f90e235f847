"""Receiving what families ask for, and answering them."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from caseworks import audit
from caseworks.models import Organization, User
from caseworks.privacy import masked_changes
from caseworks.rights.models import RightsRequest
from caseworks.rights.workdays import workdays_after
from children import rules
from children.models import Child
from guardians.models import Kinship, Relative


@transaction.atomic
def receive_request(
    *,
    child: Child,
    by: User,
    office: Organization,
    kind: str,
    received_on: date,
    identity_check: str,
    relative: Relative | None = None,
    asker_name: str = "",
    words: str = "",
) -> RightsRequest:
    """Enter a request into the register; it must be answered within `settings.REQUEST_WORKING_DAYS` working days.

    Neither `relative` nor `asker_name` means the child asks. Raises ValidationError for both of them, for somebody who
    is not of the family, and for a day to come.
    """
    rules.refuse_future(received_on, "received_on")
    if relative is not None and asker_name:
        clash = _("Choose somebody of the family, or write another name; not both.")
        raise ValidationError({"asker_name": ValidationError(clash, code="both")})
    if relative is not None and not Kinship.objects.filter(child=child, relative=relative).exists():
        raise ValidationError({"relative": ValidationError(_("Choose somebody of this family."), code="stranger")})
    row = RightsRequest(
        child=child,
        kind=kind,
        relative=relative,
        asker_name=asker_name,
        identity_check=identity_check,
        words=words,
        received_on=received_on,
        received_by=by,
        received_for=office,
        due_on=workdays_after(received_on, settings.REQUEST_WORKING_DAYS),
    )
    row.clean_fields()
    row.save()
    values = {"kind": kind, "received_on": received_on, "due_on": row.due_on, "identity_check": identity_check}
    audit.record("request.asked", child, by=by, changes=masked_changes(RightsRequest, {}, values))
    return row


@transaction.atomic
def answer_request(*, request: RightsRequest, by: User, decision: str, on: date, reason: str = "") -> RightsRequest:
    """Decide a request. A refusal, and a grant in part, need a reason: the family reads it (未成年人网络保护条例 art. 34).

    Raises ValidationError if it was decided already, also by somebody else in the same moment.
    """
    row = RightsRequest.objects.select_for_update(of=("self",)).select_related("child").get(pk=request.pk)
    if not row.is_waiting:
        raise ValidationError(_("This request has already been answered."), code="answered")
    if decision != "granted" and not reason.strip():
        words = _("Say why: the family must be told in writing.")
        raise ValidationError({"reason": ValidationError(words, code="required")})
    rules.refuse_future(on, "on")
    if on < row.received_on:
        raise ValidationError({"on": ValidationError(_("That is before the request came in."), code="before")})
    row.decision, row.decided_on, row.decided_by, row.reason = decision, on, by, reason
    row.clean_fields(exclude=["words"])
    row.save()
    changes = masked_changes(RightsRequest, {}, {"kind": row.kind, "decision": decision, "reason": reason})
    audit.record("request.answered", row.child, by=by, changes=changes)
    return row
