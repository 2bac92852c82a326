ALTER TABLE calendars DROP COLUMN dense;
