"""Asking for a file, deciding about it, fetching it. Each step is one conditional UPDATE: of two people, or two presses,
exactly one succeeds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from caseworks import audit, vault
from caseworks.leaving.recipes import Asked, Plan, Recipe
from caseworks.listed import Listed, keep, list_of
from caseworks.models import Export, ExportState, Posting, User
from caseworks.vault import Kept

SHELF = "exports"
TIME_TO_DECIDE = timedelta(days=7)
TIME_TO_FETCH = timedelta(hours=24)
# a maker that has not finished by then was killed; somebody else takes over
TIME_TO_MAKE = timedelta(minutes=15)
MOST_TRIES = 3


@transaction.atomic
def ask(
    *,
    by: User,
    posting: Posting,
    recipe: Recipe,
    asked: Asked,
    plan: Plan,
    purpose: str,
    zipped: bool,
    now: datetime,
) -> Export:
    """Ask for a file. One that needs nobody's word is approved at once; it is then only locked with a password."""
    needs_approval = bool(plan.reasons)
    export = Export.objects.create(
        by=by,
        posting=posting,
        path=posting.organization.path,
        recipe=recipe.key,
        asked=asked,
        title=plan.name[:120],
        rows=plan.rows,
        full=plan.full,
        zipped=zipped,
        purpose=purpose,
        approver_roles=f" {' '.join(recipe.approvers)} ",
        state=ExportState.ASKED if needs_approval else ExportState.APPROVED,
        expires_at=now + (TIME_TO_DECIDE if needs_approval else TIME_TO_FETCH),
    )
    audit.record(
        "export.asked",
        export,
        by=by,
        reason=purpose,
        changes={
            "export": export.code,
            "what": recipe.what,
            "rows": plan.rows,
            "full": plan.full,
            "filters": plan.filters,
        },
    )
    return export


def _decide(export: Export, by: User, now: datetime, **values: object) -> None:
    """Decide exactly once. Raises ValidationError if somebody already has, or if it is too late."""
    waiting = Export.objects.waiting(now).filter(pk=export.pk).exclude(by=by)
    if not waiting.update(decided_by=by, decided_at=now, **values):
        raise ValidationError(_("This request has already been decided, withdrawn, or was not decided in time."))
    export.refresh_from_db()


@transaction.atomic
def approve(*, export: Export, by: User, now: datetime) -> None:
    """Let a file leave: it is made now, and waits 24 hours for whoever asked. Raises ValidationError if the request is no
    longer open; nobody approves what they asked for themselves."""
    _decide(export, by, now, state=ExportState.APPROVED, expires_at=now + TIME_TO_FETCH)
    audit.record("export.approved", export, by=by, changes={"export": export.code, "rows": export.rows})


@transaction.atomic
def refuse(*, export: Export, by: User, note: str, now: datetime) -> None:
    """Say no, and why. Raises ValidationError if the request is no longer open."""
    _decide(export, by, now, state=ExportState.REFUSED, note=note)
    audit.record("export.refused", export, by=by, reason=note, changes={"export": export.code})


@transaction.atomic
def withdraw(*, export: Export, by: User, now: datetime) -> None:
    """Take one's own request back. Raises ValidationError if it is no longer open."""
    if not Export.objects.waiting(now).filter(pk=export.pk, by=by).update(state=ExportState.WITHDRAWN):
        raise ValidationError(_("This request has already been decided, withdrawn, or was not decided in time."))
    export.refresh_from_db()
    audit.record("export.withdrawn", export, by=by, changes={"export": export.code})


def begin(*, export: Export, by: User, now: datetime) -> bool:
    """Claim the making of an approved file; False if somebody else is at it, or it was tried too often."""
    free = Export.objects.filter(pk=export.pk, state=ExportState.APPROVED, expires_at__gt=now, tries__lt=MOST_TRIES)
    free = free.filter(preparing_at__isnull=True) | free.filter(preparing_at__lt=now - TIME_TO_MAKE)
    claimed = free.update(preparing_at=now, tries=export.tries + 1)
    export.refresh_from_db()
    return bool(claimed)


@transaction.atomic
def finish(*, export: Export, by: User, kept: Kept, rows: int, listed: Listed, now: datetime) -> bool:
    """The file is there. False if the export has ended meanwhile; then the file is nobody's."""
    done = Export.objects.filter(pk=export.pk, state=ExportState.APPROVED, preparing_at=export.preparing_at).update(
        state=ExportState.PREPARED,
        prepared_at=now,
        expires_at=now + TIME_TO_FETCH,
        file_name=kept.name,
        file_key=kept.key,
        file_bytes=kept.size,
        sha256=kept.sha256,
        rows=rows,
    )
    if done:
        export.refresh_from_db()
        audit.record(
            "export.prepared",
            export,
            by=by,
            changes={
                "export": export.code,
                "rows": rows,
                "bytes": kept.size,
                "sha256": kept.sha256,
                **keep(list_of(export.code), listed),
            },
        )
    return bool(done)


@transaction.atomic
def fail(*, export: Export, by: User, note: str) -> None:
    """The file cannot be made; the note says why, in words for whoever asked."""
    if Export.objects.filter(pk=export.pk, state=ExportState.APPROVED).update(state=ExportState.FAILED, note=note):
        export.refresh_from_db()
        audit.record("export.failed", export, by=by, reason=note, changes={"export": export.code})


@transaction.atomic
def fetch(*, export: Export, by: User, now: datetime) -> str:
    """Claim the one download of a ready file; the row forgets its key. Returns the name of the file in the vault.

    Raises ValidationError, with the reason in words, if it is not ready, not theirs, over, or was fetched before.
    """
    export.refresh_from_db()
    name = export.file_name
    ready = Export.objects.filter(pk=export.pk, by=by, state=ExportState.PREPARED, expires_at__gt=now)
    if not ready.update(state=ExportState.FETCHED, fetched_at=now, file_name="", file_key=""):
        raise ValidationError(why_not(export, now), code=export.state_at(now))
    export.refresh_from_db()
    return name


def why_not(export: Export, now: datetime) -> Any:
    """Why a file cannot be fetched, and what to do."""
    return {
        ExportState.ASKED: _("Nobody has approved this file yet."),
        ExportState.APPROVED: _("The file is still being made. Try again in a minute."),
        ExportState.FETCHED: _("This file has been fetched. It can be fetched once; ask for it anew if it got lost."),
        ExportState.EXPIRED: _("The time to fetch this file is over. Ask for it anew."),
        ExportState.REFUSED: _("This file was not approved."),
        ExportState.WITHDRAWN: _("This request was withdrawn."),
        ExportState.FAILED: _("The file could not be made. Ask for it anew."),
    }.get(export.state_at(now), _("This file cannot be fetched any more. Ask for it anew."))


@transaction.atomic
def note_refusal(*, export: Export, by: User, why: str) -> None:
    """A download that was refused is an event of its own."""
    audit.record("export.fetch_refused", export, by=by, reason=why, changes={"export": export.code})


def expire(*, by: User | None, now: datetime) -> int:
    """End what was not decided or fetched in time, and remove its file; returns how many."""
    ended = 0
    for export in Export.objects.overdue(now):
        with transaction.atomic():
            still = Export.objects.overdue(now).filter(pk=export.pk)
            if not still.update(state=ExportState.EXPIRED, file_name="", file_key=""):
                continue
            audit.record("export.expired", export, by=by, changes={"export": export.code})
        vault.remove(SHELF, export.file_name)
        ended += 1
    return ended
