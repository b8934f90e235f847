"""Showing one masked value to one person, for a reason that is recorded first."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from caseworks import audit, privacy
from caseworks.models import AuditEvent, Posting, User

REVEALED, REFUSED = "field.revealed", "field.reveal_refused"


class TooManyRevealsError(Exception):
    """The person has asked for more values within an hour than anybody's work needs."""


def reveal(*, row: models.Model, field: str, by: User, posting: Posting | None, reason: str, now: datetime) -> str:
    """The value in full. The event that says who asked, and why, is committed before the value is opened.

    Raises PermissionDenied if the posting may not ask for this field, and TooManyRevealsError beyond
    `settings.REVEALS_PER_HOUR`.
    """
    if not privacy.must_ask(row, field, posting):
        raise PermissionDenied
    with transaction.atomic(durable=True):
        # one at a time per person, so that a script in ten windows is counted like one in a single window
        User.objects.select_for_update().get(pk=by.pk)
        recent = AuditEvent.objects.filter(by=by, action=REVEALED, at__gt=now - timedelta(hours=1)).count()
        refused = recent >= settings.REVEALS_PER_HOUR
        audit.record(REFUSED if refused else REVEALED, row, by=by, reason=reason, changes={"field": field})
    if refused:
        raise TooManyRevealsError
    return privacy.in_words(row, field)
