DROP TABLE favourites;
DROP INDEX people_suppressed;
ALTER TABLE people DROP COLUMN suppressed;
