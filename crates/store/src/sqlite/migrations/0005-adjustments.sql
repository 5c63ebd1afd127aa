-- Adjustments: money given to riders by people, one asking and another approving. Rows are never
-- deleted: they are the trail of who asked, why, and who decided.
CREATE TABLE adjustments (
    adjustment INTEGER PRIMARY KEY,    -- stored less 2^63, as other random ids
    kind       INTEGER NOT NULL,       -- 0 goodwill, 1 taken back
    taken_back INTEGER,                -- the adjustment that is taken back, likewise
    why        TEXT NOT NULL,
    asked_by   TEXT NOT NULL,
    asked      INTEGER NOT NULL,
    state      INTEGER NOT NULL,       -- 0 waiting, 1 approved, 2 refused
    decided_by TEXT,
    decided    INTEGER,
    waiting    INTEGER NOT NULL        -- lines that wait
) STRICT;

CREATE INDEX adjustments_by_time ON adjustments (asked);
CREATE INDEX adjustments_due ON adjustments (adjustment) WHERE state = 1 AND waiting > 0;

CREATE TABLE adjustment_lines (
    adjustment INTEGER NOT NULL,
    line       INTEGER NOT NULL,       -- from 0
    validator  INTEGER NOT NULL,       -- with sequence: the ride
    sequence   INTEGER NOT NULL,
    rider      INTEGER NOT NULL,
    amount     INTEGER NOT NULL CHECK (amount > 0),
    currency   TEXT NOT NULL,
    number     INTEGER,                -- which of the ride's gifts, once it is known
    state      INTEGER NOT NULL,       -- 0 waiting, 1 posted, 2 refused
    PRIMARY KEY (adjustment, line)
) STRICT, WITHOUT ROWID;

CREATE INDEX adjustment_lines_posted ON adjustment_lines (rider) WHERE state = 1;
