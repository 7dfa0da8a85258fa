-- The backend's tables. Migrations are append-only: this file never changes once it is released.
--
-- Ids are the 16 bytes of a UUID, times are milliseconds since 1970-01-01T00:00:00Z, words are spelled as in the JSON.
-- A column is NULL only where the JSON says null: the fact is not known.

-- "MCBK": tells our databases from other programs' files.
PRAGMA application_id = 1296253515;

CREATE TABLE server (
    singleton      INTEGER PRIMARY KEY CHECK (singleton = 1),
    account_sid    TEXT NOT NULL,
    key_sid        TEXT NOT NULL,
    app_sid        TEXT NOT NULL,
    voice_secret   TEXT NOT NULL,
    session_secret TEXT NOT NULL
) STRICT;

CREATE TABLE companies (
    id            BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name          TEXT    NOT NULL UNIQUE,
    region        TEXT    NOT NULL DEFAULT 'SA',
    settings      TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(settings)),
    -- The newest change of a call of this company. A number once given is never given again.
    call_sequence INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE users (
    id            BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    company_id    BLOB    NOT NULL REFERENCES companies (id),
    username      TEXT    NOT NULL UNIQUE,
    name          TEXT    NOT NULL DEFAULT '',
    extension     TEXT,
    password_hash TEXT    NOT NULL DEFAULT '',
    role          TEXT    NOT NULL DEFAULT 'agent',
    created_at    INTEGER NOT NULL DEFAULT 0,
    UNIQUE (company_id, extension),
    -- Target of the foreign keys below, which thereby cannot mix companies.
    UNIQUE (company_id, id)
) STRICT;

CREATE TABLE sessions (
    id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    company_id   BLOB    NOT NULL,
    user_id      BLOB    NOT NULL,
    created_at   INTEGER NOT NULL DEFAULT 0,
    last_used_at INTEGER NOT NULL DEFAULT 0,
    revoked_at   INTEGER,
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id)
) STRICT;
CREATE INDEX sessions_by_use ON sessions (last_used_at);
CREATE INDEX sessions_by_user ON sessions (company_id, user_id);

-- Used tokens stay for a while, so that a copy is recognized when it is used again.
CREATE TABLE refresh_tokens (
    hash       BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    session_id BLOB    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id, used_at);

CREATE TABLE calls (
    -- created_at shifted left by 12 bits, and a number that tells calls of the same millisecond apart: the order of the
    -- list, the position of a page and the row of the search index in one integer.
    key              INTEGER NOT NULL PRIMARY KEY,
    id               BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    company_id       BLOB    NOT NULL REFERENCES companies (id),
    sequence         INTEGER NOT NULL,
    twilio_call_sid  TEXT,
    from_number      TEXT    NOT NULL DEFAULT '',
    to_number        TEXT    NOT NULL DEFAULT '',
    direction        TEXT    NOT NULL,
    status           TEXT    NOT NULL,
    duration_seconds INTEGER,
    recording_url    TEXT,
    agent_id         BLOB,
    agent_name       TEXT,
    customer_name    TEXT,
    created_at       INTEGER NOT NULL,
    answered_at      INTEGER,
    ended_at         INTEGER,
    line             TEXT    NOT NULL,
    updated_at       INTEGER NOT NULL,
    last_alive_at    INTEGER,
    -- Numbers and names as the search compares them.
    search           TEXT    NOT NULL DEFAULT '',
    FOREIGN KEY (company_id, agent_id) REFERENCES users (company_id, id)
) STRICT;
CREATE UNIQUE INDEX calls_by_sequence ON calls (company_id, sequence);
CREATE INDEX calls_by_agent_sequence ON calls (company_id, agent_id, sequence);
CREATE INDEX calls_by_company ON calls (company_id, key);
CREATE INDEX calls_by_direction ON calls (company_id, direction, key);
CREATE INDEX calls_by_status ON calls (company_id, status, key);
CREATE INDEX calls_by_agent ON calls (company_id, agent_id, key);
CREATE INDEX calls_by_agent_direction ON calls (company_id, agent_id, direction, key);
CREATE INDEX calls_by_agent_status ON calls (company_id, agent_id, status, key);
CREATE INDEX calls_open ON calls (line) WHERE status IN ('queued', 'initiated', 'ringing', 'in-progress');

-- One document a call; its words are made by src/search.rs. No positions and no text are kept, only which calls hold a
-- word.
CREATE VIRTUAL TABLE call_search USING fts5 (
    words,
    content = '', contentless_delete = 1, detail = none,
    tokenize = 'ascii'
);
