-- What a calendar client stored, as it sent it. An event that no client stored has no row, and a row outlives its event, so
-- that its end can be told by its name.
CREATE TABLE calendar_objects (
    collection_id BIGINT NOT NULL,
    object_id TEXT NOT NULL,
    name TEXT NOT NULL,
    component TEXT NOT NULL,
    uid TEXT NOT NULL,
    etag TEXT NOT NULL,
    body TEXT,
    PRIMARY KEY (collection_id, object_id)
);

CREATE UNIQUE INDEX calendar_objects_name ON calendar_objects (collection_id, name);
CREATE INDEX calendar_objects_tasks ON calendar_objects (collection_id, object_id) WHERE component = 'VTODO';

-- The path that a calendar client chose for a calendar that it made.
CREATE TABLE calendar_paths (
    calendar_id TEXT NOT NULL PRIMARY KEY,
    owner_id TEXT NOT NULL,
    segment TEXT NOT NULL
);

CREATE UNIQUE INDEX calendar_paths_segment ON calendar_paths (owner_id, segment);

-- What a calendar client keeps with a calendar, for each person who sees it.
CREATE TABLE calendar_properties (
    calendar_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (calendar_id, person_id, name)
);
