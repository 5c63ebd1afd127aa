//! What the ledger gives other implementations to check against.

mod stories;
