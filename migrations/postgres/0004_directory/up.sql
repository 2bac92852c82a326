CREATE TABLE units (
    id TEXT NOT NULL PRIMARY KEY,
    parent_id TEXT REFERENCES units (id),
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE people (
    id TEXT NOT NULL PRIMARY KEY,
    full_name TEXT NOT NULL,
    phonetic TEXT NOT NULL,
    staff_number TEXT UNIQUE,
    phones TEXT NOT NULL,
    emails TEXT NOT NULL,
    photo_id TEXT,
    left_on TEXT,
    version BIGINT NOT NULL
);

CREATE TABLE person_emails (
    address TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES people (id),
    PRIMARY KEY (address, person_id)
);

CREATE INDEX person_emails_person ON person_emails (person_id);

CREATE TABLE posts (
    person_id TEXT NOT NULL REFERENCES people (id),
    position INTEGER NOT NULL,
    unit_id TEXT NOT NULL REFERENCES units (id),
    title TEXT,
    starts_on TEXT,
    ends_on TEXT,
    PRIMARY KEY (person_id, position)
);

CREATE INDEX posts_unit ON posts (unit_id);

INSERT INTO collections (kind) VALUES ('directory');
