"""The pages of the work for one child."""

from visits.views.contacts import contact, contact_edit, contacts, contacts_export, log
from visits.views.home import home
from visits.views.mentors import mentor, mentor_create, mentor_edit, mentor_end, mentors
from visits.views.pairings import pair, pairing_end, pairings
from visits.views.rules import rule_end, rules

__all__ = [
    "contact",
    "contact_edit",
    "contacts",
    "contacts_export",
    "home",
    "log",
    "mentor",
    "mentor_create",
    "mentor_edit",
    "mentor_end",
    "mentors",
    "pair",
    "pairing_end",
    "pairings",
    "rule_end",
    "rules",
]
