"""The audit trail as a workbook, for an auditor.

A second auditor or the system manager agrees to a long one: who is audited does not decide what the auditor may take.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import IO, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caseworks.access import Permission, Role
from caseworks.codelists import action_words
from caseworks.forms import DateInput
from caseworks.leaving.recipes import Asked, Plan, Recipe, register
from caseworks.models import AuditEvent, Posting, subtree
from caseworks.sheets import Column, write_sheet
from caseworks.stamps import Stamp

LONGEST = timedelta(days=366)
EARLIEST = date(2000, 1, 1)  # no registry is older, and the calendar of a computer ends somewhere
CHUNK = 2000


class TrailForm(forms.Form):
    """From which day to which, both included."""

    first = forms.DateField(label=gettext_lazy("From"), widget=DateInput())
    last = forms.DateField(label=gettext_lazy("To"), widget=DateInput())

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, initial={"first": today - timedelta(days=30), "last": today})
        self.today = today
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and not timedelta(0) <= last - first <= LONGEST:
            raise ValidationError(_("The last day must not be before the first, and at most a year after it."))
        if first and last and (first < EARLIEST or last > self.today + LONGEST):  # the rest of a year does no harm
            raise ValidationError(_("Choose a day from the year 2000 to today."))
        return data


@register
class TrailRecipe(Recipe):
    """Events of the acting office and of those below it, the oldest first."""

    key = what = "audit.trail"
    permissions = (Permission.VIEW_AUDIT,)
    approvers = (Role.AUDITOR, Role.SYSTEM)

    def plan(self, asked: Asked, posting: Posting, today: date) -> Plan:
        form = TrailForm(asked, today=today)
        if not form.is_valid():
            raise ValidationError(form.errors.as_data().popitem()[1])
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        events = _events(posting, first, last)
        name = _("Audit trail %(first)s to %(last)s") % {"first": first.isoformat(), "last": last.isoformat()}
        return Plan(
            f"{name}.xlsx",
            events.count(),
            partial(_book, events),
            filters={"first": first.isoformat(), "last": last.isoformat()},
        )


def _events(posting: Posting, first: date, last: date) -> QuerySet[AuditEvent]:
    begin = timezone.make_aware(datetime.combine(first, time.min))
    end = timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))
    low, high = subtree(posting.organization.path)
    return AuditEvent.objects.filter(at__gte=begin, at__lt=end, path__gte=low, path__lt=high).order_by("id")


def _book(events: QuerySet[AuditEvent], stamp: Stamp) -> IO[bytes]:
    columns = [
        Column(_("Number"), 10),
        Column(_("When"), 18),
        Column(_("Who"), 12),
        Column(_("In which post"), 28),
        Column(_("What"), 24),
        Column(_("Kind of record"), 20),
        Column(_("Record"), 38),
        Column(_("Reason"), 30),
        Column(_("Changes"), 60),
        Column(_("From address"), 16),
    ]
    return write_sheet(_("Audit trail"), columns, _lines(events), stamp=stamp)


def _lines(events: QuerySet[AuditEvent]) -> Iterator[list[Any]]:
    for event in events.select_related("by").iterator(chunk_size=CHUNK):
        yield [
            event.pk,
            f"{timezone.localtime(event.at):%Y-%m-%d %H:%M:%S}",
            event.by.name if event.by else "",
            event.posting,
            action_words(event.action),
            event.kind,
            str(event.object_id or ""),
            event.reason,
            json.dumps(event.changes, ensure_ascii=False) if event.changes else "",
            event.address or "",
        ]
