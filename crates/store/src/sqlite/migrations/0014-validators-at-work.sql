-- Validators at work: when they retired, where they are wanted, how they last said they were; and
-- the trail of what people did.
ALTER TABLE validators ADD COLUMN retired INTEGER; -- when, NULL while it works; `active` follows

-- Where operators want their validators.
CREATE TABLE assignments (
    validator INTEGER PRIMARY KEY,
    line      TEXT,                    -- GTFS route_id
    stop      TEXT,                    -- GTFS stop_id
    vehicle   TEXT,                    -- vehicle or gate array
    since     INTEGER NOT NULL
) STRICT;

-- The last heartbeat of each validator, as it was sealed; its signature was checked.
CREATE TABLE beats (
    validator INTEGER PRIMARY KEY,
    heard     INTEGER NOT NULL,
    sealed    INTEGER NOT NULL,        -- the validator's own time
    bytes     BLOB NOT NULL
) STRICT;

-- What people of the staff did. A row is never changed.
CREATE TABLE trail (
    number    INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    author    TEXT NOT NULL,
    kind      INTEGER NOT NULL,        -- 0 looked up, 1 blocked a phone, 2 mended a tap, 3 gave a
                                       -- code, 4 moved a validator, 5 retired one
    rider     INTEGER,
    device    INTEGER,
    validator INTEGER,                 -- with sequence: the tap, where there is one
    sequence  INTEGER,
    operator  INTEGER,                 -- whose staff may read it, beside the issuer's
    reason    TEXT NOT NULL
) STRICT;

CREATE INDEX trail_of_rider ON trail (rider) WHERE rider IS NOT NULL;
CREATE INDEX trail_of_operator ON trail (operator) WHERE operator IS NOT NULL;
