-- Notices: what riders are told about what they owe, as it was told, and the outbox to their phones.
CREATE TABLE notices (
    rider        INTEGER NOT NULL,
    validator    INTEGER NOT NULL,     -- with sequence and version: the charge whose news it was
    sequence     INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    kind         INTEGER NOT NULL,     -- 0 declined, 1 reminder, 2 last attempt, 3 settled
    declines     INTEGER NOT NULL,     -- how often the charge had been declined then
    at           INTEGER NOT NULL,
    amount       INTEGER NOT NULL,
    currency     TEXT NOT NULL,
    rides        INTEGER NOT NULL,
    text_en      TEXT NOT NULL,
    text_zh_hans TEXT NOT NULL,
    text_zh_hant TEXT NOT NULL,
    state        INTEGER NOT NULL,     -- 0 waiting, 1 sent, 2 failed
    word         TEXT,                 -- the gateway's reason where failed
    attempts     INTEGER NOT NULL,
    next_attempt INTEGER,              -- NULL when nothing is to be done
    PRIMARY KEY (rider, validator, sequence, version, kind, declines)
) STRICT, WITHOUT ROWID;

CREATE INDEX notices_due ON notices (next_attempt) WHERE next_attempt IS NOT NULL;
