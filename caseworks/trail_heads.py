"""The head of the audit trail's chain, kept where whoever holds the database cannot reach it.

A trail that is cut off together with its last seals looks whole; only a head that was kept elsewhere shows that
something is missing (`manage.py verify_audit --head …`). The web server appends the head to AUDIT_HEADS_FILE once a
day; `manage.py seal_audit --head FILE` and `--syslog` do the same from a timer. The auditor's page shows it, to be
written down or compared.
"""

from __future__ import annotations

import logging.handlers
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from caseworks.models import AuditEvent, AuditSeal

SYSLOG = "/dev/log"


@dataclass(frozen=True)
class Head:
    """The last seal: its number, when it was made, its digest (hex); and how many events are younger than it."""

    number: int
    sealed_at: datetime
    digest: str
    unsealed: int

    def __str__(self) -> str:
        return f"{self.number} {self.sealed_at.isoformat()} {self.digest}"


def head() -> Head | None:
    """The head of the chain; None if nothing was ever sealed."""
    seal = AuditSeal.objects.order_by("-number").first()
    if seal is None:
        return None
    younger = AuditEvent.objects.filter(at__gt=seal.sealed_at).count()
    return Head(seal.number, seal.sealed_at, bytes(seal.digest).hex(), younger)


def append(path: Path, line: str) -> None:
    """Add a line to a file of heads. Raises OSError if it cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a", encoding="ascii") as file:
        file.write(f"{line}\n")


def keep_daily(path: Path) -> None:
    """Append the head unless one of today is there. Raises OSError if the file cannot be written."""
    last = head()
    if last is None:
        return
    written = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    today = timezone.now().date().isoformat()
    if not (written and written[-1].startswith(f"{today} ")):
        append(path, f"{today} {last}")


def send_to_syslog(line: str) -> None:
    """Hand a head to the machine's log, which may pass it on to another machine. Raises OSError if there is none."""
    if not Path(SYSLOG).exists():
        raise FileNotFoundError(SYSLOG)
    handler = logging.handlers.SysLogHandler(address=SYSLOG, facility=logging.handlers.SysLogHandler.LOG_AUTH)
    try:
        handler.emit(logging.makeLogRecord({"msg": f"caseworks audit head {line}", "levelno": logging.INFO}))
    finally:
        handler.close()
