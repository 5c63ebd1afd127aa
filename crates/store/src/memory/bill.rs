//! Bills: due months, windows, saved months.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_fare::Period;
use ridecode_words::{ChargeId, JourneyId, RiderId, ServiceDay, UnixSeconds};

use super::{FIRST_CHARGE, MemoryStore, Result, State};
use crate::even::Together;
use crate::fault::StoreFault;
use crate::invariant::charge_of;
use crate::record::{BillDue, BillSave, BillSaved, BillWindow, FareVersion};
use crate::step::Balance;
use crate::{calendar, even};

impl MemoryStore {
    pub(crate) fn due_bills(&self, now: UnixSeconds, limit: usize) -> Result<Vec<BillDue>> {
        let state = self.lock();
        let mut due: Vec<_> = state.due.iter().filter(|(_, due)| due.at <= now).collect();
        due.sort_by_key(|(period, due)| (due.at, **period));
        let due = due.into_iter().take(limit);
        Ok(due
            .map(|(&period, due)| BillDue {
                period,
                mark: due.mark,
            })
            .collect())
    }

    pub(crate) fn bill_again(&self, periods: Vec<Period>, at: UnixSeconds) -> Result<()> {
        let mut state = self.lock();
        for period in &periods {
            state.account(period.rider)?;
        }
        periods.iter().for_each(|period| state.touch(*period, at));
        Ok(())
    }

    pub(crate) fn load_windows(
        &self,
        periods: Vec<Period>,
        before_s: u32,
    ) -> Result<Vec<BillWindow>> {
        let state = self.lock();
        let window = |period: &Period| {
            let (first, last) = calendar::bounds(period.month, before_s);
            let taps = state.taps.get(&period.rider).into_iter().flatten();
            BillWindow {
                taps: taps
                    .filter(|tap| (first..=last).contains(&tap.time))
                    .cloned()
                    .collect(),
                fares: state.last_fares(*period),
                open_days: state.open_days_of(*period).collect(),
                mark: state.due.get(period).map_or(0, |due| due.mark),
            }
        };
        Ok(periods.iter().map(window).collect())
    }

    pub(crate) fn save_bills(&self, bills: Vec<BillSave>) -> Result<Vec<BillSaved>> {
        let mut state = self.lock();
        let mut saved = Vec::with_capacity(bills.len());
        let mut checked = Vec::with_capacity(bills.len());
        // Two months of a call may be one rider's.
        let mut balances: BTreeMap<RiderId, Balance> = BTreeMap::new();
        for bill in bills {
            let due = state.due.get(&bill.period);
            if due.is_none_or(|due| due.mark != bill.mark) {
                saved.push(BillSaved::Moved);
                continue;
            }
            let new = state.check_fares(&bill)?;
            let rider = bill.period.rider;
            let mut balance = match balances.get(&rider) {
                Some(&balance) => balance,
                None => state.account(rider)?.balance,
            };
            for transfer in of_fares(&bill.transfers, &new, |transfer| transfer.id.charge) {
                balance = balance.after(transfer)?;
            }
            balances.insert(rider, balance);
            checked.push((bill, new));
            saved.push(BillSaved::Saved);
        }
        // Nothing can refuse a month from here on.
        for (rider, balance) in balances {
            state.account(rider)?.balance = balance;
        }
        for (bill, new) in checked {
            state.post(&bill, &new);
        }
        Ok(saved)
    }
}

impl State {
    /// The last version of each fare of a month.
    pub(super) fn last_fares(&self, period: Period) -> Vec<FareVersion> {
        let mut last: Vec<FareVersion> = Vec::new();
        for fare in self.fares_of(period) {
            match last.last_mut() {
                Some(earlier) if earlier.journey == fare.journey => *earlier = fare.clone(),
                _ => last.push(fare.clone()),
            }
        }
        last
    }

    /// A month's service days that gained a fare and were not charged since.
    pub(super) fn open_days_of(&self, period: Period) -> impl Iterator<Item = ServiceDay> {
        let days = self.open_days.iter();
        days.filter(move |(of, _)| *of == period)
            .map(|(_, day)| *day)
    }

    /// The rides that are charged together with one, itself among them.
    pub(super) fn together_with(&self, journey: JourneyId) -> Together {
        let Some((rider, time)) = self.tap_of(journey) else {
            return Together::alone(journey);
        };
        let mut months = calendar::periods_touched(rider, time);
        let billed = months.find(|month| self.fares.contains_key(&(*month, journey, 1)));
        billed.map_or_else(
            || Together::alone(journey),
            |month| Together::with(journey, month, &self.last_fares(month)),
        )
    }

