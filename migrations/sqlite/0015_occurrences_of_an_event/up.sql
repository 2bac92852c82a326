-- With the start in it, SQLite takes this index for the occurrences of one event, and not the whole calendar.
DROP INDEX occurrences_event;
CREATE INDEX occurrences_event ON occurrences (event_id, collection_id, utc_start);
