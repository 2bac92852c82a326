-- An event is looked for by its UID in whatever calendar it was made, a task in its own, and a calendar is listed in the order of
-- its events.
DROP INDEX events_uid;
CREATE UNIQUE INDEX events_uid ON events (uid, calendar_id);
DROP INDEX placements_collection;
CREATE INDEX placements_collection ON placements (collection_id, event_id);
CREATE INDEX placements_open ON placements (collection_id, event_id) WHERE open;
CREATE INDEX calendar_objects_task_uids ON calendar_objects (collection_id, uid) WHERE component = 'VTODO';
