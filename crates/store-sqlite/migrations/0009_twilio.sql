-- Calls over Twilio: the legs of each as Twilio tells of them, their recordings, and companies' own accounts.

CREATE TABLE call_legs (
    company_id       BLOB    NOT NULL REFERENCES companies (id),
    -- Twilio's id of the leg.
    sid              TEXT    NOT NULL,
    call_id          BLOB    NOT NULL REFERENCES calls (id),
    -- The leg that dialed it; NULL for the first of a call.
    parent_sid       TEXT,
    -- The agent whose phone it reaches.
    agent_id         BLOB,
    status           TEXT,
    answered_at      INTEGER,
    ended_at         INTEGER,
    duration_seconds INTEGER,
    -- What became of those whom it dialed, and how long they talked.
    outcome          TEXT,
    outcome_seconds  INTEGER,
    created_at       INTEGER NOT NULL,
    PRIMARY KEY (company_id, sid),
    FOREIGN KEY (company_id, agent_id) REFERENCES users (company_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_legs_by_call ON call_legs (call_id);
CREATE INDEX call_legs_by_beginning ON call_legs (company_id, created_at) WHERE parent_sid IS NULL;

-- A softphone may have told of a call before Twilio did.
CREATE INDEX calls_by_twilio_sid ON calls (company_id, twilio_call_sid) WHERE twilio_call_sid IS NOT NULL;

CREATE TABLE recordings (
    company_id       BLOB    NOT NULL REFERENCES companies (id),
    -- Twilio's id of the recording.
    sid              TEXT    NOT NULL,
    call_id          BLOB    NOT NULL REFERENCES calls (id),
    -- The leg that was recorded.
    call_sid         TEXT    NOT NULL,
    status           TEXT    NOT NULL,
    duration_seconds INTEGER,
    created_at       INTEGER NOT NULL,
    PRIMARY KEY (company_id, sid)
) STRICT, WITHOUT ROWID;
CREATE INDEX recordings_by_time ON recordings (company_id, created_at);
CREATE INDEX recordings_by_call ON recordings (call_id);

-- Requests for calls by the key that their sender gave them, so that one that is sent again is not a second call.
CREATE TABLE call_requests (
    company_id BLOB    NOT NULL,
    agent_id   BLOB    NOT NULL,
    request    TEXT    NOT NULL,
    call_id    BLOB    NOT NULL CHECK (length(call_id) = 16),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (company_id, agent_id, request),
    FOREIGN KEY (company_id, agent_id) REFERENCES users (company_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_requests_by_time ON call_requests (created_at);

CREATE TABLE twilio_accounts (
    company_id  BLOB    NOT NULL PRIMARY KEY REFERENCES companies (id),
    account_sid TEXT    NOT NULL,
    -- What is no secret, a JSON object of texts.
    settings    TEXT    NOT NULL CHECK (json_valid(settings)),
    updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX twilio_accounts_by_sid ON twilio_accounts (account_sid);

-- What a key of the server has sealed.
CREATE TABLE twilio_secrets (
    company_id BLOB NOT NULL REFERENCES twilio_accounts (company_id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    key_id     TEXT NOT NULL,
    sealed     BLOB NOT NULL,
    PRIMARY KEY (company_id, name)
) STRICT, WITHOUT ROWID;
