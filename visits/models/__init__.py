"""Who works for a child, and what they did."""

from visits.models.contacts import Contact, ContactChild, Counterpart
from visits.models.pairings import Mentor, Pairing
from visits.models.rules import ContactRule

__all__ = ["Contact", "ContactChild", "ContactRule", "Counterpart", "Mentor", "Pairing"]
