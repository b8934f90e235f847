"""Dated facts of an archive, written once for all their kinds: what kinds there are, how they are entered and shown."""
