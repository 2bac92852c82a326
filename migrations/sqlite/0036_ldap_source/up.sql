-- Whether an account follows the office's LDAP server, and what that said last: open or closed.
ALTER TABLE accounts ADD COLUMN ldap_state TEXT;

-- What the last reading of another directory came to, for whoever looks after the server.
CREATE TABLE source_reports (
    source TEXT NOT NULL PRIMARY KEY,
    read_at BIGINT NOT NULL,
    failed BOOLEAN NOT NULL,
    lines TEXT NOT NULL
);
