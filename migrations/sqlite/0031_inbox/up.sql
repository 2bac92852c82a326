-- What arrives in the inbox of a person's calendar clients. Its changes are in the log of the person's feed.
CREATE TABLE inbox_messages (
    person_id TEXT NOT NULL,
    id TEXT NOT NULL,
    once_key TEXT,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX inbox_messages_once ON inbox_messages (person_id, once_key);
CREATE INDEX inbox_messages_oldest ON inbox_messages (created_at);
