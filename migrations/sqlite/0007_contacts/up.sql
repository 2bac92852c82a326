CREATE TABLE address_books (
    id TEXT NOT NULL PRIMARY KEY,
    collection_id BIGINT NOT NULL UNIQUE REFERENCES collections (id),
    owner_id TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    name TEXT NOT NULL,
    version BIGINT NOT NULL
);

CREATE UNIQUE INDEX address_books_default ON address_books (owner_id) WHERE is_default;

-- What is searched stands before the card, which may be long: a search does not read past it.
CREATE TABLE contacts (
    id TEXT NOT NULL PRIMARY KEY,
    collection_id BIGINT NOT NULL REFERENCES collections (id),
    address_book_id TEXT NOT NULL REFERENCES address_books (id),
    uid TEXT NOT NULL,
    version BIGINT NOT NULL,
    sort_key TEXT NOT NULL,
    search TEXT NOT NULL,
    romaji TEXT NOT NULL,
    card TEXT NOT NULL
);

CREATE UNIQUE INDEX contacts_uid ON contacts (collection_id, uid);
CREATE INDEX contacts_sorted ON contacts (collection_id, sort_key, id);
CREATE INDEX contacts_by_id ON contacts (collection_id, id);

CREATE TABLE contact_numbers (
    number TEXT NOT NULL,
    contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    PRIMARY KEY (number, contact_id)
) WITHOUT ROWID;

CREATE INDEX contact_numbers_contact ON contact_numbers (contact_id);
