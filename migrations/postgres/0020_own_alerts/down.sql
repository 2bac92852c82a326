ALTER TABLE occurrences DROP COLUMN own_version;
ALTER TABLE placements DROP COLUMN own_version;
ALTER TABLE placements DROP COLUMN own;
