DROP TABLE calendar_properties;
DROP TABLE calendar_paths;
DROP TABLE calendar_objects;
