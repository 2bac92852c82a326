-- What a contact's number is shown as when it calls: the number with its country code, who it is and where. Empty for what cannot be
-- called from everywhere, and until the index of contacts was made anew.
ALTER TABLE contact_numbers ADD COLUMN collection_id BIGINT;
ALTER TABLE contact_numbers ADD COLUMN caller BIGINT;
ALTER TABLE contact_numbers ADD COLUMN name TEXT;
ALTER TABLE contact_numbers ADD COLUMN place TEXT;
CREATE INDEX contact_numbers_callers ON contact_numbers (collection_id, caller) WHERE caller IS NOT NULL;
