"""Processes beside the web server, for what takes longer than a page: begun when there is work, gone when it is done.

No service has to be kept alive. What is to be done stands in the database, so that the next look begins another process
where one was killed (caseworks/exchange/jobs.py, caseworks/counting.py).
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from caseworks.environment import ROOT

NICENESS = 10  # pages are served first
_begun: dict[str, subprocess.Popen[bytes]] = {}


def begin(command: str) -> None:
    """Run a command of manage.py gently in a process of its own, unless the last one begun here is still at it."""
    last = _begun.get(command)
    if last is None or last.poll() is not None:
        words = [sys.executable, str(ROOT / "manage.py"), command, "--gently"]
        _begun[command] = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603  (our own program)


class GentleCommand(BaseCommand):
    """A command that the web server begins, or a person after a breakdown."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--gently", action="store_true", help="let everything else on the machine go first")

    def execute(self, *args: Any, **options: Any) -> str | None:
        if options["gently"]:
            os.nice(NICENESS)
        return super().execute(*args, **options)
