DROP INDEX placements_collection;
CREATE INDEX placements_collection ON placements (collection_id, event_id);
