DROP TABLE jobs;
DROP TABLE ledger;
DROP TABLE changes;
DROP TABLE collections;
DROP TABLE meta;
