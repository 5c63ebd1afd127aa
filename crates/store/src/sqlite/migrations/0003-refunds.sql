-- Refunds: money of collected charges on its way back to where it came from.
CREATE TABLE refunds (
    rider        INTEGER NOT NULL,
    validator    INTEGER NOT NULL,     -- with sequence and version: the charge
    sequence     INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    number       INTEGER NOT NULL,     -- which of the charge's refunds, from 1
    amount       INTEGER NOT NULL CHECK (amount > 0),
    currency     TEXT NOT NULL,
    state        INTEGER NOT NULL,     -- 0 planned, 1 submitted, 2 accepted, 3 done, 4 refused,
                                       -- 5 unknown
    word         TEXT,                 -- the provider's reason where refused
    attempts     INTEGER NOT NULL,
    next_attempt INTEGER,              -- NULL when nothing is to be done
    planned      INTEGER NOT NULL,
    PRIMARY KEY (rider, validator, sequence, version, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX refunds_due ON refunds (next_attempt) WHERE next_attempt IS NOT NULL;
