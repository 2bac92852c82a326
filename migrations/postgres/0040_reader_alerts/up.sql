-- What somebody keeps for themselves alone (their alerts) with an event that they see in a calendar of another, and in which version.
CREATE TABLE reader_alerts (
    person_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    own TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (person_id, event_id)
);

CREATE INDEX reader_alerts_event ON reader_alerts (event_id);
