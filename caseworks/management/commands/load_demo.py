"""`manage.py load_demo`: invented offices and families that reproduce the figures of the reports."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from caseworks import access
from caseworks.demo.load import load
from caseworks.demo.staff import restore_logins
from caseworks.demo_logins import DEMO_LOGINS, PASSWORD
from caseworks.models import Organization


class Command(BaseCommand):
    help = "Fills an empty demo database with invented offices, families and work, and prints the logins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="if there are organizations already, only let the demo logins in again, instead of failing",
        )
        parser.add_argument("--address", default="http://127.0.0.1:8000/", help="where the demo will be served")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo has logins with a printed password: it is loaded only where CASEWORKS_DEMO=1.")
        if not Organization.objects.exists():
            with access.everyone("demo data"):
                written = load(timezone.localdate())
            self.stdout.write(
                f"Loaded {written['Child']:,} archives and {written['Contact']:,} contacts, all invented."
            )
        elif not options["if_empty"]:
            raise CommandError("There are organizations in this database. The demo is loaded into an empty one only.")
        else:
            restore_logins()
        self.stdout.write(f"\nDemo logins, all with the password {PASSWORD}:\n")
        for login in DEMO_LOGINS:
            self.stdout.write(f"  {login.username:<14} {login.sentence}")
        self.stdout.write(f"\n{options['address']}\n")
