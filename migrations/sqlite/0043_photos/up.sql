-- Each person's photo in the sizes that are handed out, made anew from what was sent. Which one it is stands in people.photo_id.
CREATE TABLE person_photos (
    person_id TEXT NOT NULL,
    size INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (person_id, size)
);
