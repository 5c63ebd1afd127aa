//! Feeds good and broken: what becomes of them and what is told of it.

mod corpus;
mod door;
mod feeds;

use std::io::Write as _;

use ridecode_fare::Tariff;

use super::archive::{self, Files, Limits};
use super::import::{Imported, convert, import};
use super::report::Kind;

const AGENCY: &str = "agency_id,agency_name,agency_timezone\nX,Ex,America/Toronto\n";
const STOPS: &str =
    "\u{feff}stop_id,stop_name,zone_id,extra\r\na,\"A, North\",1,\r\nb,B,1,\r\nc,C,2,\r\n";
const ROUTES: &str = "route_id,route_type\nR,3\nS,1\n";
const TRIPS: &str = "route_id,trip_id\nR,r1\nS,s1\n";
const TIMES: &str = "trip_id,stop_id,stop_sequence\nr1,a,1\nr1,b,2\nr1,c,3\ns1,a,1\ns1,c,2\n";
const FARES: &str = "fare_id,price,currency_type,payment_method,transfers\n\
                     near,3.20,CAD,0,0\nfar,4.5,CAD,0,0\nsubway,4,CAD,0,0\n";
const RULES: &str = "fare_id,route_id,origin_id,destination_id\nnear,,1,1\nfar,,,\nsubway,S,,\n";

/// Whether what is expected is to be written anew.
#[expect(
    clippy::disallowed_methods,
    reason = "a choice given to the test run, not to the program"
)]
fn is_blessed() -> bool {
    std::env::var("RIDECODE_BLESS").is_ok_and(|value| value == "1")
}

