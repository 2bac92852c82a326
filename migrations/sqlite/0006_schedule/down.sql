DROP TABLE occurrences;
DROP TABLE placements;
DROP TABLE events;
DROP TABLE facilities;
DROP TABLE calendars;
DROP INDEX grants_role;
