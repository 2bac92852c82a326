DROP TABLE mail_threads;
DROP TABLE message_texts;
DROP TABLE messages;
DROP TABLE mailboxes;
DROP TABLE mail_accounts;
