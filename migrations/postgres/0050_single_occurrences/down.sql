DROP INDEX occurrences_event;
CREATE INDEX occurrences_event ON occurrences (event_id, collection_id, utc_start);
ALTER TABLE placements DROP COLUMN utc_start;
