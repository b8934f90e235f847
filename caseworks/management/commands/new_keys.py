"""`manage.py new_keys [--if-missing]`: the key file of a new installation."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from caseworks import keyring


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # they ask for the very file
    help = "Write the file with the keys of this installation. It never replaces one: that would lose the data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-missing", action="store_true", help="say nothing if the file is there")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.KEY_FILE)
        try:
            keyring.create(path)
        except FileExistsError as error:
            if options["if_missing"]:
                return
            raise CommandError(f"{path} exists. Keep it: without it nothing sealed can be read.") from error
        self.stdout.write(f"Keys written to {path} (mode 0600). Keep a copy apart from the backups of the database.")
