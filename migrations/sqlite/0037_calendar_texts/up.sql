-- The tag beside a text is there only while the text says all that there is to say: what changes an event takes it away, so that
-- whoever reads texts need not look at the events.
UPDATE calendar_objects SET etag = '' WHERE component = 'VEVENT' AND etag <> '' AND NOT EXISTS (
    SELECT 1 FROM placements AS p JOIN events AS e ON e.id = p.event_id
    WHERE p.event_id = calendar_objects.object_id AND p.collection_id = calendar_objects.collection_id AND NOT p.hidden
    AND calendar_objects.etag = CASE WHEN p.own_version IS NULL THEN printf('"%x"', e.version)
        ELSE printf('"%xo%x"', e.version, p.own_version) END
);

-- A list of a calendar passes over what its person put away without looking at the places themselves.
DROP INDEX placements_collection;
CREATE INDEX placements_collection ON placements (collection_id, event_id, hidden);
