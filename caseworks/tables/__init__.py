"""ALL CLASS TABLES: a class, or the children of a village, in one table that is edited in place and saved row by row."""
