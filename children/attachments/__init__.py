"""Photographs and scanned papers of an archive."""
