-- One sequence of changes a company, whatever the area: what changes takes the next number and leaves one entry. Of an
-- entity only the newest is kept, so the log is as long as there are entities.

ALTER TABLE companies RENAME COLUMN call_sequence TO change_sequence;

CREATE TABLE changes (
    company_id BLOB    NOT NULL REFERENCES companies (id),
    sequence   INTEGER NOT NULL,
    -- Area::number in crates/store/src/changes.rs: 1 is a call.
    area       INTEGER NOT NULL,
    entity_id  BLOB    NOT NULL CHECK (length(entity_id) = 16),
    -- Who may see it besides those who see the whole company: an agent's id, x'' for everybody, x'00' for nobody.
    audience   BLOB    NOT NULL,
    PRIMARY KEY (company_id, sequence)
) STRICT, WITHOUT ROWID;

INSERT INTO changes (company_id, sequence, area, entity_id, audience)
SELECT company_id, sequence, 1, id, COALESCE(agent_id, x'00') FROM calls ORDER BY company_id, sequence;

-- After the rows: sorting a million of them is quicker than finding a place for each.
CREATE UNIQUE INDEX changes_by_entity ON changes (company_id, area, entity_id);
CREATE INDEX changes_by_audience ON changes (company_id, audience, sequence);
