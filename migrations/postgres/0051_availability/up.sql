-- Whether what is in a calendar takes its owner's time, as others see it.
ALTER TABLE calendars ADD COLUMN in_availability BOOLEAN NOT NULL DEFAULT TRUE;
