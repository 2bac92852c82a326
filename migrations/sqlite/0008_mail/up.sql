CREATE TABLE mail_accounts (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    address TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    collection_id BIGINT NOT NULL REFERENCES collections (id),
    last_seq BIGINT NOT NULL
);

CREATE TABLE mailboxes (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES mail_accounts (id),
    folder TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT,
    sort_order INTEGER NOT NULL,
    total BIGINT NOT NULL,
    unread BIGINT NOT NULL,
    version BIGINT NOT NULL,
    UNIQUE (account_id, folder)
);

CREATE TABLE messages (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES mail_accounts (id),
    mailbox_id TEXT REFERENCES mailboxes (id),
    source_mailbox_id TEXT REFERENCES mailboxes (id),
    source_key TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    keywords INTEGER NOT NULL,
    source_keywords INTEGER NOT NULL,
    header_id TEXT,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    copies TEXT NOT NULL,
    subject TEXT NOT NULL,
    preview TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    sent_at BIGINT,
    size BIGINT NOT NULL,
    has_attachment BOOLEAN NOT NULL,
    too_complex BOOLEAN NOT NULL,
    version BIGINT NOT NULL
);

CREATE INDEX messages_account ON messages (account_id, received_at, id);
CREATE INDEX messages_mailbox ON messages (mailbox_id, received_at, id);
CREATE INDEX messages_thread ON messages (thread_id);
CREATE INDEX messages_source ON messages (source_mailbox_id, source_key);

CREATE TABLE message_texts (
    account_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    folded TEXT NOT NULL,
    PRIMARY KEY (account_id, seq)
) WITHOUT ROWID;

CREATE INDEX message_texts_message ON message_texts (message_id);

CREATE TABLE mail_threads (
    account_id TEXT NOT NULL,
    header_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    PRIMARY KEY (account_id, header_id)
) WITHOUT ROWID;
