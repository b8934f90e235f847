"""`manage.py load_scale --children N`: invented data of any size, for benches."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from caseworks import access
from caseworks.demo.scale import ROOT, load_scale
from caseworks.models import Organization


class Command(BaseCommand):
    help = "Adds invented children in any number, below an office of their own, to a demo database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--children", type=int, required=True, help="how many; 100,000 fill a county")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Invented children do not belong among real ones: only where CASEWORKS_DEMO=1.")
        if options["children"] < 1:
            raise CommandError("--children must be 1 or more.")
        if Organization.objects.filter(code=ROOT).exists():
            raise CommandError(f"This database has an organization “{ROOT}” already. Start with a new one.")
        begun = time.monotonic()
        with access.everyone("scale data"):
            for written in load_scale(options["children"], timezone.localdate()):
                seconds = time.monotonic() - begun
                self.stdout.write(
                    f"\r{written['Child']:,} children, {written.total():,} rows, "
                    f"{written.total() / seconds:,.0f} rows/s",
                    ending="",
                )
        self.stdout.write(f"\n{time.monotonic() - begun:.1f} s")
