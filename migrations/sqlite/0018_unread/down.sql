DROP INDEX messages_unread_mailbox;
DROP INDEX messages_unread;