fn feed(changes: &[(&'static str, &[u8])]) -> Files {
    let texts = [
        ("agency.txt", AGENCY),
        ("stops.txt", STOPS),
        ("routes.txt", ROUTES),
        ("trips.txt", TRIPS),
        ("stop_times.txt", TIMES),
        ("fare_attributes.txt", FARES),
        ("fare_rules.txt", RULES),
    ];
    let mut files: Files = texts.map(|(name, text)| (name, text.into())).into();
    files.extend(changes.iter().map(|(name, bytes)| (*name, bytes.to_vec())));
    files
}

fn fares(imported: &Imported) -> Vec<String> {
    let text = imported.tariff.as_ref().expect("a tariff");
    let tariff = Tariff::parse(text).expect("a good tariff");
    let fares = tariff.zone_fares();
    let written =
        fares.map(|(from, to, fare)| format!("{} {} {}", from.as_str(), to.as_str(), fare.minor));
    written.collect()
}

/// What is told of a feed with one file changed: kind, file, line, and a part of the words.
fn check(change: (&'static str, &[u8]), told: (Kind, &str, u64, &str)) {
    let imported = import(&feed(&[change]), "test");
    let (kind, file, line, what) = told;
    let notes = &imported.report.notes;
    assert!(
        notes.iter().any(|note| note.kind == kind
            && note.place.file == file
            && note.place.line == (line > 0).then_some(line)
            && note.what.contains(what)),
        "{told:?}: {notes:?}"
    );
}

#[test]
fn fares_v1_become_zones() {
    let imported = import(&feed(&[]), "test");
    assert_eq!(imported.report.notes, [], "nothing is left out");
    let all = [
        "a a 320", "a b 320", "a c 450", "b a 320", "b b 320", "b c 450", "c a 450", "c b 450",
        "c c 450",
    ];
    assert_eq!(fares(&imported), all);
    let text = imported.tariff.unwrap();
    assert!(text.contains("zone = \"EST5EDT,M3.2.0,M11.1.0\""), "{text}");
    // On the subway the cheaper of both fares counts.
    assert!(text.contains("[\"1\", \"2\", 400]"), "{text}");
}

#[test]
fn fares_left_out_are_told_with_their_line() {
    use Kind::{NotExpressed, Unreadable};
    let fares = "fare_attributes.txt";
    let rules = "fare_rules.txt";
    let head = "fare_id,price,currency_type,transfers,transfer_duration\n";
    let row = |row: &str| format!("{head}{row}\n").into_bytes();
    check(
        (fares, &row("x,1,CAD,many,7200")),
        (Unreadable, fares, 2, "none is free"),
    );
    check(
        (fares, &row("x,1,CAD,0,\ny,1,USD,0,")),
        (NotExpressed, fares, 3, "USD"),
    );
    check(
        (fares, &row("x,free,CAD,0,")),
        (Unreadable, fares, 2, "the price"),
    );
    check(
        (fares, &row("x,1,cad,0,")),
        (Unreadable, fares, 2, "ISO 4217"),
    );
    check(
        (fares, &row(",1,CAD,0,")),
        (Unreadable, fares, 2, "fare_id is missing"),
    );
    check(
        (fares, &row("x,1,CAD,0,\nx,2,CAD,0,")),
        (Unreadable, fares, 3, "on line 2 already"),
    );
    check(
        (rules, b"fare_id,contains_id\nnear,8\n"),
        (Unreadable, rules, 2, "zone 8"),
    );
    check(
        (rules, b"fare_id,route_id\nnear,Q\n"),
        (Unreadable, rules, 2, "no route Q"),
    );
    check(
        (rules, b"fare_id,origin_id\nnear,9\n"),
        (Unreadable, rules, 2, "zone 9"),
    );
    check(
        (rules, b"fare_id\nother\n"),
        (Unreadable, rules, 2, "no fare other"),
    );
}

#[test]
fn rows_beside_the_fares_are_told_with_their_line() {
    use Kind::{Assumed, NotExpressed, Unreadable};
    check(
        ("routes.txt", b"route_id,route_type\nR,2\n"),
        (Assumed, "routes.txt", 2, "taken as metro"),
    );
    check(
        ("stop_times.txt", b"trip_id,stop_id\nr1,zz\n"),
        (Unreadable, "stop_times.txt", 2, "no stop zz"),
    );
    check(
        ("agency.txt", b"agency_id,agency_name\nX,\xff\n"),
        (Assumed, "agency.txt", 2, "no UTF-8"),
    );
    check(
        ("stops.txt", b"\xff\xfes\0"),
        (Unreadable, "stops.txt", 0, "UTF-16"),
    );
    check(
        ("stops.txt", b"stop_id,zone_id\na,1,x\n"),
        (Assumed, "stops.txt", 2, "beyond the last column"),
    );
    check(
        ("stops.txt", b"stop_id\na\na\n"),
        (Unreadable, "stops.txt", 3, "twice"),
    );
    check(
        (
            "fare_products.txt",
            b"fare_product_id,amount,currency\np,1,CAD\n",
        ),
        (NotExpressed, "fare_products.txt", 2, "sells product p"),
    );
    check(
        ("feed_info.txt", b"feed_start_date\n2026\n"),
        (Unreadable, "feed_info.txt", 2, "no day"),
    );
}

#[test]
fn a_feed_without_any_fare_is_refused() {
    let refused = |changes: &[(&'static str, &[u8])]| {
        let imported = import(&feed(changes), "test");
        assert!(imported.tariff.is_err(), "{imported:?}");
    };
    refused(&[("fare_attributes.txt", b"")]);
    refused(&[("stops.txt", b""), ("stop_times.txt", b"")]);
    refused(&[("routes.txt", b"route_id\n")]);
    // A fare whose rules fit nothing does not fit everything.
    refused(&[(
        "fare_rules.txt",
        b"fare_id,contains_id\nnear,8\nfar,8\nsubway,8\n",
    )]);
    assert!(convert(b"no zip", "test").is_err());
}

#[test]
fn a_zip_is_read_at_any_depth() {
    let packed = |folder: &str| {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        for (name, bytes) in feed(&[]) {
            zip.start_file(format!("{folder}{name}"), options).unwrap();
            zip.write_all(&bytes).unwrap();
        }
        zip.start_file("__MACOSX/._stops.txt", options).unwrap();
        zip.start_file("deep/er/in/stops.txt", options).unwrap();
        zip.finish().unwrap().into_inner()
    };
    for folder in ["", "feed/", "feed\\"] {
        let imported = convert(&packed(folder), "test").unwrap();
        assert_eq!(fares(&imported).len(), 9, "{folder}");
    }
    let whole = packed("");
    for end in (0..whole.len()).step_by(7) {
        // A cut zip is refused or read, and never a panic.
        let _ = convert(&whole[..end], "test");
    }
}

#[test]
fn a_zip_that_unpacks_to_any_length_is_refused() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for name in ["stops.txt", "trips.txt", "other.txt"] {
        zip.start_file(name, options).unwrap();
        zip.write_all(&[b','; 40_000]).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    assert!(bytes.len() < 2_000, "{} bytes", bytes.len());
    let check = |limits: Limits, said: Option<&str>| {
        let read = archive::zip(std::io::Cursor::new(&bytes), limits);
        let told = read.err().map(|error| format!("{error:#}"));
        assert_eq!(told.as_deref(), said);
    };
    let limits = Limits {
        entries: 3,
        file_bytes: 40_000,
        total_bytes: 80_000,
    };
    check(limits, None);
    let entries = 2;
    check(
        Limits { entries, ..limits },
        Some("the zip holds more than 2 files; pack the feed alone"),
    );
    let file_bytes = 39_999;
    check(
        Limits {
            file_bytes,
            ..limits
        },
        Some("stops.txt is longer than 39999 bytes; split the feed"),
    );
    let total_bytes = 79_999;
    check(
        Limits {
            total_bytes,
            ..limits
        },
        Some("the unpacked feed is longer than 79999 bytes; split it"),
    );
}

#[test]
fn a_folder_is_read_and_any_bytes_in_it() {
    let folder = tempfile::tempdir().unwrap();
    assert!(archive::open(folder.path()).is_err());
    for (name, bytes) in feed(&[]) {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    assert_eq!(archive::open(folder.path()).unwrap(), feed(&[]));
    let names: Vec<&'static str> = feed(&[]).into_keys().collect();
    for round in 0..400_u64 {
        let mut rng = fastrand::Rng::with_seed(round);
        let mut files = feed(&[]);
        let bytes = files.get_mut(names[rng.usize(..names.len())]).unwrap();
        for _ in 0..rng.usize(1..6) {
            let place = rng.usize(..bytes.len());
            bytes[place] = *rng.choice(b"\",\n\r\0\xff9.-").unwrap();
        }
        // Whatever it says, it says it without a panic, and what it writes can be read.
        if import(&files, "test")
            .tariff
            .is_ok_and(|text| Tariff::parse(&text).is_err())
        {
            panic!("round {round} wrote a tariff that is refused");
        }
    }
}
