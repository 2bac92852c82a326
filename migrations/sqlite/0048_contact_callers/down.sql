DROP INDEX contact_numbers_callers;
ALTER TABLE contact_numbers DROP COLUMN place;
ALTER TABLE contact_numbers DROP COLUMN name;
ALTER TABLE contact_numbers DROP COLUMN caller;
ALTER TABLE contact_numbers DROP COLUMN collection_id;
