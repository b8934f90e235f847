"""The child's records."""

from children.models.archive import Child
from children.models.closings import ClosedPeriod
from children.models.counts import PupilCount
from children.models.handovers import Grant, Handover
from children.models.places import Enrolment, Residence
from children.models.promotions import Promoted, Promotion
from children.models.reach import Reach

__all__ = [
    "Child",
    "ClosedPeriod",
    "Enrolment",
    "Grant",
    "Handover",
    "Promoted",
    "Promotion",
    "PupilCount",
    "Reach",
    "Residence",
]
