"""`manage.py verify_audit [--head HEX]`: is the audit trail as it was written?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from caseworks import sealing


class Command(BaseCommand):
    help = "Compute every seal of the audit trail anew and name the first one that does not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--head", default="", help="digest of the last seal as it was kept elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = sealing.verify(options["head"])
        if verdict.broken is not None:
            raise CommandError(f"seal {verdict.broken} does not hold: {verdict.why}")
        self.stdout.write(f"{verdict.seals} seals over {verdict.events} events hold")
