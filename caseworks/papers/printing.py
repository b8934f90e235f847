"""What printing leaves in the audit trail, and how much of it one person may do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from caseworks import audit
from caseworks.identity import uuid7
from caseworks.listed import Listed, keep
from caseworks.models import AuditEvent, User
from caseworks.papers.kinds import Paper, Show
from children.models import Child

EXPORTED = "child.exported"
PRINTED, IN_FULL, MANY, REFUSED = "child.printed", "child.printed_in_full", "children.printed", "children.print_refused"


def note_file(*, by: User, paper: Paper, show: Show, children: Sequence[Child], number: str) -> None:
    """Record that these children stand in a file, `number` of the export: whoever sees who looked at an archive sees this
    too. A masked list is one event, which is recorded when the file leaves."""
    if show is not Show.FULL and len(children) > 1:
        return
    with transaction.atomic():
        for child in children:
            audit.record(EXPORTED, child, by=by, changes={"paper": paper.key, "show": show.value, "export": number})


class TooManyPrintsError(Exception):
    """Within an hour the person has printed telephones and addresses of more children than anybody's work needs."""


def note(
    *,
    by: User,
    paper: Paper,
    show: Show,
    children: Sequence[Child],
    reason: str,
    filters: dict[str, str],
    now: datetime,
) -> None:
    """Record that these children are printed, before the page leaves.

    In full there is an event for each child, with the reason; masked, one for a single child and one for a list.
    Raises TooManyPrintsError beyond `settings.FULL_PRINTS_PER_HOUR` children; that, too, is recorded.
    """
    what = {"paper": paper.key, "show": show.value}
    with transaction.atomic(durable=True):
        if show is not Show.FULL:
            if len(children) == 1:
                audit.record(PRINTED, children[0], by=by, changes=what)
            else:
                about, listed = uuid7(), Listed()
                listed.add(child.pk for child in children)
                changes = {**what, "number": len(children), "filters": filters, **keep(about, listed)}
                audit.record(MANY, about=about, by=by, changes=changes)
            return
        # one at a time per person: two windows count like one
        User.objects.select_for_update().get(pk=by.pk)
        recent = AuditEvent.objects.filter(by=by, action=IN_FULL, at__gt=now - timedelta(hours=1)).count()
        refused = recent + len(children) > settings.FULL_PRINTS_PER_HOUR
        if refused:
            audit.record(REFUSED, by=by, reason=reason, changes={**what, "number": len(children)})
        else:
            for child in children:
                audit.record(IN_FULL, child, by=by, reason=reason, changes=what)
    if refused:
        raise TooManyPrintsError
