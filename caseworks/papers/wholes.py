"""What only the archive on a page says of a child, beside what every paper says: read for many in the same few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from caseworks.rights.consents import NOTICE
from caseworks.rights.models import Consent
from children.models import Attachment, Child
from guardians.definitions import DEFINITIONS, Definition
from guardians.household import Household
from guardians.models import Kinship
from visits.models import Contact, ContactChild

LAST_CONTACTS = 3


@dataclass
class Whole:
    """By which definitions the child counts as left behind (None: not collected), the other children of the family, the
    last contacts, how many scans there are of what, and when the family was told how information is handled."""

    standings: list[tuple[Definition, bool | None]] = field(default_factory=list)
    siblings: list[Child] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    scans: dict[str, int] = field(default_factory=dict)
    told_on: date | None = None


def wholes(children: Sequence[Child], homes: dict[UUID, Household], on: date) -> dict[UUID, Whole]:
    """Child key → the same, in as many queries for one child as for fifty."""
    found = {child.pk: Whole() for child in children}
    among: Any = Child.objects.filter(pk__in=found)
    for definition in DEFINITIONS.values():
        counted = set(definition.children(among, on).values_list("pk", flat=True))
        for key, whole in found.items():
            no = False if homes[key].parents() else None
            whole.standings.append((definition, True if key in counted else no))
    _siblings(found, homes)
    links = ContactChild.objects.filter(child__in=found, contact__held_on__lte=on)
    for link in links.select_related("contact").order_by("-contact__held_on", "-contact__id"):
        if len(found[link.child_id].contacts) < LAST_CONTACTS:
            found[link.child_id].contacts.append(link.contact)
    for scan in Attachment.objects.filter(child__in=found).order_by("id"):
        scans = found[scan.child_id].scans
        scans[scan.what] = scans.get(scan.what, 0) + 1
    for notice in Consent.objects.filter(child__in=found, purpose=NOTICE, given_on__lte=on).order_by("given_on", "id"):
        found[notice.child_id].told_on = notice.given_on
    return found


def _siblings(found: dict[UUID, Whole], homes: dict[UUID, Household]) -> None:
    """The open archives in scope that share a relative, as the page of the archive shows them."""
    of: dict[UUID, set[UUID]] = defaultdict(set)
    for key in found:
        for member in homes[key].members:
            of[member.relative.pk].add(key)
    rows = Kinship.objects.filter(relative__in=of, child__closed_on__isnull=True).select_related("child")
    for row in rows.order_by("child__born_on", "child"):
        for key in of[row.relative_id]:
            siblings = found[key].siblings
            if row.child_id != key and row.child not in siblings:
                siblings.append(row.child)
