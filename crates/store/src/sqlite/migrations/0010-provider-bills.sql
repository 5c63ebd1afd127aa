-- Provider bills: what a provider says of a day, held against our books.

CREATE TABLE provider_bills (
    provider INTEGER NOT NULL,
    day      INTEGER NOT NULL,         -- the day the bill is for
    digest   BLOB NOT NULL,            -- SHA-256 of the bill as it came
    taken_by TEXT NOT NULL,            -- a name of the settings, here and below
    taken_at INTEGER NOT NULL,
    total    INTEGER NOT NULL,         -- what its lines come to, duplicates left out
    currency TEXT NOT NULL,
    net      INTEGER,                  -- what the provider paid and kept; NULL until it is known
    cost     INTEGER,
    PRIMARY KEY (provider, day)
) STRICT, WITHOUT ROWID;

-- Every line of a bill and every charge of the day, in its class. A row is written once; only who
-- put a difference right is added.
CREATE TABLE bill_findings (
    provider        INTEGER NOT NULL,
    day             INTEGER NOT NULL,
    place           INTEGER NOT NULL,  -- from 0
    class           INTEGER NOT NULL,  -- 0 duplicate line, 1 paid twice, 2 missing here, 3 amount
                                       -- differs, 4 status differs, 5 transaction differs,
                                       -- 6 matched, 7 missing there, 8 not collected
    validator       INTEGER NOT NULL,  -- with sequence and version: the charge
    sequence        INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    transaction_id  TEXT,              -- the provider's number on the bill
    ours            INTEGER,           -- minor units; NULL without a charge of ours
    ours_currency   TEXT,
    theirs          INTEGER,           -- minor units; NULL without a line
    theirs_currency TEXT,
    resolved_by     TEXT,
    resolved_at     INTEGER,
    reason          TEXT,
    PRIMARY KEY (provider, day, place)
) STRICT, WITHOUT ROWID;

-- The differences something is still to be done about.
CREATE INDEX bill_findings_open ON bill_findings (provider, day, place)
    WHERE resolved_at IS NULL AND class NOT IN (6, 8);
