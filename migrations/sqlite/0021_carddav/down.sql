DROP TABLE address_book_properties;
DROP TABLE address_book_paths;
DROP TABLE card_objects;
