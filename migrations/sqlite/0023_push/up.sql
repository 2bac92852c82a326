-- Who is woken at which push service when a collection changes. told: up to this change it was told, or need not be; queued: a
-- message waits to be sent.
CREATE TABLE push_subscriptions (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL,
    collection_id BIGINT NOT NULL,
    resource TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    public_key BLOB NOT NULL,
    auth BLOB NOT NULL,
    contents BOOLEAN NOT NULL,
    properties BOOLEAN NOT NULL,
    told BIGINT NOT NULL,
    queued BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX push_subscriptions_endpoint ON push_subscriptions (person_id, collection_id, endpoint);
CREATE INDEX push_subscriptions_expiry ON push_subscriptions (expires_at);
