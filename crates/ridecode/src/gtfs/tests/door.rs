//! What must hold of any bytes given as a feed. The fuzz target `feed` and the replay of its corpus
//! call the same function.

use ridecode_fare::Tariff;

use crate::gtfs::{Imported, convert, convert_files};

/// Reads the bytes as a zip, or as the files of a feed one after the other, each below a line with
/// its name such as `--- stops.txt`. Panics where an answer does not fit another.
pub(crate) fn knock(input: &[u8]) {
    let imported = match input.starts_with(b"PK") {
        true => convert(input, "feed").ok(),
        false => Some(import(input)),
    };
    let Some(imported) = imported else {
        return;
    };
    let told = imported.report_text();
    assert!(told.ends_with(" assumed\n"), "{told}");
    assert!(!told.contains("line 0"), "{told}");
    let text = match &imported.tariff {
        Ok(text) => text,
        Err(why) => return assert!(!why.is_empty()),
    };
    let tariff = Tariff::parse(text).expect("a tariff that is written can be read");
    let mut fares = tariff.zone_fares().take(1_000);
    assert!(fares.all(|(_, _, fare)| (0..=Tariff::AMOUNT_MAX).contains(&fare.minor)));
}

fn import(input: &[u8]) -> Imported {
    let mut files: Vec<(&str, &[u8])> = Vec::new();
    let (mut name, mut begin, mut at) = ("", 0, 0);
    for line in input.split_inclusive(|byte| *byte == b'\n') {
        let next = line.strip_prefix(b"--- ").map(<[u8]>::trim_ascii_end);
        if let Some(next) = next.and_then(|next| std::str::from_utf8(next).ok()) {
            files.push((name, &input[begin..at]));
            (name, begin) = (next, at + line.len());
        }
        at += line.len();
    }
    files.push((name, &input[begin..]));
    let imported = convert_files(&files, "feed");
    let again = convert_files(&files, "feed");
    assert_eq!(imported.tariff, again.tariff, "one feed, one tariff");
    imported
}
