"""What a change leaves in the audit trail: each field before and after, numbers masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import models

from caseworks.models import Organization
from caseworks.templatetags.words import masked_id, masked_phone

_MASKS = {"id_number": masked_id, "phone": masked_phone}


def _shown(field: str, value: Any) -> Any:
    if isinstance(value, Organization):
        return value.code
    if isinstance(value, date):
        return value.isoformat()
    return _MASKS[field](value) if field in _MASKS and value else value


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """`{field: [before, after]}` for every field that differs; ID numbers and phones are masked, offices named by code.

    >>> changes({"phone": ""}, {"phone": "13812345678"})
    {'phone': ['', '138****5678']}
    """
    return {
        field: [_shown(field, before.get(field)), _shown(field, value)]
        for field, value in after.items()
        if before.get(field) != value
    }


def opened_with(row: models.Model, fields: Iterable[str]) -> dict[str, list[Any]]:
    """The changes of a new row: what it was opened with, empty fields left out."""
    return changes({}, {field: value for field in fields if (value := getattr(row, field)) not in ("", None)})
