"""How many files with people in them one person may take out within a day: a brake for whoever, or whatever program,
carries the registry away in small pieces. Each file below `APPROVAL_ROWS` leaves without anybody's word."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from caseworks import audit
from caseworks.models import AuditEvent, Export, ExportState, User

DAY = timedelta(hours=24)
REFUSED = "export.too_many"


def is_over(by: User, now: datetime) -> bool:
    """True if the person has taken out, or waits for, as many files as `settings.EXPORTS_PER_DAY` within 24 hours."""
    left = AuditEvent.objects.filter(by=by, action="file.left", at__gt=now - DAY).count()
    waiting = Export.objects.of(by).filter(asked_at__gt=now - DAY, expires_at__gt=now)
    open_states = [ExportState.ASKED, ExportState.APPROVED, ExportState.PREPARED]
    return left + waiting.filter(state__in=open_states).count() >= settings.EXPORTS_PER_DAY


def note(by: User, what: str) -> None:
    """A file that was refused is an event, which the administrator can see."""
    audit.record(REFUSED, by=by, changes={"what": what})
