DROP TABLE source_reports;
ALTER TABLE accounts DROP COLUMN ldap_state;
