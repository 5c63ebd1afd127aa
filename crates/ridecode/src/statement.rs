//! Operators' statements on the command line: written to files other programs read.

pub(crate) mod format;

mod coverage;
mod csv;
mod tides;

mod export;

crate::command::tasks! {
    /// Write an operator's statements of a service day as CSV, as TIDES, or what they rest on.
    Export => export;
}
