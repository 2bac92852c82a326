DELETE FROM changes WHERE collection_id IN (SELECT id FROM collections WHERE kind = 'favourites');
DELETE FROM collections WHERE kind = 'favourites';
DROP INDEX collections_favourites;
DROP TABLE recent_people;
