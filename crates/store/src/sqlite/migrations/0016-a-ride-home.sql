-- One ride home for a rider who is blocked: a credential of its own, once for each block.

-- When the block began for which it gives one ride; NULL for an ordinary credential.
ALTER TABLE credentials ADD COLUMN essential_since INTEGER;

-- Whether it gives one ride: what an upload asks with the owner.
ALTER TABLE credential_owners ADD COLUMN essential INTEGER NOT NULL DEFAULT 0;
