DROP TABLE contact_merge_cards;
DROP TABLE contact_merges;
DROP TABLE contact_keys;
