DROP TABLE contact_numbers;
DROP TABLE contacts;
DROP TABLE address_books;
