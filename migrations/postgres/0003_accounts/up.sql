CREATE TABLE accounts (
    person_id TEXT NOT NULL PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    created_at BIGINT NOT NULL,
    signed_in_at BIGINT,
    disabled_at BIGINT
);

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
    refresh_hash BYTEA,
    predecessor_hash BYTEA,
    refreshed_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE INDEX devices_person ON devices (person_id);
CREATE INDEX devices_generation_at ON devices (generation_at);

CREATE TABLE app_passwords (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES accounts (person_id),
    device_id TEXT REFERENCES devices (id),
    name TEXT NOT NULL,
    mac BYTEA NOT NULL UNIQUE,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX app_passwords_person ON app_passwords (person_id);
CREATE INDEX app_passwords_device ON app_passwords (device_id);

CREATE TABLE signing_keys (
    id TEXT NOT NULL PRIMARY KEY,
    sealed BYTEA NOT NULL,
    public_key BYTEA NOT NULL,
    signs_from BIGINT NOT NULL,
    verifies_until BIGINT
);

CREATE TABLE preferences (
    person_id TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    version BIGINT NOT NULL
);

INSERT INTO collections (kind) VALUES ('revocations');
