"""Benches: each prints its figures and the ratio to a hand-written floor, measured in one run."""