    /// Every fare version of a month, by journey and version.
    fn fares_of(&self, period: Period) -> impl Iterator<Item = &FareVersion> {
        let fares = self.fares.range((period, FIRST_CHARGE.journey, 0)..);
        fares
            .take_while(move |((of, ..), _)| *of == period)
            .map(|(_, fare)| fare)
    }

    /// The fare versions of a bill that are not held yet.
    fn check_fares(&self, bill: &BillSave) -> Result<BTreeSet<ChargeId>> {
        let mut new = BTreeSet::new();
        for fare in &bill.fares {
            let id = charge_of(fare);
            self.check_month(bill.period, fare.journey)?;
            match self.fares.get(&(bill.period, fare.journey, fare.version)) {
                Some(held) if held != fare => return Err(StoreFault::conflict("fare", id)),
                Some(_) => continue,
                None => {}
            }
            let before = (bill.period, fare.journey, fare.version - 1);
            let held = self.fares.get(&before);
            let follows = fare.version == 1
                || held.is_some()
                || new.contains(&ChargeId {
                    version: fare.version - 1,
                    ..id
                });
            if !follows {
                return Err(StoreFault::missing("fare version before", id));
            }
            if held.is_some_and(|held| held.charged_by != fare.charged_by) {
                return Err(StoreFault::conflict("day of fare", id));
            }
            new.insert(id);
        }
        Ok(new)
    }

    /// A journey is billed to the rider of its first tap, in one month, which is one that this tap
    /// may lie in.
    fn check_month(&self, period: Period, journey: JourneyId) -> Result<()> {
        let time = match self.tap_of(journey) {
            Some((rider, time)) if rider == period.rider => time,
            Some(_) | None => return Err(StoreFault::missing("tap of the rider", journey)),
        };
        let months: Vec<Period> = calendar::periods_touched(period.rider, time).collect();
        let is_billed = |month: &Period| self.fares.contains_key(&(*month, journey, 1));
        let elsewhere = months
            .iter()
            .any(|month| *month != period && is_billed(month));
        if elsewhere || !months.contains(&period) {
            return Err(StoreFault::conflict("month of journey", journey));
        }
        Ok(())
    }

    /// Takes down the new fare versions of a checked bill.
    fn post(&mut self, bill: &BillSave, new: &BTreeSet<ChargeId>) {
        let (period, rider) = (bill.period, bill.period.rider);
        for fare in of_fares(&bill.fares, new, charge_of) {
            let key = (period, fare.journey, fare.version);
            self.fares.insert(key, fare.clone());
        }
        for transfer in of_fares(&bill.transfers, new, |transfer| transfer.id.charge) {
            self.take_down(*transfer);
        }
        for leg in of_fares(&bill.legs, new, |leg| leg.leg.charge) {
            let key = (leg.operator, leg.day, leg.leg.charge);
            self.legs
                .insert(key, (leg.leg.issuer, leg.leg.amount_minor));
        }
        for taken in of_fares(&bill.taken, new, |taken| taken.charge) {
            self.take(taken);
        }
        for charge in of_fares(&bill.charges, new, |charge| charge.id) {
            self.charges.insert((rider, charge.id), charge.clone());
        }
        for journey in even::journeys_to_look_at(&bill.fares) {
            self.even_out(rider, &Together::alone(journey));
        }
        let fares = of_fares(&bill.fares, new, charge_of);
        for day in even::days_to_wait_for(fares, &bill.days_over) {
            self.open_days.insert((period, day));
        }
        for &day in &bill.days_over {
            self.open_days.remove(&(period, day));
            let together = Together::of_day((period, day), &self.last_fares(period));
            self.charge_day(rider, &together, bill.at);
        }
        self.due.remove(&period);
        if let Some(at) = bill.due_again {
            self.touch(period, at);
        }
    }
}

/// Those that belong to the fares in `new`.
fn of_fares<'a, T>(
    all: &'a [T],
    new: &'a BTreeSet<ChargeId>,
    id: impl Fn(&T) -> ChargeId + 'a,
) -> impl Iterator<Item = &'a T> {
    all.iter().filter(move |one| new.contains(&id(one)))
}
