DELETE FROM changes WHERE collection_id IN (SELECT id FROM collections WHERE kind = 'directory');
DELETE FROM collections WHERE kind = 'directory';
DROP TABLE posts;
DROP TABLE person_emails;
DROP TABLE people;
DROP TABLE units;
