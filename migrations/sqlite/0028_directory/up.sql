-- Who must not be found: in office, and shown in no list, search or feed.
ALTER TABLE people ADD COLUMN suppressed BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX people_suppressed ON people (id) WHERE suppressed;

-- Whom a person wants to find first.
CREATE TABLE favourites (
    person_id TEXT NOT NULL,
    favourite_id TEXT NOT NULL REFERENCES people (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, favourite_id)
);
