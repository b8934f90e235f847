"""All reports: definitions, indicators and the annual report; one file per report, so the folder is the catalogue."""
