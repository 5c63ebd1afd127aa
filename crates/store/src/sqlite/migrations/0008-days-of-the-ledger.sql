-- Days of the ledger: every transfer and booking belongs to the day that was open when it was
-- taken down, and a day that was cut gets a head that vouches for all of it and for the days before
-- (docs/ledger.md). What was taken down before belongs to the first day.

ALTER TABLE transfers ADD COLUMN ledger_day INTEGER NOT NULL DEFAULT 1;
-- The first eight bytes of SHA-256 over the row's canonical bytes; NULL in rows older than this.
ALTER TABLE transfers ADD COLUMN check_number INTEGER;
ALTER TABLE bookings ADD COLUMN ledger_day INTEGER NOT NULL DEFAULT 1;

-- The number of the ledger day that is open.
INSERT INTO counters (name, value) VALUES ('ledger_day', 1);

-- Ledger days that were cut, numbered from 1 without a gap.
CREATE TABLE ledger_days (
    number    INTEGER PRIMARY KEY,
    day       INTEGER NOT NULL UNIQUE, -- the service day it closes
    transfers INTEGER,                 -- how many; NULL until the day is sealed
    bookings  INTEGER,
    head      BLOB
) STRICT;
