//! Import of a feed of 20 MB, nearly all of it the times of trips, beside a bare reading of the
//! same bytes as CSV.

use std::io::{Cursor, Write as _};

use anyhow::{Context as _, ensure};

use super::figure::{Goal, print};
use crate::clock::Stopwatch;
use crate::gtfs::convert;

/// A file of a feed.
type File = (&'static str, String);

/// Measures Fares v1 and Fares v2, the rest of the feed being one.
pub(super) fn run((calls, seed): (usize, u64)) -> anyhow::Result<()> {
    let schedule = schedule(calls, seed);
    for (name, fares) in [
        ("import_fares_v1", fares_v1()),
        ("import_fares_v2", fares_v2()),
    ] {
        let files: Vec<&File> = schedule.iter().chain(&fares).collect();
        measure(name, &files)?;
    }
    Ok(())
}

fn measure(name: &str, files: &[&File]) -> anyhow::Result<()> {
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    let zip = pack(files)?;
    let mut bare_ms = f64::MAX;
    let mut import_ms = f64::MAX;
    for _ in 0..3 {
        let watch = Stopwatch::start();
        let rows = read_bare(files)?;
        bare_ms = bare_ms.min(watch.elapsed().as_secs_f64() * 1e3);
        ensure!(rows > files.len(), "{rows} rows were read");
        let watch = Stopwatch::start();
        let imported = convert(&zip, "bench")?;
        import_ms = import_ms.min(watch.elapsed().as_secs_f64() * 1e3);
        imported.tariff.map_err(anyhow::Error::msg)?;
    }
    print(
        name,
        (import_ms, "ms"),
        (Some(bare_ms), Goal::AtMost(2_000.0)),
    );
    let speed = bytes as f64 / 1e3 / import_ms;
    print(
        &format!("{name}_speed"),
        (speed, "MB/s"),
        (None, Goal::None),
    );
    Ok(())
}

/// Every field of every row, and nothing made of them.
fn read_bare(files: &[&File]) -> anyhow::Result<usize> {
    let (mut rows, mut fields) = (0, 0);
    let mut record = csv::ByteRecord::new();
    for (_, text) in files {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        while reader.read_byte_record(&mut record)? {
            rows += 1;
            fields += record.len();
        }
    }
    ensure!(fields > rows, "rows have fields");
    Ok(rows)
}

fn pack(files: &[&File]) -> anyhow::Result<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, text) in files {
        zip.start_file(*name, options)?;
        zip.write_all(text.as_bytes())?;
    }
    let written = zip.finish().context("the feed cannot be packed")?;
    Ok(written.into_inner())
}

/// Calls of trips of 300 routes at 6,000 stops in 12 zones.
fn schedule(calls: usize, seed: u64) -> Vec<File> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut stops = String::from("stop_id,stop_name,stop_lat,stop_lon,zone_id,location_type\n");
    for stop in 0..STOPS {
        let zone = stop % ZONES;
        stops.push_str(&format!(
            "S{stop:05},\"Stop {stop}, north\",43.6{stop:05},-79.3,Z{zone},0\n"
        ));
    }
    let mut routes = String::from("route_id,agency_id,route_short_name,route_type\n");
    for route in 0..ROUTES {
        let mode = if route < 10 { 1 } else { 3 };
        routes.push_str(&format!("R{route},A,{route},{mode}\n"));
    }
    let mut trips = String::from("route_id,service_id,trip_id,direction_id\n");
    let mut times = String::from(
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type\n",
    );
    for trip in 0..calls / CALLS_OF_TRIP {
        let route = trip % ROUTES;
        trips.push_str(&format!("R{route},daily,T{trip:06},{}\n", trip % 2));
        let minute = rng.usize(300..1_380);
        for call in 0..CALLS_OF_TRIP {
            let stop = (route * 19 + call * 7) % STOPS;
            let minute = minute + call;
            let time = format!("{:02}:{:02}:00", minute / 60, minute % 60);
            times.push_str(&format!("T{trip:06},{time},{time},S{stop:05},{call},0,0\n"));
        }
    }
    let agency = "agency_id,agency_name,agency_url,agency_timezone\n\
                  A,Bench,https://example.org,America/Toronto\n";
    vec![
        ("agency.txt", agency.to_owned()),
        ("stops.txt", stops),
        ("routes.txt", routes),
        ("trips.txt", trips),
        ("stop_times.txt", times),
    ]
}

/// A fare for each pair of zones, cheaper on the first routes.
fn fares_v1() -> Vec<File> {
    let mut attributes = String::from("fare_id,price,currency_type,payment_method,transfers\n");
    let mut rules = String::from("fare_id,route_id,origin_id,destination_id\n");
    for far in 0..ZONES {
        attributes.push_str(&format!(
            "F{far},{}.25,CAD,0,0\nM{far},{far}.75,CAD,0,0\n",
            far + 1
        ));
    }
    for (from, to) in pairs() {
        let far = from.abs_diff(to);
        rules.push_str(&format!("F{far},,Z{from},Z{to}\n"));
        for route in 0..10 {
            rules.push_str(&format!("M{far},R{route},Z{from},Z{to}\n"));
        }
    }
    vec![
        ("fare_attributes.txt", attributes),
        ("fare_rules.txt", rules),
    ]
}

/// The same with networks and areas.
fn fares_v2() -> Vec<File> {
    let mut areas = String::from("area_id,area_name\n");
    let mut stop_areas = String::from("area_id,stop_id\n");
    let mut networks = String::from("network_id,route_id\n");
    let mut products = String::from("fare_product_id,amount,currency\n");
    let mut rules = String::from("network_id,from_area_id,to_area_id,fare_product_id\n");
    for zone in 0..ZONES {
        areas.push_str(&format!("Z{zone},Zone {zone}\n"));
        products.push_str(&format!(
            "F{zone},{}.25,CAD\nM{zone},{zone}.75,CAD\n",
            zone + 1
        ));
    }
    for stop in 0..STOPS {
        stop_areas.push_str(&format!("Z{},S{stop:05}\n", stop % ZONES));
    }
    for route in 0..ROUTES {
        let network = if route < 10 { "metro" } else { "bus" };
        networks.push_str(&format!("{network},R{route}\n"));
    }
    for (from, to) in pairs() {
        let far = from.abs_diff(to);
        rules.push_str(&format!(
            "bus,Z{from},Z{to},F{far}\nmetro,Z{from},Z{to},M{far}\n"
        ));
    }
    vec![
        ("areas.txt", areas),
        ("stop_areas.txt", stop_areas),
        ("networks.txt", "network_id\nbus\nmetro\n".to_owned()),
        ("route_networks.txt", networks),
        ("fare_products.txt", products),
        ("fare_leg_rules.txt", rules),
    ]
}

fn pairs() -> impl Iterator<Item = (usize, usize)> {
    (0..ZONES).flat_map(|from| (0..ZONES).map(move |to| (from, to)))
}

const STOPS: usize = 6_000;
const ZONES: usize = 12;
const ROUTES: usize = 300;
const CALLS_OF_TRIP: usize = 25;
