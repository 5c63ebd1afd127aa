//! Fares on the command line.

mod matrix;
mod quote;

mod explain;
mod export;
mod recompute;

use std::path::PathBuf;
use std::process::ExitCode;

use ridecode_fare::{Language, QuoteFault};
use ridecode_words::{ServiceDay, UnixSeconds};

use crate::clock;

crate::command::tasks! {
    /// What one trip costs, on which path, by which rules.
    Quote => quote;
    /// Every fare between two stops of a city, as CSV.
    Matrix => matrix;
    /// Write a rider's month with taps, fares and reasons, for anyone to recompute.
    Export => export;
    /// Bill an exported month again and tell every field that differs.
    Recompute => recompute;
    /// Tell the reasons of an exported month's fares in words.
    Explain => explain;
}

/// Where fares are looked up.
#[derive(clap::Args, Debug)]
struct Table {
    /// City by its key: beijing, foshan, guangzhou, shanghai or shenzhen, or one of your own data.
    #[arg(long, value_name = "CITY")]
    city: String,
    /// Service day the trip is made on, such as 2026-11-21; today in UTC+8 by default.
    #[arg(long, value_name = "DAY")]
    day: Option<ServiceDay>,
    /// Folder with gtfs/ and tariffs/; the cities inside the program by default.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

impl Table {
    fn day(&self) -> ServiceDay {
        self.day.unwrap_or_else(|| day_in_china(clock::now()))
    }
}

/// The calendar day in UTC+8, where the embedded cities lie.
fn day_in_china(now: UnixSeconds) -> ServiceDay {
    let days = now.plus_s(8 * 3_600).0.div_euclid(86_400);
    ServiceDay(i32::try_from(days).unwrap_or(i32::MAX))
}

/// Says what is wrong with a question. The program fails with 1: the question, not the program,
/// is to be mended.
fn refuse(fault: &QuoteFault) -> ExitCode {
    anstream::eprintln!("error: {fault}");
    ExitCode::FAILURE
}

/// A language by its tag.
fn language(tag: &str) -> Result<Language, String> {
    Language::find(tag).ok_or_else(|| "must be en, zh (zh-Hans) or zh-Hant".to_owned())
}
