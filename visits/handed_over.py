"""What an office keeps of a child whose archive it has handed over: its own work, and nothing that came afterwards."""

from __future__ import annotations

from django.utils import timezone

from caseworks import access
from caseworks.models import Posting, subtree
from children.models import Handover
from visits.models import Contact, ContactChild

MOST = 50


def own_contacts(handover: Handover, posting: Posting) -> list[Contact]:
    """The contacts with the child that the giver's own people logged on the giver's behalf, up to the day the archive
    went over, the latest first. Empty for everybody else, and as long as nothing was handed over."""
    own = posting.organization.path
    if handover.state != "accepted" or handover.answered_at is None or not handover.from_path.startswith(own):
        return []
    low, high = subtree(own)
    with access.everyone("a former keeper reads the contacts it logged itself"):
        about = ContactChild.objects.filter(child=handover.child_id).values("contact")
        rows = Contact.objects.filter(
            pk__in=about,
            logged_for__path__gte=low,
            logged_for__path__lt=high,
            logged_at__lte=handover.answered_at,
            held_on__lte=timezone.localtime(handover.answered_at).date(),
        )
        return list(rows.select_related("logged_by", "logged_for").newest_first()[:MOST])
