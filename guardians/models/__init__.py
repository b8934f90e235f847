"""The adults around a child."""

from guardians.models.care import Declaration, Entrustment
from guardians.models.merges import KeptApart, Merge
from guardians.models.relatives import Absence, Kinship, Relative, Situation

__all__ = [
    "Absence",
    "Declaration",
    "Entrustment",
    "KeptApart",
    "Kinship",
    "Merge",
    "Relative",
    "Situation",
]
