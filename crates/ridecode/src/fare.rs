//! Fares on the command line.

mod matrix;
mod quote;

mod explain;
mod export;
mod recompute;
mod reprice;

mod time_of_day;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use ridecode_fare::{Language, QuoteFault, Tariff, TariffBook};
use ridecode_words::{ServiceDay, UnixSeconds};

use crate::city::Cities;
use crate::clock;

pub(crate) use time_of_day::TimeOfDay;

crate::command::tasks! {
    /// What one trip costs, on which path, by which rules.
    Quote => quote;
    /// Every fare between two stops of a city, as CSV.
    Matrix => matrix;
    /// Write a rider's month with taps, fares and reasons, for anyone to recompute.
    Export => export;
    /// Bill an exported month again and tell every field that differs.
    Recompute => recompute;
    /// Bill a month again after a tariff came late, and tell or post what differs.
    Reprice => reprice;
    /// Tell the reasons of an exported month's fares in words.
    Explain => explain;
}

/// Where fares are looked up.
#[derive(clap::Args, Debug)]
struct Table {
    /// City by its key: beijing, foshan, guangzhou, shanghai or shenzhen, or one of your own data.
    #[arg(long, value_name = "CITY", required_unless_present = "tariff")]
    city: Option<String>,
    /// Service day the trip is made on, such as 2026-11-21; today in UTC+8 by default.
    #[arg(long, value_name = "DAY")]
    day: Option<ServiceDay>,
    /// Folder with gtfs/ and tariffs/; the cities inside the program by default.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Tariff file to ask in place of a city's, as `ridecode gtfs import` writes it; stops are
    /// asked for by id.
    #[arg(long, value_name = "FILE", conflicts_with = "city")]
    tariff: Option<PathBuf>,
    /// Only this network, by its network_id.
    #[arg(long, value_name = "NETWORK")]
    network: Option<String>,
}

/// Cities, the one that is asked for, and the day.
struct Asked {
    cities: Cities,
    city: String,
    day: ServiceDay,
}

impl Table {
    /// Loads what is asked. A tariff file is asked for a day it is in force on.
    fn load(&self) -> anyhow::Result<Asked> {
        let mut cities = Cities::load(self.data.as_deref())?;
        let today = self.day.unwrap_or_else(|| day_in_china(clock::now()));
        let Some(path) = &self.tariff else {
            return Ok(Asked {
                cities,
                city: self.city.clone().unwrap_or_default(),
                day: today,
            });
        };
        let tariff = read_tariff(path)?;
        let day = match self.day {
            None if !tariff.is_in_force(today) => tariff.valid_from(),
            Some(_) | None => today,
        };
        let city = tariff.city().to_string();
        let networks = cities.book.networks().to_vec();
        let book = TariffBook::new(networks, vec![tariff]);
        cities.book = Arc::new(book.with_context(|| path.display().to_string())?);
        Ok(Asked { cities, city, day })
    }
}

/// Reads a tariff file. Errors name the file, the line and the remedy.
fn read_tariff(path: &Path) -> anyhow::Result<Tariff> {
    let shown = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    Tariff::parse(&text).with_context(|| shown.to_string())
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
pub(crate) fn language(tag: &str) -> Result<Language, String> {
    Language::find(tag).ok_or_else(|| "must be en, zh (zh-Hans) or zh-Hant".to_owned())
}
