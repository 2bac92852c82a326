-- `access::visible` asks for rights of at least some role; everyone has the least one in thousands of calendars.
CREATE INDEX grants_role ON grants (grantee_id, role);

CREATE TABLE calendars (
    id TEXT NOT NULL PRIMARY KEY,
    collection_id BIGINT NOT NULL UNIQUE REFERENCES collections (id),
    owner_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    name TEXT NOT NULL,
    color TEXT,
    time_zone TEXT NOT NULL,
    version BIGINT NOT NULL
);

CREATE INDEX calendars_owner ON calendars (owner_id);
CREATE UNIQUE INDEX calendars_default ON calendars (owner_id) WHERE is_default;

CREATE TABLE facilities (
    id TEXT NOT NULL PRIMARY KEY,
    calendar_id TEXT NOT NULL UNIQUE REFERENCES calendars (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    capacity INTEGER,
    place TEXT,
    description TEXT,
    booking_rules TEXT NOT NULL,
    bookings BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL
);

CREATE INDEX facilities_name ON facilities (name, id);

CREATE TABLE events (
    id TEXT NOT NULL PRIMARY KEY,
    calendar_id TEXT NOT NULL REFERENCES calendars (id),
    organizer_id TEXT,
    uid TEXT NOT NULL,
    version BIGINT NOT NULL,
    indexed_from BIGINT,
    indexed_until BIGINT,
    head TEXT NOT NULL,
    body TEXT NOT NULL
);

CREATE UNIQUE INDEX events_uid ON events (calendar_id, uid);
CREATE INDEX events_indexed_until ON events (indexed_until) WHERE indexed_until IS NOT NULL;

CREATE TABLE placements (
    event_id TEXT NOT NULL REFERENCES events (id),
    collection_id BIGINT NOT NULL,
    person_id TEXT,
    open BOOLEAN NOT NULL,
    hidden BOOLEAN NOT NULL,
    PRIMARY KEY (event_id, collection_id)
);

CREATE INDEX placements_collection ON placements (collection_id, open, event_id);

CREATE TABLE occurrences (
    collection_id BIGINT NOT NULL,
    band INTEGER NOT NULL,
    utc_start BIGINT NOT NULL,
    utc_end BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    recurrence_id TEXT NOT NULL,
    busy INTEGER NOT NULL,
    participation INTEGER,
    detail TEXT,
    PRIMARY KEY (collection_id, band, utc_start, event_id, recurrence_id)
);

CREATE INDEX occurrences_event ON occurrences (event_id, collection_id);
