-- With whom a person was in touch last, and when.
CREATE TABLE recent_people (
    person_id TEXT NOT NULL,
    other_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (person_id, other_id)
) WITHOUT ROWID;

CREATE INDEX recent_people_at ON recent_people (at);

-- The favourites of a person are followed as a collection, which is there from the first of them on.
CREATE UNIQUE INDEX collections_favourites ON collections (owner_id) WHERE kind = 'favourites';
INSERT INTO collections (kind, owner_id) SELECT DISTINCT 'favourites', person_id FROM favourites;
