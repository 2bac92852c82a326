DROP INDEX calendar_objects_task_uids;
DROP INDEX placements_open;
DROP INDEX placements_collection;
CREATE INDEX placements_collection ON placements (collection_id, open, event_id);
DROP INDEX events_uid;
CREATE UNIQUE INDEX events_uid ON events (calendar_id, uid);
