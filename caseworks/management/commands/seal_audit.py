"""`manage.py seal_audit [--head FILE] [--syslog]`: seal the audit trail now; keep the head of its chain somewhere else."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from caseworks import sealing, trail_heads


class Command(BaseCommand):
    help = "Seal what the audit trail has gained and print the head: number, moment, digest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--head", metavar="FILE", default="", help="append the head to this file as well")
        parser.add_argument("--syslog", action="store_true", help="hand the head to the machine's log as well")

    def handle(self, *args: Any, **options: Any) -> None:
        while sealing.seal_pending() is not None:
            pass
        head = trail_heads.head()
        if head is None:
            self.stdout.write("nothing to seal")
            return
        self.stdout.write(str(head))
        try:
            if options["head"]:
                trail_heads.append(Path(options["head"]), str(head))
            if options["syslog"]:
                trail_heads.send_to_syslog(str(head))
        except OSError as error:
            raise CommandError(f"The trail is sealed, but its head could not be kept: {error}") from error
