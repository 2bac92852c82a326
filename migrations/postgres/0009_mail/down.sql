DROP INDEX messages_carried;

ALTER TABLE messages DROP COLUMN carried_keywords;
ALTER TABLE messages DROP COLUMN carried_mailbox_id;
ALTER TABLE messages DROP COLUMN carrier;
ALTER TABLE messages DROP COLUMN source_version;
