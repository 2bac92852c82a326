-- Where an event that does not repeat stands in the index of a calendar is known beside its place there, so that only the
-- occurrences of series are found by an index of their own.
ALTER TABLE placements ADD COLUMN utc_start BIGINT;
UPDATE placements SET utc_start = (
    SELECT o.utc_start FROM occurrences AS o
    WHERE o.event_id = placements.event_id AND o.collection_id = placements.collection_id AND o.recurrence_id = '' LIMIT 1
);
DELETE FROM occurrences WHERE recurrence_id = '' AND NOT EXISTS (
    SELECT 1 FROM placements AS p WHERE p.event_id = occurrences.event_id AND p.collection_id = occurrences.collection_id
    AND p.utc_start = occurrences.utc_start
);
DROP INDEX occurrences_event;
CREATE INDEX occurrences_event ON occurrences (event_id, collection_id, utc_start) WHERE recurrence_id <> '';
