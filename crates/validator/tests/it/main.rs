//! The doors of the validator crate: bytes of journals, segments and bundles from anywhere.

mod corpus;
mod door;
