DELETE FROM meta WHERE key = 'caller-id';
DELETE FROM changes WHERE collection_id IN (SELECT id FROM collections WHERE kind = 'caller-id');
DELETE FROM collections WHERE kind = 'caller-id';
DROP TABLE caller_numbers;
