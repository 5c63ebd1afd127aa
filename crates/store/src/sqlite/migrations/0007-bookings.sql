-- Bookings: money moved between accounts of which none is a rider's.
--
-- Never edited, never deleted. What caused a booking is a kind and two numbers: 0 a statement
-- (operator, number), 1 a provider's bill (provider, day), 2 a ticket (its number less 2^63, 0),
-- 3 a payment of a payout (number, line).

CREATE TABLE bookings (
    cause    INTEGER NOT NULL,
    first    INTEGER NOT NULL,
    second   INTEGER NOT NULL,
    kind     INTEGER NOT NULL,        -- as in transfers
    debit    BLOB NOT NULL,           -- as in transfers
    credit   BLOB NOT NULL,
    amount   INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    day      INTEGER NOT NULL,
    PRIMARY KEY (cause, first, second, kind)
) STRICT, WITHOUT ROWID;

-- Statements made before there were bookings: their commission is kept, or given back where
-- corrections outweigh fares. x'06…' is the account of fees, x'04…' an operator's.
INSERT INTO bookings (cause, first, second, kind, debit, credit, amount, currency, day)
SELECT 0, operator, number, 4,
       CASE WHEN commission > 0 THEN payable_to ELSE fees END,
       CASE WHEN commission > 0 THEN fees ELSE payable_to END,
       abs(commission), currency, day
FROM (SELECT operator, number, commission, currency, day,
             unhex(printf('04%016X', operator)) AS payable_to,
             x'060000000000000000' AS fees
      FROM statements WHERE commission <> 0);
