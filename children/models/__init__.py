"""The child's records."""

from children.models.archive import Child
from children.models.counts import PupilCount
from children.models.places import Enrolment, Residence
from children.models.reach import Reach

__all__ = ["Child", "Enrolment", "PupilCount", "Reach", "Residence"]
