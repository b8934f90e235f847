"""Forms about a child: what they share, the archive's own, and the filter of the list."""
