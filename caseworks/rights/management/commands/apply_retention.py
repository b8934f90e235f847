"""`manage.py apply_retention [--dry-run]`: remove what has been kept long enough, while people work."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from caseworks import access, audit_triggers, sealing, trail_archive
from caseworks.rights.retention import Step, steps

SECONDS_BETWEEN_CHUNKS = 0.05


class Command(BaseCommand):
    help = (
        "Remove what has been kept as long as the rules say. It may run while people work, every night, and may be "
        "broken off and started again. The oldest part of the audit trail is moved into signed files."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count what is due")
        parser.add_argument(
            "--archive", default=settings.AUDIT_ARCHIVE, help="directory for the audit trail after three years"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        today = timezone.localdate(now)
        with access.everyone("apply retention"):
            for step in steps(today, now):
                number = step.due().count() if options["dry_run"] else self._do(step)
                if number:
                    self.stdout.write(f"{step.key}: {number}")
        before = now.replace(year=now.year - audit_triggers.YEARS_KEPT, day=min(now.day, 28))
        if options["dry_run"]:
            seals, events = trail_archive.waiting(before)
            self.stdout.write(f"audit trail: {events} events under {seals} seals would be archived")
            return
        try:
            while part := trail_archive.due_part(before):
                row = trail_archive.move(part, Path(options["archive"]))
                self.stdout.write(f"audit trail: {row.events} events archived in {row.file_name}")
        except sealing.BrokenError as error:
            raise CommandError(f"seal {error} does not hold: nothing is archived. Run verify_audit.") from error

    def _do(self, step: Step) -> int:
        total = 0
        while done := step.chunk():
            total += done
            time.sleep(SECONDS_BETWEEN_CHUNKS)
        return total
