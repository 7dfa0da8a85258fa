-- How far Twilio's own lists of calls and recordings were gone through, and what there is still to ask for.

CREATE TABLE twilio_looks (
    -- The company whose own account it is; X'' for the server's.
    owner        BLOB    NOT NULL PRIMARY KEY,
    -- Of another account nothing was gone through.
    account_sid  TEXT    NOT NULL,
    looked_until INTEGER,
    -- The node that is at it, as long as it lives.
    node_id      BLOB
) STRICT, WITHOUT ROWID;

CREATE INDEX call_legs_open ON call_legs (company_id, created_at)
    WHERE status IS NULL OR status IN ('queued', 'initiated', 'ringing', 'in-progress');
CREATE INDEX calls_open_over_twilio ON calls (company_id, created_at)
    WHERE line = 'twilio' AND status IN ('queued', 'initiated', 'ringing', 'in-progress');
CREATE INDEX recordings_unfinished ON recordings (company_id, created_at)
    WHERE status IN ('in-progress', 'processing');
