"""`manage.py rotate_keys [--new-key]`: seal everything with the newest data key, while people work."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from caseworks import access, audit, keycheck, keyring, rotation


class Command(BaseCommand):
    help = (
        "Seal every value with the newest data key. It may run while people work, and may be broken off and started "
        "again. Index and audit keys cannot be replaced this way."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--new-key", action="store_true", help="add a new data key to the key file first")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new_key"]:
            keyring.add_data_key(Path(settings.KEY_FILE))
        keycheck.confirm()
        newest = keyring.current().newest("data")[0]
        with access.everyone("rotate keys", arriving=True):
            for model, names in rotation.sealed_models():
                self.stdout.write(f"{model._meta.label}: {rotation.seal_again(model, names)} rows sealed again")
            with transaction.atomic():
                counts = rotation.values_by_key()
                audit.record("keys.rotated", changes={f"key {key}": count for key, count in sorted(counts.items())})
            for key, count in sorted(counts.items()):
                self.stdout.write(f"key {key}: {count} values")
            if left := counts.total() - counts[newest]:
                raise CommandError(f"{left} values were being written and still have an older key. Run it again.")
            for key in rotation.forget_unused_keys():
                self.stdout.write(
                    f"key {key}: 0 values. Its line may leave the key file; keep a copy as long as a backup needs it."
                )
