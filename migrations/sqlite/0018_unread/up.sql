-- 1 is the bit of $seen.
CREATE INDEX messages_unread ON messages (account_id, received_at, id) WHERE (keywords & 1) = 0;
CREATE INDEX messages_unread_mailbox ON messages (mailbox_id, received_at, id) WHERE (keywords & 1) = 0;
