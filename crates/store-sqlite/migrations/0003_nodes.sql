-- The servers over this database. Each renews its one row every few seconds, however many calls it carries.

CREATE TABLE nodes (
    -- Fresh for every start.
    id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- The same for every start of one server.
    instance    TEXT    NOT NULL,
    -- The last sign of life, and until when it may be taken for alive.
    alive_at    INTEGER NOT NULL,
    lease_until INTEGER NOT NULL
) STRICT;

-- The node that carries the call. NULL: none does; it goes over another line, or a softphone alone has told of it. The
-- column last_alive_at is of version 0.1 and no longer written.
ALTER TABLE calls ADD COLUMN node_id BLOB;
