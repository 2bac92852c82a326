-- Who called for somebody else.
CREATE TABLE phone_memos (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    caller_name TEXT NOT NULL,
    caller_number TEXT,
    caller_person_id TEXT,
    caller_contact_id TEXT,
    matter TEXT,
    called_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX phone_memos_oldest ON phone_memos (created_at);

-- Whoever has to do with a memo: its author at position 0, then those for whom it is. Its changes are in the log of each one's feed.
CREATE TABLE phone_memo_parts (
    person_id TEXT NOT NULL,
    memo_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    seen_at BIGINT,
    done_at BIGINT,
    removed BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (person_id, memo_id)
);

CREATE INDEX phone_memo_parts_of_memo ON phone_memo_parts (memo_id);
CREATE INDEX phone_memo_parts_newest ON phone_memo_parts (person_id, created_at, memo_id);

ALTER TABLE notifications ADD COLUMN phone_memo_id TEXT;
