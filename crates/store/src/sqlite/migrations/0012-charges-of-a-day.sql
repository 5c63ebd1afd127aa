-- One charge for all rides of a service day, where the issuer charges so.
--
-- A charge's version from 2000000 on is one of a service day: validator and sequence then name the
-- first of its rides by id when the day was first charged.

-- The service day a fare is charged with; NULL where it is charged on its own. Each version of a
-- fare has that of the first.
ALTER TABLE fares ADD COLUMN charge_day INTEGER;

-- For how many rides a charge is.
ALTER TABLE charges ADD COLUMN rides INTEGER NOT NULL DEFAULT 1 CHECK (rides > 0);

-- Service days that gained a fare charged with its day and were not charged since. The month is due
-- when the day is over.
CREATE TABLE open_days (
    rider INTEGER NOT NULL,
    month INTEGER NOT NULL,            -- the month the fares are billed in
    day   INTEGER NOT NULL,
    PRIMARY KEY (rider, month, day)
) STRICT, WITHOUT ROWID;
