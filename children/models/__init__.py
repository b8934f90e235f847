"""The child's records."""

from children.models.archive import Child
from children.models.attachments import Attachment
from children.models.counts import PupilCount
from children.models.lists import ChosenColumns, SavedFilter
from children.models.places import Enrolment, Residence
from children.models.reach import Reach
from children.models.words import NameWord

__all__ = [
    "Attachment",
    "Child",
    "ChosenColumns",
    "Enrolment",
    "NameWord",
    "PupilCount",
    "Reach",
    "Residence",
    "SavedFilter",
]
