-- Sessions can be listed by their rider: since when, and with what kind of machine.
ALTER TABLE sessions ADD COLUMN opened INTEGER NOT NULL DEFAULT 0;
-- 0 other, 1 Android, 2 iPhone, 3 iPad, 4 Windows, 5 Mac, 6 Linux
ALTER TABLE sessions ADD COLUMN client INTEGER NOT NULL DEFAULT 0;

CREATE INDEX sessions_of_rider ON sessions (rider);
