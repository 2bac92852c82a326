-- What a number that calls is shown as, as phones were last told. It is worked out from the directory; meta 'caller-id' says up to
-- which change of the directory.
CREATE TABLE caller_numbers (
    number BIGINT NOT NULL PRIMARY KEY,
    label TEXT NOT NULL
);

INSERT INTO collections (kind) VALUES ('caller-id');
INSERT INTO meta (key, value) VALUES ('caller-id', '0');
