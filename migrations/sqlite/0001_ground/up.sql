CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE collections (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    owner_id TEXT,
    modseq BIGINT NOT NULL DEFAULT 0,
    floor BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX collections_owner ON collections (owner_id, kind);

CREATE TABLE changes (
    collection_id BIGINT NOT NULL REFERENCES collections (id),
    modseq BIGINT NOT NULL,
    object_type INTEGER NOT NULL,
    object_id TEXT NOT NULL,
    gone BOOLEAN NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (collection_id, modseq)
) WITHOUT ROWID;

CREATE TABLE ledger (
    person_id TEXT NOT NULL,
    key TEXT NOT NULL,
    hash BLOB NOT NULL,
    status INTEGER NOT NULL,
    object_type INTEGER,
    object_id TEXT,
    etag TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (person_id, key)
) WITHOUT ROWID;

CREATE INDEX ledger_at ON ledger (at);

CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    unique_key TEXT UNIQUE,
    due_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    claimed_until BIGINT,
    done_at BIGINT,
    failed_at BIGINT,
    last_fault TEXT
);

CREATE INDEX jobs_due ON jobs (due_at) WHERE done_at IS NULL AND failed_at IS NULL;
