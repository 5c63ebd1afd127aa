//! Rows of a GTFS file however they are written: byte order marks, extra, missing and repeated
//! columns, spaces around names, short and long rows, any line end, texts that are no UTF-8.

use std::borrow::Cow;

use super::archive::Files;
use super::encoding;
use super::report::{Kind, Report};

/// The files that are read.
pub(super) const FILES: [&str; 21] = [
    "agency.txt",
    "stops.txt",
    "routes.txt",
    "trips.txt",
    "stop_times.txt",
    "calendar.txt",
    "calendar_dates.txt",
    "feed_info.txt",
    "fare_attributes.txt",
    "fare_rules.txt",
    "areas.txt",
    "stop_areas.txt",
    "networks.txt",
    "route_networks.txt",
    "timeframes.txt",
    "rider_categories.txt",
    "fare_media.txt",
    "fare_products.txt",
    "fare_leg_rules.txt",
    "fare_leg_join_rules.txt",
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

    /// Whether the file has a column.
    pub(super) fn has(&self, column: usize) -> bool {
        self.columns[column].is_some()
    }

    /// The text of a column; what is no UTF-8 is replaced.
    pub(super) fn text(&self, column: usize) -> Cow<'a, str> {
        String::from_utf8_lossy(self.bytes(column))
    }

    /// The texts of the first columns.
    pub(super) fn texts<const N: usize>(&self) -> [String; N] {
        std::array::from_fn(|column| self.text(column).into_owned())
    }
}

/// What to read: the file, how many of the columns it must have, and the columns, those first.
pub(super) type Sheet<const N: usize> = (&'static str, usize, [&'static str; N]);

/// Calls `each` for every row of a file. A file that is missing has no rows. What cannot be read,
/// and texts that are no UTF-8, go to the report.
pub(super) fn rows<const N: usize>(
    files: &Files,
    sheet: Sheet<N>,
    report: &mut Report,
    mut each: impl FnMut(&Row<'_>, &mut Report),
) {
    let file = sheet.0;
    let Some(bytes) = files.get(file).and_then(|bytes| whole(bytes, file, report)) else {
        return;
    };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .delimiter(delimiter(bytes, file, report))
        .from_reader(bytes);
    let headers = match reader.byte_headers() {
        Ok(headers) => headers.clone(),
        Err(error) => return report.add(Kind::Unreadable, file, error.to_string()),
    };
    let Some(places) = places(&headers, sheet, report) else {
        return;
    };
    let mut record = csv::ByteRecord::new();
    let mut lines = Lines { at: 0, line: 1 };
    let mut has_told_encoding = false;
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return report.add(Kind::Unreadable, file, error.to_string()),
        }
        let line = lines.find(bytes, record.position().map_or(0, csv::Position::byte));
        if record.iter().all(|field| field.trim_ascii().is_empty()) {
            continue;
        }
        tell_beyond(&record, headers.len(), (file, line), report);
        let row = Row {
            columns: &places,
            record: &record,
            line,
        };
        if !has_told_encoding && (0..N).any(|column| !is_text(row.bytes(column))) {
            has_told_encoding = true;
            let what = format!(
                "no UTF-8 text from here on{}; the wrong characters are replaced",
                encoding::guess(bytes)
            );
            report.add(Kind::Assumed, (file, line), what);
        }
        each(&row, report);
    }
    if bytes.iter().filter(|byte| **byte == b'"').count() % 2 == 1 {
        let what = "a quotation mark is never closed: this row holds the rest of the file";
        report.add(Kind::Unreadable, (file, lines.line), what.to_owned());
    }
}

/// Which line a row begins on: the reader of rows knows but one kind of line end.
struct Lines {
    at: usize,
    line: u64,
}

impl Lines {
    /// The line of the row that begins at or right after a byte, no earlier than the last.
    fn find(&mut self, bytes: &[u8], byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(here) = bytes.get(self.at) {
            let is_end = matches!(here, b'\r' | b'\n');
            if self.at >= byte && !is_end {
                break;
            }
            self.at += 1;
            let is_pair = *here == b'\r' && bytes.get(self.at) == Some(&b'\n');
            self.line += u64::from(is_end && !is_pair);
        }
        self.line
    }
}

/// A file without its byte order mark, if its bytes can be rows.
fn whole<'a>(bytes: &'a [u8], file: &'static str, report: &mut Report) -> Option<&'a [u8]> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let what = "this is UTF-16; save it as UTF-8".to_owned();
        report.add(Kind::Unreadable, file, what);
        return None;
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() {
        report.add(Kind::Unreadable, file, "the file is empty".to_owned());
        return None;
    }
    Some(bytes)
}

/// A comma, or what the header has in its place.
fn delimiter(bytes: &[u8], file: &'static str, report: &mut Report) -> u8 {
    let header = bytes.split(|byte| *byte == b'\n').next();
    let header = header.unwrap_or_default();
    let other = [b';', b'\t']
        .into_iter()
        .find(|other| header.contains(other) && !header.contains(&b','));
    if let Some(other) = other {
        let what = format!(
            "columns are separated by {:?} and not by commas",
            char::from(other)
        );
        report.add(Kind::Assumed, (file, 1), what);
    }
    other.unwrap_or(b',')
}

/// Where each column stands, the first of its name. `None` without one that must be there.
fn places<const N: usize>(
    headers: &csv::ByteRecord,
    (file, needs, columns): Sheet<N>,
    report: &mut Report,
) -> Option<[Option<usize>; N]> {
    let is = |name: &[u8], column: &str| name.trim_ascii().eq_ignore_ascii_case(column.as_bytes());
    let places = columns.map(|column| headers.iter().position(|name| is(name, column)));
    for column in columns {
        if headers.iter().filter(|name| is(name, column)).count() > 1 {
            let what = format!("there are two columns {column}; the first counts");
            report.add(Kind::Assumed, (file, 1), what);
        }
    }
    let mut needed = places.iter().zip(columns).take(needs);
    if let Some((_, missing)) = needed.find(|(place, _)| place.is_none()) {
        let what = format!("there is no column {missing}; the file is left out");
        report.add(Kind::Unreadable, (file, 1), what);
        return None;
    }
    Some(places)
}

fn tell_beyond(
    record: &csv::ByteRecord,
    columns: usize,
    at: (&'static str, u64),
    report: &mut Report,
) {
    let mut beyond = record.iter().skip(columns);
    if beyond.any(|field| !field.trim_ascii().is_empty()) {
        let what = format!(
            "{} fields under {columns} columns; those beyond the last column are left out",
            record.len(),
        );
        report.add(Kind::Assumed, at, what);
    }
}

fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok()
}
