-- How many calls are over (those that are not are few, and counted one by one), by the hour and the day of their
-- beginning, so that statistics do not read the calls themselves. Written in the transaction that ends a call.

CREATE TABLE call_counts (
    company_id BLOB    NOT NULL,
    -- x'' for all calls of the company. Agents have too few calls an hour to keep hours for them.
    agent_id   BLOB    NOT NULL,
    -- Length of the bucket in hours: 1 or 24.
    span       INTEGER NOT NULL,
    -- Number of the bucket since 1970-01-01T00:00:00Z.
    bucket     INTEGER NOT NULL,
    direction  TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    calls      INTEGER NOT NULL,
    -- Sum of their talk time in seconds.
    talked     INTEGER NOT NULL,
    PRIMARY KEY (company_id, agent_id, span, bucket, direction, status)
) STRICT, WITHOUT ROWID;

INSERT INTO call_counts
SELECT company_id, x'', 1, (key >> 12) / 3600000, direction, status, COUNT(*), SUM(COALESCE(duration_seconds, 0))
FROM calls
WHERE status NOT IN ('queued', 'initiated', 'ringing', 'in-progress')
GROUP BY 1, 4, 5, 6;

INSERT INTO call_counts
SELECT company_id, x'', 24, bucket / 24, direction, status, SUM(calls), SUM(talked)
FROM call_counts
GROUP BY 1, 4, 5, 6;

INSERT INTO call_counts
SELECT company_id, agent_id, 24, (key >> 12) / 86400000, direction, status, COUNT(*), SUM(COALESCE(duration_seconds, 0))
FROM calls
WHERE status NOT IN ('queued', 'initiated', 'ringing', 'in-progress') AND agent_id IS NOT NULL
GROUP BY 1, 2, 4, 5, 6;
