"""What is in the tables, what has changed in them, and forms filled in as somebody would who may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db import models
from django.forms import BaseForm, BaseFormSet

from caseworks import access
from caseworks.checks import our_models
from caseworks.codelists import CodeField
from caseworks.models import AuditEvent
from tests.security.addresses import LINES, ROLES, Line, browsers, path_of, undone

# traces and the machinery of signing in: they change by being looked at
TRACES = {"AuditEvent", "AuditSeal", "ListedChildren", "Session", "Submission", "KeyCheck", "AccessAttempt", "AccessFailureLog",
          "AccessAttemptExpiration", "AccessLog"}  # fmt: skip

Tables = dict[str, dict[Any, dict[str, Any]]]


def tables() -> Tables:
    """Every row of every table of ours but the traces, opened: table → key → field → value."""
    return {
        model._meta.label: {
            row.pk: {field.name: getattr(row, field.attname) for field in model._meta.concrete_fields}
            for row in models.QuerySet(model)
        }
        for model in our_models()
        if model.__name__ not in TRACES
    }


@dataclass(frozen=True)
class Change:
    """One field of one row that is not what it was."""

    table: str
    field: str
    before: Any
    after: Any
    row: Any
    created: bool = False


def changes(before: Tables, after: Tables) -> Iterator[Change]:
    """Every field that differs; of a new row those that hold something, of a removed one all."""
    for table in after:
        old, new = before[table], after[table]
        for key in old.keys() | new.keys():
            was, now = old.get(key, {}), new.get(key, {})
            for field in was.keys() | now.keys():
                if was.get(field) != now.get(field) and (was or now[field] not in ("", None, [], False)):
                    yield Change(table, field, was.get(field), now.get(field), key, created=not was)


# --- Filling in -------------------------------------------------------------------------------------------------------


def _forms_in(value: Any) -> Iterator[BaseForm]:
    if isinstance(value, BaseForm):
        yield value
    elif isinstance(value, BaseFormSet):
        yield value.management_form
        yield from value
    elif hasattr(value, "formset"):  # of the admin
        yield from _forms_in(value.formset)
    elif hasattr(value, "form") and isinstance(value.form, BaseForm):
        yield value.form
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _forms_in(each)


def forms_of(response: Any) -> list[BaseForm]:
    """The forms a page was made with."""
    context = getattr(response, "context_data", None) or {}
    return list({id(form): form for value in context.values() for form in _forms_in(value)}.values())


def _words(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_words(each) for each in value]
    return getattr(value, "pk", value)


# by the last word of a name, where anything else is refused
_TAKEN = {
    "id_number": "500117201107240178", "phone": "13812345678", "code": "neu-5", "username": "neuer", "login": "neuer",
    "until_on": "2026-11-20", "gb_code": "500116000000",
}  # fmt: skip


def plausible(field: Any, name: str = "") -> Any:
    """Something that a form field, or a column of a table, takes."""
    if (word := name.rpartition("-")[2]) in _TAKEN:
        return _TAKEN[word]
    if isinstance(field, forms.DateField | models.DateField):
        return "2026-11-02"
    if isinstance(field, CodeField):
        return next((entry.code for entry in field.codelist), "") if getattr(field, "codelist", None) else "x"
    if isinstance(field, forms.ModelChoiceField):
        return next((str(row.pk) for row in field.queryset[:1]), "")
    if isinstance(field, forms.ChoiceField):
        flat = [code for code, _word in field.choices if code not in ("", None) and not isinstance(_word, list | tuple)]
        return flat[0] if flat else ""
    if isinstance(field, forms.BooleanField | models.BooleanField):
        return "on"
    if isinstance(field, forms.IntegerField | models.IntegerField):
        return "7"
    if isinstance(field, models.ForeignKey | models.UUIDField):
        return "01a21424-a87e-74fa-8c4a-63df6b0e1be5"
    return "改过的"


def filled(response: Any) -> dict[str, Any]:
    """The forms of a page with what stands in them, and something plausible where nothing does."""
    found: dict[str, Any] = {}
    for form in forms_of(response):
        for bound in form:
            value = bound.value()
            if value in (None, "", []) and not isinstance(bound.field, forms.BooleanField | forms.FileField):
                value = plausible(bound.field, bound.html_name)
            if value is not None and value is not False and value != "":
                found[bound.html_name] = _words(value)
    return found


def every_field(taken: dict[str, Any]) -> dict[str, Any]:
    """A value for every field of every table that a form has not asked for."""
    columns = {field.name: field for model in our_models() for field in model._meta.concrete_fields}
    extra = {name: plausible(field, name) for name, field in columns.items()}
    return {name: value for name, value in extra.items() if name not in taken}


# one's own password, sessions and second factor belong to everybody, whatever the role
ONES_OWN = {
    "caseworks:login", "caseworks:logout", "caseworks:password", "caseworks:account", "caseworks:language",
    "caseworks:typed", "caseworks:act_as", "caseworks:second_factor", "caseworks:second_factor_new",
    "caseworks:second_factor_check",
}  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """A form that was sent: the line it belongs to, the answer, what changed, and how many events that left."""

    line: Line
    response: Any
    made: list[Change]
    events: int


def sendings(cast: Any, role: str, *, first: Callable[[], None] = lambda: None) -> Iterator[Sent]:
    """Every form that this role may send, filled in, with the fields of all tables beside it; each is undone, and so is
    what `first` did just before it."""
    client, person = browsers(cast)[role], getattr(cast, role)
    shown = {(line.address, line.about) for line in LINES if line.method == "GET"}
    for line in LINES:
        if line.method != "POST" or line.address in ONES_OWN or line.answers[ROLES.index(role)] not in {"200", "302"}:
            continue
        with undone():
            path = path_of(line, cast)
            with access.scope(person):  # what the form offers is read in the scope of whoever fills it in
                fields = filled(client.get(path)) if (line.address, line.about) in shown else {}
            before, known = tables(), AuditEvent.objects.count()
            first()
            response = client.post(path, {**every_field(fields), **fields})
            yield Sent(line, response, list(changes(before, tables())), AuditEvent.objects.count() - known)
