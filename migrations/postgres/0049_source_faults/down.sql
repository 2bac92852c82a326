ALTER TABLE source_reports DROP COLUMN faults;
