-- What contacts are gathered by: mail addresses, numbers, names, keywords, kinds, members. Made of the card, like its index.
CREATE TABLE contact_keys (
    collection_id BIGINT NOT NULL,
    kind INTEGER NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    PRIMARY KEY (collection_id, kind, value, contact_id)
);

CREATE INDEX contact_keys_contact ON contact_keys (contact_id);

-- Contacts that a person made one, for as long as that can be undone.
CREATE TABLE contact_merges (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL,
    collection_id BIGINT NOT NULL,
    kept_id TEXT NOT NULL,
    kept_version BIGINT NOT NULL,
    merged_at BIGINT NOT NULL
);

CREATE INDEX contact_merges_of_person ON contact_merges (person_id, merged_at);
CREATE INDEX contact_merges_oldest ON contact_merges (merged_at);

-- The cards as they were before: of the contact that stayed, of those that went, and of the groups in which these were.
CREATE TABLE contact_merge_cards (
    merge_id TEXT NOT NULL REFERENCES contact_merges (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    part INTEGER NOT NULL,
    contact_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    card TEXT NOT NULL,
    PRIMARY KEY (merge_id, position)
);
