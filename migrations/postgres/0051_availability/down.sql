ALTER TABLE calendars DROP COLUMN in_availability;
