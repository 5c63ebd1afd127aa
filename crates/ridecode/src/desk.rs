//! The desk: an issuer's brands and keys, kept in a folder.
