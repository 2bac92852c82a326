-- What somebody who takes part in an event keeps with it for themselves alone (their alerts), and in which version.
ALTER TABLE placements ADD COLUMN own TEXT;
ALTER TABLE placements ADD COLUMN own_version BIGINT;
-- The same version beside each occurrence, so that a window need not look at the placements.
ALTER TABLE occurrences ADD COLUMN own_version BIGINT;
