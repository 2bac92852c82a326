ALTER TABLE notifications DROP COLUMN phone_memo_id;
DROP TABLE phone_memo_parts;
DROP TABLE phone_memos;
