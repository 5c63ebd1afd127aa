//! Rides that follow others at a price of their own, by the groups of their fares.

use ridecode_words::UnixSeconds;

use super::{Ride, SoFar, find_last, seconds};
use crate::explain::Step;
use crate::price::Priced;
use crate::tariff::{LegTransfer, MeasuredFrom};

/// The row of rides one is in, up to and with it.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    transfer: &'a LegTransfer,
    /// Rides that follow the first.
    count: u32,
    /// The first ride's.
    start: UnixSeconds,
    end: UnixSeconds,
}

impl<'a> SoFar<'a> {
    /// Prices a ride by the first leg transfer that the latest earlier ride gives; tells whether one
    /// does.
    pub(super) fn follow(&mut self, ride: &mut Ride<'a>, priced: &mut Priced<'a>) -> bool {
        let gives = |before: &Ride<'a>, ride: &Ride<'a>| before.find_row(ride).is_some();
        let Some(before) = find_last(&mut self.rides, ride, gives) else {
            return false;
        };
        let Some(row) = before.find_row(ride) else {
            return false;
        };
        before.has_given = true;
        let (Some(from), Some(to)) = (before.group, ride.group) else {
            return false;
        };
        let own = priced.list;
        let price = row
            .transfer
            .pays
            .price(own, (before.list, before.row.is_some()));
        let money = |minor| priced.applied.tariff.money(minor);
        let step = Step::LegTransfer {
            from: from.clone(),
            to: to.clone(),
            passed_s: seconds(row.begin(), row.until(ride)),
            within_s: row.transfer.limit.map(|limit| limit.within_s),
            own: money(own),
            price: money(price),
        };
        priced.steps.push(step);
        priced.list = price;
        ride.is_discounted = true;
        ride.row = Some(row);
        true
    }
}

impl<'a> Ride<'a> {
    /// The row a later ride is in by following this one, by the tariff of the later.
    fn find_row(&self, later: &Self) -> Option<Row<'a>> {
        let (from, to) = (self.group?, later.group?);
        let is_one_line = self.line.is_some() && self.line == later.line;
        let may_follow = self.has_ridden()
            && later.has_ridden()
            && !self.has_given
            && !is_one_line
            && self.is_of_tariff_of(later)
            && later.start >= self.end;
        let mut transfers = later.applied.tariff.leg_transfers.iter();
        let row = |transfer: &'a LegTransfer| {
            let before = self.row.filter(|row| row.transfer.is_in_row_with(transfer));
            let row = Row {
                transfer,
                count: before.map_or(1, |row| row.count.saturating_add(1)),
                start: before.map_or(self.start, |row| row.start),
                end: before.map_or(self.end, |row| row.end),
            };
            (transfer.joins([from, to]) && row.allows(later)).then_some(row)
        };
        may_follow.then(|| transfers.find_map(row)).flatten()
    }
}

impl Row<'_> {
    /// Whether a ride is early enough, and not one too many.
    fn allows(&self, ride: &Ride<'_>) -> bool {
        let passed_s = self.until(ride).since_s(self.begin());
        let is_early = self
            .transfer
            .limit
            .is_none_or(|limit| (0..=i64::from(limit.within_s)).contains(&passed_s));
        is_early && self.transfer.count.is_none_or(|count| self.count <= count)
    }

    fn begin(&self) -> UnixSeconds {
        match self.transfer.limit.map(|limit| limit.from) {
            None | Some(MeasuredFrom::Start) => self.start,
            Some(MeasuredFrom::End) => self.end,
        }
    }

    fn until(&self, ride: &Ride<'_>) -> UnixSeconds {
        match self.transfer.limit.map(|limit| limit.to) {
            None | Some(MeasuredFrom::Start) => ride.start,
            Some(MeasuredFrom::End) => ride.end,
        }
    }
}
