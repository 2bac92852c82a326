ALTER TABLE events DROP COLUMN busy_version;
ALTER TABLE changes DROP COLUMN audience;
