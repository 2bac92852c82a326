ALTER TABLE rosters DROP COLUMN counts;
ALTER TABLE rosters DROP COLUMN source;
ALTER TABLE people DROP COLUMN former_staff_number;
