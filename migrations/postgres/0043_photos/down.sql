UPDATE people SET photo_id = NULL;
DROP TABLE person_photos;
