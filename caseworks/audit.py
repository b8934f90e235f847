"""The one way into the audit trail."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.db import models, transaction

from caseworks import access, masks
from caseworks.models import AuditEvent, User

# An ID number or a mobile number that stands by itself, whoever typed it wherever.
_ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{15})(?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])")
_SEARCHED = "q"  # what somebody searched for, among the filters of a list: often a name


def _without_numbers(value: Any) -> Any:
    """The same, with every ID number, telephone number and searched name in it masked: auditors have no archives, and
    the trail is kept longer than the archive it speaks of."""
    if isinstance(value, str):
        value = _ID_NUMBER.sub(lambda found: masks.id_number(found.group()), value)
        return _PHONE.sub(lambda found: masks.phone(found.group()), value)
    if isinstance(value, dict):
        plain = {
            key: masks.name(each) if key == _SEARCHED and isinstance(each, str) else each for key, each in value.items()
        }
        return {key: _without_numbers(each) for key, each in plain.items()}
    return [_without_numbers(each) for each in value] if isinstance(value, list | tuple) else value


def record(
    action: str,
    target: models.Model | None = None,
    *,
    about: UUID | None = None,
    by: User | None = None,
    reason: str = "",
    changes: dict[str, Any] | None = None,
) -> AuditEvent:
    """Write one event in the running transaction: a change and its trace are kept, or lost, together.

    `about` is the key of what the event is about where that is no record of its own: a list of children
    (caseworks/listed.py). `action` is `noun.verb`, such as `child.opened`. `changes` maps field names to `[before, after]`, already masked.
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
            object_id=target.pk if target is not None else about,
            reason=_without_numbers(reason)[:200],
            changes=_without_numbers(changes or {}),
            address=acting.address if acting else None,
        )
