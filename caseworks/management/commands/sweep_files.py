"""Remove sealed files that no row owns: left by a process that was killed between the file and its row, or by the erasure
of an archive. Run it once a day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from caseworks import access, vault
from caseworks.leaving import keeper
from children.attachments.actions import SHELF
from children.models import Attachment


class Command(BaseCommand):
    help = "Removes sealed files older than a day that belong to nothing any more."

    def handle(self, *args: Any, **options: Any) -> None:
        with access.everyone("sweeping files without an owner"):
            owned = set(Attachment.objects.values_list("file_name", flat=True))
        pictures, exports = vault.sweep(SHELF, owned), keeper.sweep()
        working = vault.sweep("working", set())
        self.stdout.write(f"pictures={pictures} exports={exports} working={working}")
