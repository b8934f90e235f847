"""Everything that changes the work for one child: contacts, pairings, mentors, contact rules."""

from visits.actions.contacts import amend_contact, log_contact, may_amend
from visits.actions.pairings import amend_mentor, end_mentor, end_pairing, enlist_mentor, pair
from visits.actions.rules import end_rule, set_rule

__all__ = [
    "amend_contact",
    "amend_mentor",
    "end_mentor",
    "end_pairing",
    "end_rule",
    "enlist_mentor",
    "log_contact",
    "may_amend",
    "pair",
    "set_rule",
]
