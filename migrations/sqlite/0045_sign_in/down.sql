DROP TABLE remembered_passwords;
DROP TABLE forwarded_passwords;
DROP TABLE login_failures;
