"""Rosters out, in the columns, the order and the words of the forms that offices must fill in."""
