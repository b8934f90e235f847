"""Making approved files beside the work, and throwing away what is over.

Each web process has one keeper. A file is made under the scope of whoever asked, in the post they asked in, and only if
they still hold it. A process that is killed leaves an unfinished file, which is never offered: another keeper claims the
export a quarter of an hour later and makes it anew.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from typing import IO

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.http import Http404
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from caseworks import access, vault
from caseworks.leaving import actions
from caseworks.leaving.recipes import recipe_of
from caseworks.models import Export, ExportState
from caseworks.stamps import new_stamp

SECONDS_BETWEEN_LOOKS = 30
SECONDS_BETWEEN_SWEEPS = 3600
LANGUAGE = "language"  # what was asked remembers in which language

_log = logging.getLogger(__name__)
_woken = threading.Event()


def wake() -> None:
    """There is a file to make: the keeper of this process looks now instead of in half a minute."""
    _woken.set()


def prepare(export: Export, now: datetime) -> None:
    """Make one approved file, if nobody else is at it, and put it away. What goes wrong is said in the export's note."""
    user, posting = export.by, export.posting
    if not actions.begin(export=export, by=user, now=now):
        if export.state == ExportState.APPROVED and export.tries >= actions.MOST_TRIES and _given_up(export, now):
            actions.fail(export=export, by=user, note=_("The file could not be made in three tries."))
        return
    today = timezone.localdate(now)
    recipe = recipe_of(export.recipe)
    if not user.is_active or posting not in user.postings_on(today) or recipe is None:
        actions.fail(export=export, by=user, note=_("Whoever asked no longer holds the post they asked in."))
        return
    with (
        access.scope(user, posting=posting, today=today),
        translation.override(export.asked.get(LANGUAGE) or translation.get_language()),
    ):
        try:
            if not recipe.may_ask():
                raise ValidationError(_("Whoever asked may no longer take this file."))
            plan = recipe.plan(export.asked, posting, today)
            with plan.write(new_stamp(export.code)) as content:
                kept = vault.keep(actions.SHELF, content)
        except (ValidationError, Http404) as refusal:
            words = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else ""
            actions.fail(export=export, by=user, note=(words or _("What was asked for is not there any more."))[:200])
            return
        if not actions.finish(
            export=export, by=user, kept=kept, rows=plan.rows, listed=plan.listed, now=timezone.now()
        ):
            vault.remove(actions.SHELF, kept.name)


def _given_up(export: Export, now: datetime) -> bool:
    return export.preparing_at is not None and export.preparing_at < now - actions.TIME_TO_MAKE


def work_off(now: datetime) -> int:
    """Make every approved file that nobody is making; returns how many were looked at."""
    waiting = list(
        Export.objects.filter(state=ExportState.APPROVED, expires_at__gt=now).select_related(
            "by", "posting__organization"
        )
    )
    for export in waiting:
        try:
            prepare(export, now)
        except DatabaseError:
            raise
        except Exception:  # one file that cannot be made must not keep the others waiting
            _log.exception("Export %s could not be made", export.code)
            Export.objects.filter(pk=export.pk, tries__lt=actions.MOST_TRIES).update(preparing_at=None)
            if export.tries >= actions.MOST_TRIES:
                actions.fail(export=export, by=export.by, note=_("The file could not be made in three tries."))
    return len(waiting)


def sweep() -> int:
    """Remove files that no export owns: left by a killed process."""
    known = set(Export.objects.exclude(file_name="").values_list("file_name", flat=True))
    return vault.sweep(actions.SHELF, known)


def opened(export: Export) -> IO[bytes]:
    """The plain content of a ready file. Raises FileNotFoundError, CannotOpenError."""
    return vault.reading(actions.SHELF, export.file_name, export.file_key)


def _keep_going(stop: threading.Event) -> None:
    looked = 0
    while not stop.is_set():
        try:
            now = timezone.now()
            work_off(now)
            actions.expire(by=None, now=now)
            if looked % (SECONDS_BETWEEN_SWEEPS // SECONDS_BETWEEN_LOOKS) == 0:
                sweep()
        except DatabaseError:  # the next look tries again
            connection.close()
        except Exception:  # a full disk must not end the keeping for good
            _log.exception("The keeper of exports could not do its work")
        looked += 1
        _woken.wait(SECONDS_BETWEEN_LOOKS)
        _woken.clear()


def start() -> threading.Event:
    """Keep in the background of this web process until the returned event is set; processes do not disturb each other."""
    stop = threading.Event()
    threading.Thread(target=_keep_going, args=(stop,), name="export-keeper", daemon=True).start()
    return stop
