-- The last mail about an event, or about one of its occurrences, to somebody outside the office, and when it is or was due: further news
-- soon after takes its place or waits.
CREATE TABLE invitation_mails (
    event_id TEXT NOT NULL,
    address TEXT NOT NULL,
    recurrence_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (event_id, address, recurrence_id)
);

CREATE INDEX invitation_mails_oldest ON invitation_mails (due_at);
