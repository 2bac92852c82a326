ALTER TABLE rosters DROP COLUMN announced;
