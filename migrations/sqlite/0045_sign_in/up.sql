-- Wrong passwords in a row, as all server processes count them together: by whose password was tried from where, as a MAC, in as many
-- places as there are, so that invented names fill no disk.
CREATE TABLE login_failures (
    slot INTEGER NOT NULL PRIMARY KEY,
    subject BLOB NOT NULL,
    failures INTEGER NOT NULL,
    next_try BIGINT NOT NULL,
    forgotten_at BIGINT NOT NULL
);

-- The passwords of a user that were sent to the office's LDAP server: those that it refused, and those that it is asked about.
CREATE TABLE forwarded_passwords (
    person_id TEXT NOT NULL,
    mac BLOB NOT NULL,
    at BIGINT NOT NULL,
    pending BOOLEAN NOT NULL,
    PRIMARY KEY (person_id, mac)
);

-- The password of a user that the office's LDAP server accepted last, for while it cannot be reached.
CREATE TABLE remembered_passwords (
    person_id TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    accepted_at BIGINT NOT NULL
);
