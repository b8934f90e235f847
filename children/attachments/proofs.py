"""What a scanned paper belongs to: the agreement, a written notice, a consent, a health check, a decision, the exit.

A scan names its record by code, so it stays with it when two archives are merged, handed over or taken apart again, and
goes with the archive when that goes. A scan whose record was taken back stays in the archive and belongs to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps

from children.models import Attachment, Child


@dataclass(frozen=True)
class Proof:
    """One thing to be proved: its key of `codelists.PROOF`, the kind of picture, the model of its record with the field of
    its day, and where in the archive it stands. Without a model it is the exit, which is known by its day."""

    key: str
    kind: str
    anchor: str
    model: str = ""
    day: str = "from_on"

    def days(self, child: Child) -> dict[str, date | None]:
        """The child's records that such a paper can belong to: code → its day, the latest last."""
        if not self.model:
            closed = [*child.closed_periods.order_by("from_on").values_list("from_on", flat=True), child.closed_on]
            return {exit_code(day): day for day in closed if day}
        rows: Any = apps.get_model(self.model)._default_manager
        return dict(rows.filter(child=child).order_by("id").values_list("code", self.day))


PROOFS = {
    proof.key: proof
    for proof in (
        Proof("agreement", "agreement", "care", "guardians.Entrustment", "agreement_signed_on"),
        Proof("school_notice", "notice", "care", "guardians.Entrustment", "school_notified_on"),
        Proof("village_notice", "notice", "care", "guardians.Entrustment", "village_notified_on"),
        Proof("consent", "document", "rights", "rights.Consent", "given_on"),
        Proof("check", "document", "check", "children.HealthCheck", "checked_on"),
        Proof("disability", "document", "disability", "children.Disability"),
        Proof("relief", "document", "relief", "children.Relief"),
        Proof("exit", "document", "exit"),
    )
}


def exit_code(closed_on: date) -> str:
    """How a scan names a closing of the archive: by its day, 20260901. A child has one closing a day."""
    return f"{closed_on:%Y%m%d}"


def by_record(scans: Iterable[Attachment]) -> dict[tuple[str, str], list[Attachment]]:
    """(what is proved, code of its record) → the scans of it, for the page of an archive."""
    found: dict[tuple[str, str], list[Attachment]] = {}
    for scan in scans:
        if scan.proves:
            found.setdefault((scan.proves, scan.proves_code), []).append(scan)
    return found
