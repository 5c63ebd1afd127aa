-- A rider who asks to pay while the outcome of an earlier try is unknown.

-- Whether the rider asked to pay the charge, or signed a new mandate, while a try was at the provider.
ALTER TABLE charges ADD COLUMN wished INTEGER NOT NULL DEFAULT 0 CHECK (wished IN (0, 1));
