"""All import and export: the columns of each sheet, the reader, the matcher and the writer."""
