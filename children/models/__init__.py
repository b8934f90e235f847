"""The child's records."""

from children.models.archive import Child
from children.models.counts import PupilCount
from children.models.facts import Fact, LastingFact
from children.models.growth import Facet, GrowthEntry, Survey, TermRecord
from children.models.hardship import GuardianshipRating, Hardship, Livelihood, Need, Relief, Schooling
from children.models.health import Disability, HealthCheck, Illness
from children.models.places import Enrolment, Residence
from children.models.reach import Reach

__all__ = [
    "Child",
    "Disability",
    "Enrolment",
    "Facet",
    "Fact",
    "GrowthEntry",
    "GuardianshipRating",
    "Hardship",
    "HealthCheck",
    "Illness",
    "LastingFact",
    "Livelihood",
    "Need",
    "PupilCount",
    "Reach",
    "Relief",
    "Residence",
    "Schooling",
    "Survey",
    "TermRecord",
]
