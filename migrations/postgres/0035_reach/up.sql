-- What people say themselves of how they are reached.
CREATE TABLE reach_settings (
    person_id TEXT NOT NULL PRIMARY KEY,
    activity TEXT NOT NULL,
    until_at BIGINT NOT NULL,
    place TEXT,
    call_first TEXT,
    version BIGINT NOT NULL
);
