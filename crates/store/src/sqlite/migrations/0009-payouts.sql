-- Payouts: payments that settle statements, on their way to the bank.

CREATE TABLE payouts (
    number       INTEGER PRIMARY KEY,  -- from 1, without a gap
    day          INTEGER NOT NULL,     -- planned on
    currency     TEXT NOT NULL,
    planned_by   TEXT NOT NULL,        -- a name of the settings, here and below
    approved_by  TEXT,
    approved_at  INTEGER,
    exports      INTEGER NOT NULL,     -- how often it was written for the bank
    withdrawn_by TEXT,
    withdrawn_at INTEGER
) STRICT;

-- The statements a payout settles. A statement stands in one payout that was not withdrawn.
CREATE TABLE payout_statements (
    operator INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    payout   INTEGER NOT NULL,
    PRIMARY KEY (operator, number, payout)
) STRICT, WITHOUT ROWID;

CREATE INDEX payout_statements_of_payout ON payout_statements (payout);

-- Who pays whom: 0 an operator, 1 an issuer, each with its number.
CREATE TABLE payout_payments (
    payout    INTEGER NOT NULL,
    line      INTEGER NOT NULL,        -- from 0
    from_kind INTEGER NOT NULL,
    from_id   INTEGER NOT NULL,
    to_kind   INTEGER NOT NULL,
    to_id     INTEGER NOT NULL,
    amount    INTEGER NOT NULL CHECK (amount > 0),
    paid_on   INTEGER,                 -- the day the bank paid; NULL until then
    reference TEXT,                    -- the bank's
    PRIMARY KEY (payout, line)
) STRICT, WITHOUT ROWID;
