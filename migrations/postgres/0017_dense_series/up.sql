-- Calendars that show a series with too many occurrences for the index: their windows look at the series itself.
ALTER TABLE calendars ADD COLUMN dense BOOLEAN NOT NULL DEFAULT FALSE;
