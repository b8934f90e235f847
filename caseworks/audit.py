"""The one way into the audit trail."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction

from caseworks import access
from caseworks.models import AuditEvent, User


def record(
    action: str,
    target: models.Model | None = None,
    *,
    by: User | None = None,
    reason: str = "",
    changes: dict[str, Any] | None = None,
) -> AuditEvent:
    """Write one event in the running transaction: a change and its trace are kept, or lost, together.

    `action` is `noun.verb`, such as `child.opened`. `changes` maps field names to `[before, after]`, already masked.
    """
    acting = access.acting()
    posting = acting.posting if acting else None
    with transaction.atomic():
        return AuditEvent.objects.create(
            by=by or (acting.user if acting else None),
            posting=str(posting or "")[:120],
            path=posting.organization.path if posting else "",
            action=action,
            kind=target._meta.label if target is not None else "",
            object_id=target.pk if target is not None else None,
            reason=reason[:200],
            changes=changes or {},
            address=acting.address if acting else None,
        )
