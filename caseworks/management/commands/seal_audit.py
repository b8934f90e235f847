"""`manage.py seal_audit`: seal the audit trail now and print the head of the chain, to be kept somewhere else."""

from typing import Any

from django.core.management.base import BaseCommand

from caseworks import sealing
from caseworks.models import AuditSeal


class Command(BaseCommand):
    help = "Seal what the audit trail has gained and print the head: number, moment, digest."

    def handle(self, *args: Any, **options: Any) -> None:
        while sealing.seal_pending() is not None:
            pass
        head = AuditSeal.objects.order_by("-number").first()
        if head is None:
            self.stdout.write("nothing to seal")
        else:
            self.stdout.write(f"{head.number} {head.sealed_at.isoformat()} {bytes(head.digest).hex()}")
