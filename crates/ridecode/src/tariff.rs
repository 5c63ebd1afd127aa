//! Tariff files on the command line.

mod check;

crate::command::tasks! {
    /// Tell every fault of a tariff file with its line, or what the file holds.
    Check => check;
}
