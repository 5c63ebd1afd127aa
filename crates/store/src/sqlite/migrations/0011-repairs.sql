-- Repairs: what a rider or an agent says about a tap, with the evidence it rests on. A row is never
-- edited; another repair of the tap has the next number.
--
-- A repair is a tap too. Kinds of taps, beside those of the first migration: 4 and 5 a way in or
-- out supplied by the rider, 6 and 7 by an agent, 8 nobody rode, 9 an overstay is excused; `voided`
-- is then the entry mended, and the tap's own sequence is number * 2^56 + that entry. Endings of
-- fares, beside those of the first migration: 7 repaired.
CREATE TABLE repairs (
    rider     INTEGER NOT NULL,
    validator INTEGER NOT NULL,        -- with sequence: the tap mended
    sequence  INTEGER NOT NULL,
    number    INTEGER NOT NULL,        -- among the repairs of that tap, from 1
    mend      INTEGER NOT NULL,        -- 1 to 6: the tap's kind less 3
    time      INTEGER NOT NULL,
    stop      TEXT,
    made      INTEGER NOT NULL,
    author    TEXT NOT NULL,           -- member of staff; empty for the rider
    evidence  INTEGER NOT NULL,        -- 0 word, 1 gate, 2 timetable, 3 other taps
    note      TEXT NOT NULL,
    PRIMARY KEY (rider, validator, sequence, number)
) STRICT, WITHOUT ROWID;
