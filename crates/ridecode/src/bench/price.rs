//! Pricing: a busy month, the fares between all stops of a network, and a city of riders; what
//! memory the program holds before and after; and last a feed that becomes a tariff.
//!
//! Every rider's taps are made from the seed just before they are priced and forgotten just
//! after, so that memory stays flat however many riders there are; making them is not timed in the
//! figure of one month and is timed in that of the city.

mod grid;

use std::fs;
use std::process::ExitCode;
use std::thread;

use anyhow::ensure;
use ridecode_fare::{Period, Tap, TapKind, TariffBook, bill, matrix};
use ridecode_words::{
    IssuerId, Mode, Month, OperatorId, RiderId, ServiceDay, StopId, TapId, Text, UnixSeconds,
    ValidatorId,
};

use super::feed;
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
    /// Rows of stop_times.txt of the feed that is imported; 500,000 make 20 MB.
    #[arg(long, default_value_t = 500_000, value_name = "COUNT")]
    calls: usize,
    /// Seed of the rides and of the feed.
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    seed: u64,
}

/// Runs it.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    ensure!(args.riders >= 10, "--riders starts at 10");
    ensure!((1..=64).contains(&args.threads), "--threads is 1 to 64");
    ensure!(
        (1_000..=2_000_000).contains(&args.calls),
        "--calls is 1000 to 2000000"
    );
    let watch = Stopwatch::start();
    let book = Cities::embedded().book;
    print(
        "price_cities_loaded",
        (elapsed_ms(&watch), "ms"),
        (None, Goal::None),
    );
    let start_kib = memory_kib(RESIDENT);
    if let Some(kib) = start_kib {
        print("price_memory_start", (kib, "KiB"), (None, Goal::None));
    }
    month(&book, args.seed);
    every_fare(&book)?;
    grid(args.seed)?;
    city(&book, args);
    if let (Some(start), Some(end)) = (start_kib, memory_kib(RESIDENT)) {
        let bound = (Some(start), Goal::RatioAtMost(1.2));
        print("price_memory_end", (end, "KiB"), bound);
    }
    feed::run((args.calls, args.seed))?;
    Ok(ExitCode::SUCCESS)
}

/// A month of 100 taps, priced again and again: the median, beside that of copying and sorting the
/// taps, which no biller can do without.
fn month(book: &TariffBook, seed: u64) {
    let stops = stops(book);
    let months: Vec<Vec<Tap>> = (0..201)
        .map(|round| taps(RiderId(round), &stops, (100, seed)))
        .collect();
    let priced_us = median_us(&months, |rider, taps| price(book, rider, taps));
    let sorted_us = median_us(&months, |_, taps| {
        let mut taps = taps.to_vec();
        taps.sort_unstable();
        std::hint::black_box(taps);
    });
    print(
        "price_month",
        (priced_us, "us"),
        (Some(sorted_us), Goal::AtMost(200.0)),
    );
}

fn median_us(months: &[Vec<Tap>], work: impl Fn(RiderId, &[Tap])) -> f64 {
    let mut times: Vec<f64> = months
        .iter()
        .zip(0..)
        .map(|(taps, rider)| {
            let watch = Stopwatch::start();
            work(RiderId(rider), taps);
            elapsed_ms(&watch) * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Every fare of Guangzhou, from distances that loading worked out.
fn every_fare(book: &TariffBook) -> anyhow::Result<()> {
    let day: ServiceDay = DAY.parse()?;
    let watch = Stopwatch::start();
    let fares = matrix(book, "guangzhou", day)?.count();
    let matrix_ms = elapsed_ms(&watch);
    print(
        "price_matrix",
        (matrix_ms, "ms"),
        (None, Goal::AtMost(100.0)),
    );
    let fares = fares as f64;
    print("price_matrix_fares", (fares, "fares"), (None, Goal::None));
    Ok(())
}

/// Every fare of 318 stops, with every shortest path found anew, beside finding the paths alone.
fn grid(seed: u64) -> anyhow::Result<()> {
    let sections = grid::sections(seed)?;
    let watch = Stopwatch::start();
    let network = sections.build()?;
    let paths_ms = elapsed_ms(&watch);
    let book = grid::book(network)?;
    let fares = matrix(&book, "example", ridecode_fare::example::DAY)?.count();
    let all_ms = elapsed_ms(&watch);
    ensure!(fares == grid::STOPS * grid::STOPS, "every pair has a fare");
    print(
        "price_matrix_318",
        (all_ms, "ms"),
        (Some(paths_ms), Goal::AtMost(100.0)),
    );
    Ok(())
}

/// A tenth of the riders, then all of them: memory may not grow in between. The bound is what one
/// thread prices, as often as there are threads.
fn city(book: &TariffBook, args: &Args) {
    let stops = stops(book);
    let one = |rider: u64| {
        let rider = RiderId(rider);
        price(book, rider, &taps(rider, &stops, (40, args.seed)));
    };
    let price_riders = |riders: u64| {
        thread::scope(|scope| {
            for first in 0..args.threads {
                let one = &one;
                scope.spawn(move || {
                    let riders = (first..riders).step_by(args.threads as usize);
                    riders.for_each(one);
                });
            }
        });
    };
    price_riders(args.riders / 10);
    let early_kib = memory_kib(PEAK);
    let alone = (args.riders / 10).min(10_000);
    let watch = Stopwatch::start();
    (0..alone).for_each(one);
    let bound = alone as f64 / watch.elapsed().as_secs_f64() * args.threads as f64;
    let watch = Stopwatch::start();
    price_riders(args.riders);
    let riders_per_s = args.riders as f64 / watch.elapsed().as_secs_f64();
    print(
        "price_riders",
        (riders_per_s, "riders/s"),
        (Some(bound), Goal::None),
    );
    if let (Some(early), Some(late)) = (early_kib, memory_kib(PEAK)) {
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

fn elapsed_ms(watch: &Stopwatch) -> f64 {
    watch.elapsed().as_secs_f64() * 1e3
}

/// Memory the program holds or has held, where the system tells.
fn memory_kib(field: &str) -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

/// What it holds now.
const RESIDENT: &str = "VmRSS:";
/// The most it has held so far.
const PEAK: &str = "VmHWM:";
/// 2026-11-01 00:00 in Guangzhou.
const BEGIN: i64 = 1_793_462_400;
/// A day of that month.
const DAY: &str = "2026-11-21";
