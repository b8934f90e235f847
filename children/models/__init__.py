"""The child's records."""

from children.models.ages import AgeStep
from children.models.archive import Child
from children.models.attachments import Attachment
from children.models.boarding import Boarding
from children.models.closings import ClosedPeriod
from children.models.counts import PupilCount
from children.models.facts import Fact, LastingFact
from children.models.growth import Facet, GrowthEntry, Survey, TermRecord
from children.models.handovers import Grant, Handover
from children.models.hardship import GuardianshipRating, Hardship, Livelihood, Need, Relief, Schooling
from children.models.health import Disability, HealthCheck, Illness
from children.models.lists import ChosenColumns, SavedFilter
from children.models.places import Enrolment, Residence
from children.models.promotions import Promoted, Promotion
from children.models.reach import Arrival, Reach
from children.models.teachers import ClassTeacher
from children.models.words import NameWord

__all__ = [
    "AgeStep",
    "Arrival",
    "Attachment",
    "Boarding",
    "Child",
    "ChosenColumns",
    "ClassTeacher",
    "ClosedPeriod",
    "Disability",
    "Enrolment",
    "Facet",
    "Fact",
    "Grant",
    "GrowthEntry",
    "GuardianshipRating",
    "Handover",
    "Hardship",
    "HealthCheck",
    "Illness",
    "LastingFact",
    "Livelihood",
    "NameWord",
    "Need",
    "Promoted",
    "Promotion",
    "PupilCount",
    "Reach",
    "Relief",
    "Residence",
    "SavedFilter",
    "Schooling",
    "Survey",
    "TermRecord",
]
