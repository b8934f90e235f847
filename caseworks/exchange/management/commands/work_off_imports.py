"""Do what is left to do with rosters: started by the web server as a process of its own, or by hand after a breakdown."""

from __future__ import annotations

from typing import Any

from caseworks.beside import GentleCommand
from caseworks.exchange import jobs


class Command(GentleCommand):
    help = "Reads, imports or takes back rosters that were left lying, and ends when nothing is left to do."

    def handle(self, *args: Any, **options: Any) -> None:
        while (batch := jobs.left_lying().order_by("id").first()) is not None:
            jobs.work_off(batch)
            self.stdout.write(f"{batch.code} {batch.state}")
