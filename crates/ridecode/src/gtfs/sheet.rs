//! Rows of a GTFS file however they are written: byte order marks, extra and missing columns,
//! spaces around names, short and long rows, Windows line ends, texts that are no UTF-8.

use std::borrow::Cow;

use super::archive::Files;
use super::report::{Kind, Report};

/// The files that are read, or whose rows are told as not expressed.
pub(super) const FILES: [&str; 17] = [
    "agency.txt",
    "stops.txt",
    "routes.txt",
    "trips.txt",
    "stop_times.txt",
    "feed_info.txt",
    "fare_attributes.txt",
    "fare_rules.txt",
    "areas.txt",
    "stop_areas.txt",
    "networks.txt",
    "route_networks.txt",
    "timeframes.txt",
    "rider_categories.txt",
    "fare_products.txt",
    "fare_leg_rules.txt",
    "fare_transfer_rules.txt",
];

/// One row.
pub(super) struct Row<'a> {
    columns: &'a [Option<usize>],
    record: &'a csv::ByteRecord,
    /// From 1.
    pub(super) line: u64,
}

impl<'a> Row<'a> {
    /// The bytes of a column without spaces around them; empty if the row or file lacks it.
    pub(super) fn bytes(&self, column: usize) -> &'a [u8] {
        let place = self.columns[column];
        let field = place.and_then(|place| self.record.get(place));
        field.unwrap_or_default().trim_ascii()
    }

    /// The text of a column; what is no UTF-8 is replaced.
    pub(super) fn text(&self, column: usize) -> Cow<'a, str> {
        String::from_utf8_lossy(self.bytes(column))
    }
}

/// Calls `each` for every row of a file with the columns named. A file that is missing has no
/// rows. Rows that cannot be read, and texts that are no UTF-8, go to the report.
pub(super) fn rows<const N: usize>(
    files: &Files,
    (file, columns): (&'static str, [&'static str; N]),
    report: &mut Report,
    mut each: impl FnMut(&Row<'_>, &mut Report),
) {
    let Some(bytes) = files.get(file) else {
        return;
    };
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let what = "this is UTF-16; save it as UTF-8".to_owned();
        report.add(Kind::Unreadable, (file, 0), what);
        return;
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let headers = match reader.byte_headers() {
        Ok(headers) => headers.clone(),
        Err(error) => {
            report.add(Kind::Unreadable, (file, 1), error.to_string());
            return;
        }
    };
    let places = columns.map(|column| {
        headers
            .iter()
            .position(|name| name.trim_ascii().eq_ignore_ascii_case(column.as_bytes()))
    });
    let mut record = csv::ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                report.add(Kind::Unreadable, (file, 0), error.to_string());
                return;
            }
        }
        let line = record.position().map_or(0, csv::Position::line);
        if record.iter().all(|field| field.trim_ascii().is_empty()) {
            continue;
        }
        let beyond = record.iter().skip(headers.len());
        if beyond.clone().any(|field| !field.trim_ascii().is_empty()) {
            let what = format!(
                "{} fields under {} columns; those beyond the last column are left out",
                record.len(),
                headers.len()
            );
            report.add(Kind::Assumed, (file, line), what);
        }
        let row = Row {
            columns: &places,
            record: &record,
            line,
        };
        if (0..N).any(|column| std::str::from_utf8(row.bytes(column)).is_err()) {
            let what = "no UTF-8 text; the wrong characters are replaced".to_owned();
            report.add(Kind::Assumed, (file, line), what);
        }
        each(&row, report);
    }
}
