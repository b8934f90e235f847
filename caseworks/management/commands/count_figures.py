"""Count the figures that pages are waiting for: started by the web server as a process of its own."""

from __future__ import annotations

from typing import Any

from caseworks import counting
from caseworks.beside import GentleCommand


class Command(GentleCommand):
    help = "Counts the figures that take too long for a page, and ends when none is wanted any more."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{counting.work_off()}")
