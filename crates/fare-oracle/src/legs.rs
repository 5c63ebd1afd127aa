//! What a ride costs that follows another, by the groups of their fares.

use toml::Table as Toml;

use super::changes::Ride;
use super::riders::{name, tables, words};
use super::table::{number, refuse_others, word};

/// A price for rides that follow others.
pub(crate) struct LegTransfer {
    from: Vec<String>,
    to: Vec<String>,
    count: Option<i64>,
    within_s: Option<i64>,
    measured: String,
    costs: Option<i64>,
    adds: Option<i64>,
    together: Option<i64>,
}

/// The rides in a row, up to one of them.
#[derive(Clone)]
pub(crate) struct Row {
    from: Vec<String>,
    to: Vec<String>,
    following: i64,
    first: (i64, i64),
}

impl LegTransfer {
    /// Reads every leg transfer.
    pub(crate) fn read(document: &mut Toml) -> Vec<Self> {
        let read = tables(document, "leg_transfer")
            .into_iter()
            .map(|mut table| {
                name(&mut table);
                let mut take = |key: &str| table.remove(key);
                let transfer = Self {
                    from: words(take("from")),
                    to: words(take("to")),
                    count: take("count").map(|count| number(&count)),
                    within_s: take("within_s").map(|within_s| number(&within_s)),
                    measured: take("measured").map(word).unwrap_or_default(),
                    costs: take("costs").map(|minor| number(&minor)),
                    adds: take("adds").map(|minor| number(&minor)),
                    together: take("together").map(|minor| number(&minor)),
                };
                refuse_others(&table);
                transfer
            });
        read.collect()
    }

    /// The row of a ride that follows another by it.
    fn row(&self, earlier: &Ride<'_>, later: &Ride<'_>) -> Option<Row> {
        let (from, to) = (earlier.group.as_ref()?, later.group.as_ref()?);
        let before = earlier
            .row
            .as_ref()
            .filter(|row| row.from == self.from && row.to == self.to);
        let row = Row {
            from: self.from.clone(),
            to: self.to.clone(),
            following: before.map_or(0, |row| row.following) + 1,
            first: before.map_or((earlier.start, earlier.end), |row| row.first),
        };
        let passed_s = match self.measured.as_str() {
            "start_to_end" => later.end - row.first.0,
            "end_to_start" => later.start - row.first.1,
            "end_to_end" => later.end - row.first.1,
            _ => later.start - row.first.0,
        };
        let is_early = self
            .within_s
            .is_none_or(|within_s| (0..=within_s).contains(&passed_s));
        let fits = self.from.contains(from)
            && self.to.contains(to)
            && is_early
            && self.count.is_none_or(|count| row.following <= count);
        fits.then_some(row)
    }

    fn price(&self, earlier: &Ride<'_>, later: &Ride<'_>) -> i64 {
        match (self.costs, self.adds, self.together) {
            (Some(costs), None, None) => costs,
            (None, Some(adds), None) => (later.list + adds).max(0),
            (None, None, Some(together)) if earlier.row.is_some() => together,
            (None, None, Some(together)) => (together - earlier.list).max(0),
            _ => panic!("a leg transfer has one price"),
        }
    }
}

/// The price of a ride that follows an earlier one, and its row, by the first that fits.
pub(crate) fn follow(
    earlier: &Ride<'_>,
    later: &Ride<'_>,
    transfers: &[LegTransfer],
) -> Option<(i64, Row)> {
    let has_ridden = |ride: &Ride<'_>| ride.certain;
    let is_one_line = earlier.line.is_some() && earlier.line == later.line;
    let may = has_ridden(earlier)
        && has_ridden(later)
        && !earlier.gave
        && !is_one_line
        && earlier.table_name() == later.table_name()
        && later.start >= earlier.end;
    if !may {
        return None;
    }
    transfers.iter().find_map(|transfer| {
        let row = transfer.row(earlier, later)?;
        Some((transfer.price(earlier, later), row))
    })
}
