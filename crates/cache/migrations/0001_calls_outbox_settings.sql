-- One row per person at one server: several servers, companies and people on one device never mix.
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    server TEXT NOT NULL,
    company_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    -- The server's change sequence up to which its changes are here.
    position INTEGER NOT NULL DEFAULT 0,
    -- Counts changes that await the server, so that a push can tell whether its call changed meanwhile.
    revision INTEGER NOT NULL DEFAULT 0,
    -- Calls that were missed before this moment were missed before this device knew the account.
    first_used_at INTEGER NOT NULL DEFAULT 0,
    UNIQUE (server, company_id, user_id)
) STRICT;

-- Times are milliseconds since 1970. NULL says that a fact is not known (yet).
CREATE TABLE calls (
    key INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    company_id TEXT NOT NULL,
    twilio_call_sid TEXT,
    from_number TEXT NOT NULL DEFAULT '',
    to_number TEXT NOT NULL DEFAULT '',
    direction TEXT NOT NULL,
    status TEXT NOT NULL,
    duration_seconds INTEGER,
    recording_url TEXT,
    agent_id TEXT,
    agent_name TEXT,
    customer_name TEXT,
    created_at INTEGER NOT NULL,
    answered_at INTEGER,
    ended_at INTEGER,
    line TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    -- The server has a record of this call.
    on_server INTEGER NOT NULL DEFAULT 0,
    -- Derived by the program when it writes a row: an incoming call nobody took, whether the agent has seen it,
    -- and what a search looks at.
    missed INTEGER NOT NULL DEFAULT 0,
    seen INTEGER NOT NULL DEFAULT 0,
    search TEXT NOT NULL DEFAULT '',
    UNIQUE (account, id)
) STRICT;

-- The history's order, with everything its filters and its search look at, so that a scan touches no row it drops.
CREATE INDEX calls_by_time ON calls (account, created_at, id, direction, search);
CREATE INDEX calls_missed ON calls (account, created_at, id, seen, search) WHERE missed = 1;

-- Calls with facts that the server has not got. What is sent is the call's record, so one row a call is enough.
CREATE TABLE outbox (
    account INTEGER NOT NULL REFERENCES accounts (id),
    call TEXT NOT NULL,
    revision INTEGER NOT NULL,
    -- Why the server refused it for good; such a row stays, but is not sent again until the call changes.
    refused TEXT,
    PRIMARY KEY (account, call)
) STRICT, WITHOUT ROWID;

-- Calls in progress on this device and when they were last known to be alive.
CREATE TABLE live (
    account INTEGER NOT NULL REFERENCES accounts (id),
    call TEXT NOT NULL,
    run TEXT NOT NULL,
    alive_at INTEGER NOT NULL,
    PRIMARY KEY (account, call)
) STRICT, WITHOUT ROWID;

-- Values by name, each JSON.
CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
