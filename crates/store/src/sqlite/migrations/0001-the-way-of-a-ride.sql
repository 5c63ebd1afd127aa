-- The way of a ride, from the rider's account to the operator's statement.
--
-- Numbers of 64 bits that are drawn at random (rider, device, mandate) are stored less 2^63, so
-- that SQLite orders them as they are ordered everywhere else; docs/storage.md shows how to print
-- one. Journal numbers, versions and marks are stored as they are. Times are seconds since
-- 1970-01-01T00:00:00Z, days are days since 1970-01-01, months are 12 x year + month - 1, money is
-- in minor units. Small numbers for states are named at their column and never change meaning.

-- Counters, one row each.
CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO counters (name, value) VALUES
    ('mark', 0),          -- the last mark given to a due month
    ('leg', 0),           -- the last number given to a leg
    ('deny_version', 0),  -- changes of the deny list
    ('charges_open', 0),  -- charges not collected
    ('disagreements', 0); -- rows of the table of that name

-- Riders. The only table with phone numbers of riders.
CREATE TABLE riders (
    rider         INTEGER PRIMARY KEY,
    phone         TEXT NOT NULL UNIQUE,
    opened        INTEGER NOT NULL,
    state         INTEGER NOT NULL, -- 0 active, 1 blocked, 2 closed
    -- The block: what is owed, for how many rides, since when. NULL unless blocked.
    owed_minor    INTEGER,
    owed_currency TEXT,
    owed_rides    INTEGER,
    blocked_since INTEGER
) STRICT;

-- What each rider owes: the sum of the rider's transfers, kept. Narrow, because every fare and
-- every payment finds and changes a row here.
CREATE TABLE balances (
    rider    INTEGER PRIMARY KEY,
    minor    INTEGER NOT NULL,
    currency TEXT,             -- decided by the first transfer
    mark     INTEGER NOT NULL  -- counts news about the rider's charges
) STRICT;

