"""Invented offices, families and work: the demo that reproduces the figures of two reports, and data of any size for
the benches. Nobody in it exists: telephone numbers begin with 154, which no operator has."""
