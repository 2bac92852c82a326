ALTER TABLE messages ADD COLUMN source_version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN carrier TEXT;
ALTER TABLE messages ADD COLUMN carried_mailbox_id TEXT;
ALTER TABLE messages ADD COLUMN carried_keywords INTEGER;

CREATE INDEX messages_carried ON messages (carried_mailbox_id) WHERE carried_mailbox_id IS NOT NULL;
