"""Everything that changes the dated facts of an archive, whatever their kind.

Pages, class tables and the import call these with a model and its values, one row at a time.
"""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from caseworks import audit
from caseworks.models import User
from caseworks.privacy import masked_changes
from children import rules
from children.models import Child, Fact, LastingFact

T = TypeVar("T", bound=Fact)
_NOT_TYPED = ("code", "child", "recorded_by", "version")


def typed_fields(model: type[Fact]) -> list[str]:
    """The fields of a fact that somebody types."""
    kept = {"id", "recorded_at", *_NOT_TYPED}
    return [field.name for field in model._meta.concrete_fields if field.name not in kept]


@transaction.atomic
def record_fact(*, model: type[T], child: Child, by: User, **values: Any) -> T:
    """Enter a fact. Raises ValidationError, field by field, for what cannot be, and for what is on record already.

    What is entered as "none" needs that nothing else is open; whatever is entered beside an open "none" ends it. A new
    statement about schooling, or a new place at school, ends the one before.
    """
    row = model(child=child, recorded_by=by, **values)
    row.fill()
    _check(row)
    if isinstance(row, LastingFact):
        _make_room(row, by)
    _save(row)
    after = {field: getattr(row, field) for field in typed_fields(model)}
    audit.record(f"{model._meta.model_name}.recorded", child, by=by, changes=masked_changes(model, {}, after))
    return row


@transaction.atomic
def amend_fact(*, fact: Fact, by: User, **changes: Any) -> Fact:
    """Correct a fact; what is already so is left alone. Raises ChangedError if somebody else corrected it meanwhile."""
    model = type(fact)
    if unknown := set(changes) - set(typed_fields(model)):
        raise TypeError(f"Not fields of {model.__name__}: {', '.join(sorted(unknown))}")
    traced = masked_changes(model, {field: getattr(fact, field) for field in changes}, changes)
    if not traced:
        return fact
    for field in traced:
        setattr(fact, field, changes[field])
    _check(fact)
    _save(fact)
    audit.record(f"{model._meta.model_name}.amended", fact.child, by=by, changes=traced)
    return fact


@transaction.atomic
def end_fact(*, fact: LastingFact, by: User, on: date, **values: Any) -> LastingFact:
    """From a day on the fact no longer holds. `values` are what is said at the end, such as the reason."""
    model = type(fact)
    rules.end(fact, on)
    for field, value in values.items():
        setattr(fact, field, value)
    _check(fact)
    _save(fact)
    what = {name: getattr(fact, name) for name in ("kind",) if hasattr(fact, name)}
    changes = masked_changes(model, {}, {**what, "until_on": on, **values})
    audit.record(f"{model._meta.model_name}.ended", fact.child, by=by, changes=changes)
    return fact


@transaction.atomic
def remove_fact(*, fact: Fact, by: User) -> None:
    """Take back a fact entered by mistake; what it said stays in the audit trail, as far as the trail may hold it."""
    model, child = type(fact), fact.child
    before = {field: getattr(fact, field) for field in typed_fields(model)}
    fact.delete()
    audit.record(f"{model._meta.model_name}.removed", child, by=by, changes=masked_changes(model, before, {}))


def _check(row: Fact) -> None:
    row.clean_fields(exclude=_NOT_TYPED)
    row.check_against(rules.acting_day())


def _second() -> ValidationError:
    return ValidationError(_("This is on record already. Change that entry instead."), code="second")


def _save(row: Fact) -> None:
    """Save, and explain a row that is on record already instead of failing."""
    try:
        row.validate_constraints()
    except ValidationError:
        raise _second() from None
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise _second() from None


def _make_room(row: LastingFact, by: User) -> None:
    """End what no longer fits beside a new row, or refuse the row."""
    model = type(row)
    open_rows = list(model._default_manager.filter(child=row.child, until_on__isnull=True).order_by("from_on", "id"))
    if row.succeeds:
        for before in open_rows:
            _end_before(before, row, by)
        return
    if not row.alone:
        return
    kind = row.kind  # type: ignore[attr-defined]
    nones = [other for other in open_rows if other.kind == row.alone]  # type: ignore[attr-defined]
    if kind == row.alone and len(open_rows) > len(nones):
        words = _("Something else is on record. End it first; then “none” can be entered.")
        raise ValidationError({"kind": ValidationError(words, code="not_none")})
    if kind != row.alone:
        for none in nones:
            _end_before(none, row, by)


def _end_before(before: LastingFact, row: LastingFact, by: User) -> None:
    if row.from_on < before.from_on:
        words = _("Something else holds since %(day)s. The next begins then or later.")
        values = {"day": before.from_on.isoformat()}
        raise ValidationError({"from_on": ValidationError(words % values, code="overlap")})
    end_fact(fact=before, by=by, on=row.from_on)
