CREATE TABLE accounts (
    person_id TEXT NOT NULL PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    created_at BIGINT NOT NULL,
    signed_in_at BIGINT,
    disabled_at BIGINT
) WITHOUT ROWID;

CREATE TABLE devices (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES accounts (person_id),
    name TEXT NOT NULL,
    platform TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    generation_at BIGINT NOT NULL,
    refresh_hash BLOB,
    predecessor_hash BLOB,
    refreshed_at BIGINT NOT NULL,
    revoked_at BIGINT
) WITHOUT ROWID;

CREATE INDEX devices_person ON devices (person_id);
CREATE INDEX devices_generation_at ON devices (generation_at);

CREATE TABLE app_passwords (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES accounts (person_id),
    device_id TEXT REFERENCES devices (id),
    name TEXT NOT NULL,
    mac BLOB NOT NULL UNIQUE,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE INDEX app_passwords_person ON app_passwords (person_id);
CREATE INDEX app_passwords_device ON app_passwords (device_id);

CREATE TABLE signing_keys (
    id TEXT NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL,
    public_key BLOB NOT NULL,
    signs_from BIGINT NOT NULL,
    verifies_until BIGINT
) WITHOUT ROWID;

CREATE TABLE preferences (
    person_id TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    version BIGINT NOT NULL
) WITHOUT ROWID;

INSERT INTO collections (kind) VALUES ('revocations');
