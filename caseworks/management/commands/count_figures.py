"""Count the figures that pages are waiting for: started by the web server as a process of its own."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from caseworks import counting


class Command(BaseCommand):
    help = "Counts the figures that take too long for a page, and ends when none is wanted any more."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--gently", action="store_true", help="let everything else on the machine go first")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["gently"]:
            os.nice(10)
        self.stdout.write(f"{counting.work_off()}")
