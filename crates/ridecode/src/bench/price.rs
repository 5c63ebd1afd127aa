//! Pricing: a busy month, the fares between all stops of a network, and a city of riders.
//!
//! Every rider's taps are made from the seed just before they are priced and forgotten just
//! after, so that memory stays flat however many riders there are; making them is not timed in the
//! figure of one month and is timed in that of the city.

use std::fs;
use std::process::ExitCode;
use std::thread;

use anyhow::ensure;
use ridecode_fare::{Period, Tap, TapKind, TariffBook, bill, matrix};
use ridecode_words::{
    IssuerId, Mode, Month, OperatorId, RiderId, ServiceDay, StopId, TapId, Text, UnixSeconds,
    ValidatorId,
};

use super::figure::{Goal, print};
use crate::city::Cities;
use crate::clock::Stopwatch;

/// Options.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  ridecode bench price
  ridecode bench price --riders 10000 --threads 1")]
pub(super) struct Args {
    /// Rider-months of the city, 40 taps each.
    #[arg(long, default_value_t = 1_000_000, value_name = "COUNT")]
    riders: u64,
    /// Threads that price.
    #[arg(long, default_value_t = 2, value_name = "COUNT")]
    threads: u64,
    /// Seed of the rides.
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    seed: u64,
}

/// Runs it.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    ensure!(args.riders >= 10, "--riders starts at 10");
    ensure!((1..=64).contains(&args.threads), "--threads is 1 to 64");
    let watch = Stopwatch::start();
    let book = Cities::embedded().book;
    let loaded_ms = watch.elapsed().as_secs_f64() * 1e3;
    print("price_cities_loaded", (loaded_ms, "ms"), (None, Goal::None));
    month(&book, args.seed);
    every_fare(&book)?;
    city(&book, args);
    Ok(ExitCode::SUCCESS)
}

/// A month of 100 taps, priced again and again: the median.
fn month(book: &TariffBook, seed: u64) {
    let stops = stops(book);
    let mut times: Vec<f64> = (0..201)
        .map(|round| {
            let taps = taps(RiderId(round), &stops, (100, seed));
            let watch = Stopwatch::start();
            price(book, RiderId(round), &taps);
            watch.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    print(
        "price_month",
        (times[100], "us"),
        (None, Goal::AtMost(200.0)),
    );
}

/// Every fare of Guangzhou, from distances that loading worked out.
fn every_fare(book: &TariffBook) -> anyhow::Result<()> {
    let day: ServiceDay = DAY.parse()?;
    let watch = Stopwatch::start();
    let fares = matrix(book, "guangzhou", day)?.count();
    let matrix_ms = watch.elapsed().as_secs_f64() * 1e3;
    print(
        "price_matrix",
        (matrix_ms, "ms"),
        (None, Goal::AtMost(100.0)),
    );
    let fares = fares as f64;
    print("price_matrix_fares", (fares, "fares"), (None, Goal::None));
    Ok(())
}

/// A tenth of the riders, then all of them: memory may not grow in between.
fn city(book: &TariffBook, args: &Args) {
    let stops = stops(book);
    let price_riders = |riders: u64| {
        thread::scope(|scope| {
            for first in 0..args.threads {
                let stops = &stops;
                scope.spawn(move || {
                    for rider in (first..riders).step_by(args.threads as usize) {
                        let rider = RiderId(rider);
                        price(book, rider, &taps(rider, stops, (40, args.seed)));
                    }
                });
            }
        });
    };
    price_riders(args.riders / 10);
    let early_kib = peak_kib();
    let watch = Stopwatch::start();
    price_riders(args.riders);
    let riders_per_s = args.riders as f64 / watch.elapsed().as_secs_f64();
    print(
        "price_riders",
        (riders_per_s, "riders/s"),
        (None, Goal::None),
    );
    if let (Some(early), Some(late)) = (early_kib, peak_kib()) {
        let bound = (Some(early), Goal::RatioAtMost(1.2));
        print("price_memory_peak", (late, "KiB"), bound);
    }
}

fn price(book: &TariffBook, rider: RiderId, taps: &[Tap]) {
    let month = Month {
        year: 2026,
        month: 11,
    };
    let bill = bill(
        Period { rider, month },
        taps,
        book,
        UnixSeconds(BEGIN + 40 * 86_400),
    );
    assert_eq!(bill.fares.len(), taps.len() / 2, "every ride is priced");
}

/// Metro rides of a month, two taps each, between random stops.
fn taps(rider: RiderId, stops: &[StopId], (count, seed): (u64, u64)) -> Vec<Tap> {
    let mut rng = fastrand::Rng::with_seed(seed ^ rider.0.rotate_left(32));
    let slot_s = 28 * 86_400 / i64::try_from(count).unwrap_or(i64::MAX);
    let mut tap = |number: u64| Tap {
        time: UnixSeconds(
            BEGIN
                + slot_s * i64::try_from(number / 2 * 2 + 1).unwrap_or(0)
                + 1_500 * i64::from(number % 2 == 1),
        ),
        id: TapId {
            validator: ValidatorId(1),
            sequence: number + 1,
        },
        rider,
        issuer: IssuerId(1),
        kind: if number.is_multiple_of(2) {
            TapKind::In
        } else {
            TapKind::Out
        },
        operator: OperatorId(1),
        mode: Mode::Metro,
        line: None,
        stop: rng.choice(stops).cloned(),
        direction: None,
        vehicle: None,
        category: 0,
        showing: None,
    };
    (0..count).map(&mut tap).collect()
}

fn stops(book: &TariffBook) -> Vec<StopId> {
    let name = Text::new("guangfo-metro").expect("a short text");
    let network = book.find_network(&name);
    let network = network.expect("the program carries the metro of Guangzhou");
    network
        .stops()
        .iter()
        .map(|stop| stop.stop.clone())
        .collect()
}

/// The most memory the program has held so far, where the system tells.
fn peak_kib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

/// 2026-11-01 00:00 in Guangzhou.
const BEGIN: i64 = 1_793_462_400;
/// A day of that month.
const DAY: &str = "2026-11-21";
