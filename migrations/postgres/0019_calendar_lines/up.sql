-- What files that were imported say of a calendar as a whole (X-WR-CALDESC and the like), one line a line.
CREATE TABLE calendar_lines (
    calendar_id TEXT NOT NULL PRIMARY KEY,
    lines TEXT NOT NULL
);
