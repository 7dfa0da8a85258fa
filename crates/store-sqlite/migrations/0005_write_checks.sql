-- One row that is written to see whether the database takes writes.

CREATE TABLE write_checks (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    checks    INTEGER NOT NULL
) STRICT;
