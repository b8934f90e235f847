"""The child's records."""

from children.models.archive import Child
from children.models.attachments import Attachment
from children.models.closings import ClosedPeriod
from children.models.counts import PupilCount
from children.models.handovers import Grant, Handover
from children.models.lists import ChosenColumns, SavedFilter
from children.models.places import Enrolment, Residence
from children.models.promotions import Promoted, Promotion
from children.models.reach import Reach
from children.models.words import NameWord

__all__ = [
    "Attachment",
    "Child",
    "ChosenColumns",
    "ClosedPeriod",
    "Enrolment",
    "Grant",
    "Handover",
    "NameWord",
    "Promoted",
    "Promotion",
    "PupilCount",
    "Reach",
    "Residence",
    "SavedFilter",
]
