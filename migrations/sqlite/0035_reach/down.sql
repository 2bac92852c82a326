DROP TABLE reach_settings;
