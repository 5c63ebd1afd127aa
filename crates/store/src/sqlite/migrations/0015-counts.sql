-- Counts that grow with what is taken in, so that the live picture never counts rides again.
-- They begin with this migration, but for the totals of charges, which are counted once here.

-- Decisions of validators, by the time of their entries.
CREATE TABLE pulses (
    operator INTEGER NOT NULL,
    slot     INTEGER NOT NULL,         -- its first second; 300 seconds long
    rung     INTEGER NOT NULL,         -- the outcome's rung from the top of the ladder
    count    INTEGER NOT NULL,
    PRIMARY KEY (slot, operator, rung)
) STRICT, WITHOUT ROWID;

-- Admitted taps and fares of a line, by the hour in which they began.
CREATE TABLE line_hours (
    operator INTEGER NOT NULL,
    hour     INTEGER NOT NULL,         -- its first second
    line     TEXT NOT NULL,            -- GTFS route_id, '' where the place names none
    taps     INTEGER NOT NULL,
    minor    INTEGER NOT NULL,
    PRIMARY KEY (hour, operator, line)
) STRICT, WITHOUT ROWID;

-- Charges by state and by how they stand to advances; every such pair has its row.
CREATE TABLE charge_totals (
    state    INTEGER NOT NULL,         -- as in charges
    standing INTEGER NOT NULL,         -- 0 never declined, 1 declined before, 2 written off too
    count    INTEGER NOT NULL,
    minor    INTEGER NOT NULL,         -- what came in where that is another amount
    PRIMARY KEY (state, standing)
) STRICT, WITHOUT ROWID;

INSERT INTO charge_totals
    SELECT state.value, standing.value, 0, 0
    FROM json_each('[0, 1, 2, 3, 4, 5, 6, 7]') AS state, json_each('[0, 1, 2]') AS standing;

UPDATE charge_totals SET count = held.count, minor = held.minor
    FROM (
        SELECT state, CASE WHEN declines = 0 THEN 0 WHEN written_off IS NULL THEN 1 ELSE 2 END
                   AS standing,
               count(*) AS count, sum(coalesce(taken, amount)) AS minor
        FROM charges GROUP BY 1, 2
    ) AS held
    WHERE held.state = charge_totals.state AND held.standing = charge_totals.standing;

CREATE TRIGGER charges_begin AFTER INSERT ON charges BEGIN
    UPDATE charge_totals SET count = count + 1, minor = minor + coalesce(NEW.taken, NEW.amount)
        WHERE state = NEW.state AND standing =
            CASE WHEN NEW.declines = 0 THEN 0 WHEN NEW.written_off IS NULL THEN 1 ELSE 2 END;
END;

CREATE TRIGGER charges_move AFTER UPDATE ON charges
WHEN OLD.state <> NEW.state OR OLD.amount <> NEW.amount OR OLD.declines <> NEW.declines
    OR OLD.written_off IS NOT NEW.written_off OR OLD.taken IS NOT NEW.taken
BEGIN
    UPDATE charge_totals SET count = count - 1, minor = minor - coalesce(OLD.taken, OLD.amount)
        WHERE state = OLD.state AND standing =
            CASE WHEN OLD.declines = 0 THEN 0 WHEN OLD.written_off IS NULL THEN 1 ELSE 2 END;
    UPDATE charge_totals SET count = count + 1, minor = minor + coalesce(NEW.taken, NEW.amount)
        WHERE state = NEW.state AND standing =
            CASE WHEN NEW.declines = 0 THEN 0 WHEN NEW.written_off IS NULL THEN 1 ELSE 2 END;
END;
