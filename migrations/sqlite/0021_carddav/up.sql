-- What a contacts client stored, as it sent it. A contact that no client stored has no row, and a row outlives its contact, so
-- that its end can be told by its name.
CREATE TABLE card_objects (
    collection_id BIGINT NOT NULL,
    contact_id TEXT NOT NULL,
    name TEXT NOT NULL,
    etag TEXT NOT NULL,
    body TEXT,
    PRIMARY KEY (collection_id, contact_id)
);

CREATE UNIQUE INDEX card_objects_name ON card_objects (collection_id, name);

-- The path that a contacts client chose for an address book that it made.
CREATE TABLE address_book_paths (
    address_book_id TEXT NOT NULL PRIMARY KEY,
    owner_id TEXT NOT NULL,
    segment TEXT NOT NULL
);

CREATE UNIQUE INDEX address_book_paths_segment ON address_book_paths (owner_id, segment);

-- What a contacts client keeps with an address book, for each person who sees it.
CREATE TABLE address_book_properties (
    address_book_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (person_id, address_book_id, name)
);

CREATE INDEX address_book_properties_book ON address_book_properties (address_book_id);
