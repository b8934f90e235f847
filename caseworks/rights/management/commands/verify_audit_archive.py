"""`manage.py verify_audit_archive FILE…`: are these parts of the audit trail as they were written?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from caseworks import trail_archive


class Command(BaseCommand):
    help = "Compute every seal of archived parts of the audit trail anew; name them all, beginning with the first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        head = b""
        for path in sorted(options["files"]):
            try:
                seals, events, head = trail_archive.verify(path, head)
            except trail_archive.BrokenArchiveError as error:
                raise CommandError(f"{path.name}: {error}") from error
            self.stdout.write(f"{path.name}: {seals} seals over {events} events hold")
        self.stdout.write(f"head {head.hex()}")