-- SMS codes waiting for their answer, one for a phone. Only digests.
CREATE TABLE challenges (
    phone      TEXT PRIMARY KEY,
    digest     BLOB NOT NULL,
    expires    INTEGER NOT NULL,
    tries_left INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Signed-in riders. The token itself is not stored.
CREATE TABLE sessions (
    token_digest BLOB PRIMARY KEY,
    rider        INTEGER NOT NULL,
    expires      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Payment mandates.
CREATE TABLE mandates (
    number   INTEGER PRIMARY KEY,      -- in the order they were first saved
    mandate  INTEGER NOT NULL UNIQUE,
    rider    INTEGER NOT NULL,
    provider INTEGER NOT NULL,
    contract TEXT,                     -- the provider's number, once known
    state    INTEGER NOT NULL,         -- 0 pending, 1 active, 2 suspended, 3 ended
    reason   TEXT,                     -- the provider's word, where suspended
    changed  INTEGER NOT NULL
) STRICT;

CREATE INDEX mandates_of_rider ON mandates (rider);

-- Riders' phones as holders of signing keys.
CREATE TABLE devices (
    number     INTEGER PRIMARY KEY,    -- in the order they were registered
    device     INTEGER NOT NULL UNIQUE,
    rider      INTEGER NOT NULL,
    algorithm  INTEGER NOT NULL,       -- 0 ES256, 1 EdDSA, 2 SM2
    key        BLOB NOT NULL,          -- 33 bytes
    registered INTEGER NOT NULL,
    revoked    INTEGER,                -- NULL active, 0 lost, 1 replaced, 2 closed
    revoked_at INTEGER,
    UNIQUE (key, algorithm)
) STRICT;

CREATE INDEX devices_of_rider ON devices (rider);

-- Credentials with the signed bytes given to the phone.
CREATE TABLE credentials (
    rider      INTEGER NOT NULL,
    issuer     INTEGER NOT NULL,
    credential BLOB NOT NULL,          -- the pseudonym, 10 bytes
    device     INTEGER NOT NULL,
    brand      INTEGER NOT NULL,
    scheme     INTEGER NOT NULL,       -- 0 compact, 1 mot
    not_before INTEGER NOT NULL,
    expires    INTEGER NOT NULL,
    state      INTEGER NOT NULL,       -- 0 live; denied: 1 overdue, 2 lost, 3 closed
    bytes      BLOB NOT NULL,
    PRIMARY KEY (rider, issuer, credential)
) STRICT, WITHOUT ROWID;

-- The deny list, in the order bundles have it.
CREATE INDEX credentials_denied ON credentials (issuer, credential, expires, state)
    WHERE state <> 0;

-- Whose a credential is: what every uploaded tap asks. Narrow, so that a city's fit in memory.
CREATE TABLE credential_owners (
    issuer     INTEGER NOT NULL,
    credential BLOB NOT NULL,
    rider      INTEGER NOT NULL,
    device     INTEGER NOT NULL,
    PRIMARY KEY (issuer, credential)
) STRICT, WITHOUT ROWID;

-- Validators and their watermarks.
CREATE TABLE validators (
    validator   INTEGER PRIMARY KEY,
    operator    INTEGER NOT NULL,
    algorithm   INTEGER NOT NULL,      -- as in devices
    key         BLOB NOT NULL,
    registered  INTEGER NOT NULL,
    active      INTEGER NOT NULL,      -- 0 or 1
    journal_end INTEGER NOT NULL,      -- the last entry it is known to have written
    sealed      INTEGER NOT NULL       -- its time at its last segment
) STRICT;

-- Which entries are held: ranges without a hole, so that holes are found without looking for them.
CREATE TABLE held (
    validator INTEGER NOT NULL,
    first     INTEGER NOT NULL,
    last      INTEGER NOT NULL,
    previous  BLOB NOT NULL,           -- the hash the first entry follows from
    hash      BLOB NOT NULL,           -- the hash of the last entry
    PRIMARY KEY (validator, first)
) STRICT, WITHOUT ROWID;

-- Journal entries as their validators wrote them: the evidence. Each is kept once.
CREATE TABLE entries (
    number    INTEGER PRIMARY KEY,     -- in the order they arrived
    validator INTEGER NOT NULL,
    sequence  INTEGER NOT NULL,
    hash      BLOB NOT NULL,
    bytes     BLOB NOT NULL,
    rider     INTEGER,                 -- whose tap it is, where it is one
    tap_time  INTEGER,                 -- and when: with the rider, the way to the row in taps
    UNIQUE (validator, sequence)
) STRICT;

-- Voids that came before the entry they take back.
CREATE TABLE voids_waiting (
    validator INTEGER NOT NULL,
    accepted  INTEGER NOT NULL,        -- the entry taken back
    sequence  INTEGER NOT NULL,        -- the void itself
    time      INTEGER NOT NULL,
    PRIMARY KEY (validator, accepted, sequence)
) STRICT, WITHOUT ROWID;

-- Entries about which the back office does not agree with their validator.
CREATE TABLE disagreements (
    validator INTEGER NOT NULL,
    sequence  INTEGER NOT NULL,
    outcome   TEXT NOT NULL,           -- the rung the validator decided on, by its word
    office    TEXT NOT NULL,           -- what the back office finds
    PRIMARY KEY (validator, sequence)
) STRICT, WITHOUT ROWID;

-- Taps, by rider and time: a month of one rider is a few neighboring pages.
CREATE TABLE taps (
    rider     INTEGER NOT NULL,
    time      INTEGER NOT NULL,
    validator INTEGER NOT NULL,
    sequence  INTEGER NOT NULL,
    issuer    INTEGER NOT NULL,
    kind      INTEGER NOT NULL,        -- 0 single, 1 in, 2 out, 3 void
    voided    INTEGER,                 -- the entry of the same validator that a void takes back
    operator  INTEGER NOT NULL,
    mode      INTEGER NOT NULL,        -- 0 bus, 1 metro, 2 BRT, 3 tram, 4 ferry, 5 cableway
    line      TEXT,                    -- GTFS route_id
    stop      TEXT,                    -- GTFS stop_id
    direction INTEGER,                 -- GTFS direction_id
    vehicle   TEXT,
    category  INTEGER NOT NULL,
    showing   BLOB,                    -- which code was shown, 16 bytes
    PRIMARY KEY (rider, time, validator, sequence)
) STRICT, WITHOUT ROWID;

-- Months that wait to be priced. Only those: the row goes when the month is priced, so the table
-- is as small as the backlog.
CREATE TABLE due_months (
    rider  INTEGER NOT NULL,
    month  INTEGER NOT NULL,
    mark   INTEGER NOT NULL,           -- changes with the month's taps and fares
    due_at INTEGER NOT NULL,
    PRIMARY KEY (rider, month)
) STRICT, WITHOUT ROWID;

CREATE INDEX due_months_by_time ON due_months (due_at);

-- Fare versions. A row is never edited; a new version follows.
CREATE TABLE fares (
    rider     INTEGER NOT NULL,
    month     INTEGER NOT NULL,
    validator INTEGER NOT NULL,        -- validator and sequence name the journey by its first tap
    sequence  INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    issuer    INTEGER NOT NULL,
    day       INTEGER NOT NULL,        -- service day
    ending    INTEGER NOT NULL,        -- 0 complete, 1 open, 2 entry only, 3 exit only,
                                       -- 4 same station, 5 overstay, 6 voided
    amount    INTEGER NOT NULL,
    taps      BLOB NOT NULL,           -- validator (4 bytes) and sequence (8) of each tap
    shares    BLOB NOT NULL,           -- operator (4 bytes) and amount (8) of each share
    tariff    BLOB NOT NULL,           -- SHA-256 of the table used
    PRIMARY KEY (rider, month, validator, sequence, version)
) STRICT, WITHOUT ROWID;

-- Transfers: the ledger. Never edited, never deleted, and no index but the rider's own.
CREATE TABLE transfers (
    rider     INTEGER NOT NULL,
    validator INTEGER NOT NULL,        -- with sequence and version: the fare version
    sequence  INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    kind      INTEGER NOT NULL,        -- 0 fare, 1 collected, 2 refunded, 3 written off,
                                       -- 4 commission, 5 paid out, 6 provider settled
    line      INTEGER NOT NULL,
    debit     BLOB NOT NULL,           -- an account: a byte for its kind (docs/ledger.md), then
    credit    BLOB NOT NULL,           -- its number in 8 bytes
    amount    INTEGER NOT NULL CHECK (amount > 0),
    currency  TEXT NOT NULL,
    day       INTEGER NOT NULL,
    PRIMARY KEY (rider, validator, sequence, version, kind, line)
) STRICT, WITHOUT ROWID;

-- Charges: orders to payment providers, one at most for a fare version.
CREATE TABLE charges (
    rider         INTEGER NOT NULL,
    validator     INTEGER NOT NULL,
    sequence      INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    amount        INTEGER NOT NULL CHECK (amount > 0),
    currency      TEXT NOT NULL,
    state         INTEGER NOT NULL,    -- 0 planned, 1 submitted, 2 accepted, 3 collected,
                                       -- 4 declined, 5 unknown
    word          TEXT,                -- the provider's number where collected, its reason where
                                       -- declined
    attempts      INTEGER NOT NULL,
    declines      INTEGER NOT NULL,
    first_decline INTEGER,
    next_attempt  INTEGER,             -- NULL when nothing is to be done
    planned       INTEGER NOT NULL,
    PRIMARY KEY (rider, validator, sequence, version)
) STRICT, WITHOUT ROWID;

CREATE INDEX charges_due ON charges (next_attempt) WHERE next_attempt IS NOT NULL;

-- What operators are owed and no statement shows yet, in the order it arose. A leg leaves for
-- statement_lines when its day is closed.
CREATE TABLE open_legs (
    operator  INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    day       INTEGER NOT NULL,
    validator INTEGER NOT NULL,
    sequence  INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    issuer    INTEGER NOT NULL,
    amount    INTEGER NOT NULL,
    PRIMARY KEY (operator, number)
) STRICT, WITHOUT ROWID;

-- Statements of operators, numbered without a gap, chained by hash.
CREATE TABLE statements (
    operator   INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    day        INTEGER NOT NULL,
    currency   TEXT NOT NULL,
    fares      INTEGER NOT NULL,
    commission INTEGER NOT NULL,
    payable    INTEGER NOT NULL,
    hash       BLOB NOT NULL,
    PRIMARY KEY (operator, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE statement_lines (
    operator   INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    line       INTEGER NOT NULL,       -- from 0
    validator  INTEGER NOT NULL,
    sequence   INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    issuer     INTEGER NOT NULL,
    amount     INTEGER NOT NULL,
    commission INTEGER NOT NULL,
    PRIMARY KEY (operator, number, line)
) STRICT, WITHOUT ROWID;

-- Which entries a statement rests on.
CREATE TABLE statement_coverage (
    operator  INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    line      INTEGER NOT NULL,        -- from 0
    validator INTEGER NOT NULL,
    held      BLOB NOT NULL,           -- ranges: first (8 bytes) and last (8), ascending
    missing   BLOB NOT NULL,
    PRIMARY KEY (operator, number, line)
) STRICT, WITHOUT ROWID;

-- Replies to writes, so that a repeated request gets the same one.
CREATE TABLE replies (
    key            TEXT PRIMARY KEY,
    request_digest BLOB NOT NULL,
    status         INTEGER NOT NULL,
    body           BLOB NOT NULL
) STRICT;
