//! The fare engine from outside: held against a second implementation of the same rules, and
//! tariff files of any bytes.
#![expect(
    clippy::unwrap_used,
    reason = "a test that meets what it did not expect has failed"
)]

mod corpus;
mod door;

mod months;
mod tariffs;

mod differential;
mod properties;
