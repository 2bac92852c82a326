DROP TABLE grants;
DROP TABLE person_groups;
