DELETE FROM grants WHERE grantee_kind = 'post';
DELETE FROM person_groups WHERE group_id LIKE '%/%';
DROP TABLE post_terms;
