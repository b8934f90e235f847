"""What a record about a child may say: each function raises `ValidationError`, field by field, with a sentence for the
user. Pages, the import and commands meet the same rules because the actions ask them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from caseworks import access
from caseworks.access import ScopeError
from caseworks.models import Period
from children.models import Child


def acting_day() -> date:
    """The day of whoever acts: the one their scope was made for. Raises ScopeError if nobody acts."""
    acting = access.acting()
    if acting is None:
        raise ScopeError("No scope is in force: nobody acts, so there is no day on which they do.")
    return acting.scope.today


def refuse_future(on: date, field: str) -> None:
    """Facts are recorded when they have happened."""
    if on > acting_day():
        raise ValidationError({field: ValidationError(_("This day has not come yet."), code="future")})


def end(row: Period, on: date, *, field: str = "on") -> None:
    """Set the first day on which the fact no longer holds; whoever calls saves the row. Refuses a day before it began,
    a day to come, and a fact that has ended."""
    if row.until_on is not None:
        raise ValidationError(_("This has already ended."), code="ended")
    if on < row.from_on:
        words = _("It began on %(day)s; it cannot end before that.") % {"day": row.from_on.isoformat()}
        raise ValidationError({field: ValidationError(words, code="before_begin")})
    refuse_future(on, field)
    row.until_on = on


def check_archive(child: Child) -> None:
    """Refuse an archive that contradicts its lists, its lengths or itself."""
    errors: dict[str, Any] = {}
    try:
        child.clean_fields(exclude=["search_text", "name_order", "id_tail"])
    except ValidationError as error:
        errors.update(error.error_dict)
    if not errors:
        if child.born_on > acting_day():
            errors["born_on"] = ValidationError(_("The birth lies in the future."), code="future")
        elif child.opened_on < child.born_on:
            errors["opened_on"] = ValidationError(_("The archive cannot be opened before the birth."), code="unborn")
        elif child.opened_on > acting_day():
            errors["opened_on"] = ValidationError(_("This day has not come yet."), code="future")
        elif child.closed_on and child.closed_on < child.opened_on:
            errors["opened_on"] = ValidationError(_("It cannot be closed before it was opened."), code="before_begin")
    if errors:
        raise ValidationError(errors)
