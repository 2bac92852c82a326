-- For how long which post was held: what people hold now has no end. Without a beginning it was held before this was written down.
CREATE TABLE post_terms (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    person_id TEXT NOT NULL REFERENCES people (id),
    position INTEGER NOT NULL,
    unit_id TEXT NOT NULL,
    title TEXT,
    began_on TEXT,
    ended_on TEXT
);
CREATE INDEX post_terms_person ON post_terms (person_id);

INSERT INTO post_terms (person_id, position, unit_id, title, began_on)
SELECT person_id, MIN(position), unit_id, title, MIN(starts_on) FROM posts GROUP BY person_id, unit_id, title;

-- Who holds a post is in the group of its holders: what is shared with the post is theirs while they hold it.
INSERT INTO person_groups (person_id, group_id)
SELECT DISTINCT person_id, unit_id || '/' || title FROM posts WHERE title IS NOT NULL;
