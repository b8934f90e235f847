"""Pages about children: the list, the search box, the archive, and the forms that change it."""
