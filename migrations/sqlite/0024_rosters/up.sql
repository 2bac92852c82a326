CREATE TABLE rosters (
    id TEXT NOT NULL PRIMARY KEY,
    effective_on TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    applied_at BIGINT,
    wanted TEXT,
    undo TEXT
);

CREATE INDEX rosters_state ON rosters (state, applied_at);
