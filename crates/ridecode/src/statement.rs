//! Operators' statements on the command line: written to files other programs read.

mod csv;
mod export;

crate::command::tasks! {
    /// Write an operator's statements of a service day as CSV.
    Export => export;
}
