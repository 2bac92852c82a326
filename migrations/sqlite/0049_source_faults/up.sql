-- What was wrong with the last reading of a source, a line each, apart from what it changed.
ALTER TABLE source_reports ADD COLUMN faults TEXT NOT NULL DEFAULT '';
