"""Do what is left to do with rosters: started by the web server as a process of its own, or by hand after a breakdown."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from caseworks.exchange import jobs


class Command(BaseCommand):
    help = "Reads, imports or takes back rosters that were left lying, and ends when nothing is left to do."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--gently", action="store_true", help="let everything else on the machine go first")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["gently"]:
            os.nice(10)
        while (batch := jobs.left_lying().order_by("id").first()) is not None:
            jobs.work_off(batch)
            self.stdout.write(f"{batch.code} {batch.state}")
