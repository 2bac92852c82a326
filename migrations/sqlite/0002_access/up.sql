CREATE TABLE person_groups (
    person_id TEXT NOT NULL,
    group_id TEXT NOT NULL,
    PRIMARY KEY (person_id, group_id)
) WITHOUT ROWID;

CREATE INDEX person_groups_group ON person_groups (group_id, person_id);

CREATE TABLE grants (
    collection_id BIGINT NOT NULL REFERENCES collections (id),
    grantee_id TEXT NOT NULL,
    grantee_kind TEXT NOT NULL,
    role INTEGER NOT NULL,
    PRIMARY KEY (grantee_id, collection_id)
) WITHOUT ROWID;

CREATE INDEX grants_collection ON grants (collection_id);
