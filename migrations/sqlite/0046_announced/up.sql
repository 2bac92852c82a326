-- Whether everybody may know of a roster that waits for its day.
ALTER TABLE rosters ADD COLUMN announced BOOLEAN NOT NULL DEFAULT FALSE;
