"""The child's records."""

from children.models.archive import Child
from children.models.attachments import Attachment
from children.models.counts import PupilCount
from children.models.places import Enrolment, Residence
from children.models.reach import Arrival, Reach

__all__ = ["Arrival", "Attachment", "Child", "Enrolment", "PupilCount", "Reach", "Residence"]
