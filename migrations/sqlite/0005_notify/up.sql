CREATE TABLE notifications (
    person_id TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    event_id TEXT,
    recurrence_id TEXT,
    message_id TEXT,
    facility_id TEXT,
    actor_id TEXT,
    actor_name TEXT,
    details TEXT NOT NULL,
    count INTEGER NOT NULL,
    once_key TEXT,
    topic TEXT,
    created_at BIGINT NOT NULL,
    read_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (person_id, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX notifications_once ON notifications (person_id, once_key);
CREATE UNIQUE INDEX notifications_topic ON notifications (person_id, topic);
CREATE INDEX notifications_newest ON notifications (person_id, created_at, id);
CREATE INDEX notifications_oldest ON notifications (created_at);

-- A person has one feed, also when two transactions make it at the same time.
CREATE UNIQUE INDEX collections_feed ON collections (owner_id) WHERE kind = 'notifications';
