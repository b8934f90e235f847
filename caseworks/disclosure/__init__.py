"""Showing what is masked, who looked, and the rules that the public may read."""
