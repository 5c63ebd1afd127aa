//! What caps leave to pay.

use alloc::collections::BTreeMap;

use ridecode_words::{IssuerId, ServiceDay, Text};

use super::issuer_of;
use crate::book::Applied;
use crate::explain::Step;
use crate::tap::Tap;
use crate::tariff::{Cap, Tariff};

/// What was paid under each cap in each of its periods, in minor units.
#[derive(Default)]
pub(super) struct Capped<'a>(BTreeMap<Key<'a>, i64>);

/// Tariff, cap, issuer where each counts for itself, number of the period.
type Key<'a> = (&'a Text, &'a Text, Option<IssuerId>, i64);

/// What a cap leaves to pay.
pub(super) struct Room<'a> {
    cap: &'a Cap,
    tariff: &'a Tariff,
    before: i64,
    at_most: i64,
}

impl<'a> Capped<'a> {
    /// Of the caps over a ride the one that leaves least; of equal ones the first in the file.
    pub(super) fn find_least_room(&self, first: &Tap, applied: &Applied<'a>) -> Option<Room<'a>> {
        if applied.tariff.caps.is_empty() {
            return None;
        }
        let rooms = caps_over(first, applied).map(|(cap, key, day)| Room {
            cap,
            tariff: applied.tariff,
            before: self.0.get(&key).copied().unwrap_or_default(),
            at_most: cap.at_most_around(day),
        });
        rooms.min_by_key(Room::left)
    }

    /// Counts what was paid under every cap over a ride.
    pub(super) fn count(&mut self, paid: i64, first: &Tap, applied: &Applied<'a>) {
        if applied.tariff.caps.is_empty() {
            return;
        }
        for (_, key, _) in caps_over(first, applied) {
            *self.0.entry(key).or_default() += paid;
        }
    }
}

impl Room<'_> {
    /// In minor units. A version that lowers a cap takes nothing back.
    pub(super) fn left(&self) -> i64 {
        (self.at_most - self.before).max(0)
    }

    pub(super) fn step(&self, paid: i64) -> Step {
        let money = |minor| self.tariff.money(minor);
        Step::Cap {
            name: self.cap.names.clone(),
            period: self.cap.period,
            before: money(self.before),
            at_most: money(self.at_most),
            price: money(paid),
        }
    }
}

/// The caps over a ride that begins with a tap, each with its key and the day.
fn caps_over<'a>(
    first: &Tap,
    applied: &Applied<'a>,
) -> impl Iterator<Item = (&'a Cap, Key<'a>, ServiceDay)> {
    let Applied { tariff, rule, .. } = *applied;
    let moment = tariff.moment_of(first.time);
    let over = tariff.caps.iter().filter(move |cap| {
        let audience = &cap.audience;
        cap.is_for(&rule.name, first.mode)
            && audience.admits(first.category, moment, &tariff.calendar)
    });
    over.map(move |cap| {
        let issuer = issuer_of(cap.per, first);
        let number = cap.period.number(moment.day);
        let key = (&tariff.reference.name, cap.names.own(), issuer, number);
        (cap, key, moment.day)
    })
}
