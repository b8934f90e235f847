"""The adults around a child."""

from guardians.models.care import Declaration, Entrustment
from guardians.models.relatives import Absence, Kinship, Relative, Situation

__all__ = ["Absence", "Declaration", "Entrustment", "Kinship", "Relative", "Situation"]
