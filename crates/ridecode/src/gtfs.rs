//! GTFS feeds as they are in the wild become tariffs.
//!
//! `archive` takes the files out of a folder or zip, `sheet` reads rows however they are written,
//! `feed` holds what fares need, `fares_v1` and `fares_v2` say what `legs` cost, `rules` puts equal
//! ones together, `text` writes the tariff, `report` tells what was left out. Nothing is dropped
//! silently, no feed panics.

mod archive;
mod encoding;
mod sheet;

mod amount;
mod feed;

mod fares_v1;
mod fares_v2;
mod legs;
mod transfers;

mod rules;
mod text;

mod report;

mod import;

pub use import::{Imported, convert, convert_files};

crate::command::tasks! {
    /// Make a tariff of a feed's fares, and tell what could not be taken over.
    Import => import;
}

#[cfg(test)]
mod tests;
