DROP TABLE preferences;
DROP TABLE signing_keys;
DROP TABLE app_passwords;
DROP TABLE devices;
DROP TABLE accounts;
DELETE FROM changes WHERE collection_id IN (SELECT id FROM collections WHERE kind = 'revocations');
DELETE FROM collections WHERE kind = 'revocations';
