"""Pages about the rights of the child and the parents."""
