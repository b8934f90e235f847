"""The adults: parents and their absences, relatives, and whoever cares for the child."""
