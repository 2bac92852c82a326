DROP TABLE post_terms;
