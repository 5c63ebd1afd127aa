//! Bills as canonical bytes. Every field in order, numbers big-endian, texts and lists with their
//! length before them: two bills have equal bytes exactly when they are equal.

use alloc::vec::Vec;

use ridecode_ledger::Money;
use ridecode_words::{TapId, Text};

use super::{Bill, Fare};
use crate::explain::Step;
use crate::journey::Journey;
use crate::names::{Language, Names};
use crate::tap::{Tap, TapKind};
use crate::tariff::BandPart;

/// Writes a bill.
pub(super) fn write(bill: &Bill) -> Vec<u8> {
    let mut out = Bytes(Vec::with_capacity(256 * (1 + bill.fares.len())));
    out.number(bill.period.rider.0);
    out.number(bill.period.month.number());
    out.list(&bill.fares, Bytes::fare);
    out.list(&bill.open, Bytes::journey);
    out.list(&bill.unpriced, |out, (journey, why)| {
        out.journey(journey);
        out.number(*why as u8);
    });
    out.maybe(bill.next_closing.as_ref(), |out, time| out.number(time.0));
    out.0
}

struct Bytes(Vec<u8>);

/// Numbers as they are written.
trait Number: Copy {
    fn put(self, out: &mut Vec<u8>);
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Number for $number {
            fn put(self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_be_bytes());
            }
        }
    )*};
}

numbers!(u8, u32, u64, i32, i64);

impl Bytes {
    fn number(&mut self, number: impl Number) {
        number.put(&mut self.0);
    }

    fn truth(&mut self, truth: bool) {
        self.number(u8::from(truth));
    }

    fn list<T>(&mut self, members: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.number(u32::try_from(members.len()).expect("no bill has 2^32 members"));
        for member in members {
            each(self, member);
        }
    }

    fn maybe<T>(&mut self, member: Option<&T>, each: impl FnOnce(&mut Self, &T)) {
        self.truth(member.is_some());
        if let Some(member) = member {
            each(self, member);
        }
    }

    fn text(&mut self, text: &Text) {
        self.list(text.as_str().as_bytes(), |out, byte| out.number(*byte));
    }

    fn names(&mut self, names: &Names) {
        self.text(names.own());
        for language in Language::ALL {
            self.maybe(names.translation(language), Self::text);
        }
    }

    fn money(&mut self, money: Money) {
        self.number(money.minor);
        self.0.extend_from_slice(&money.currency.0);
    }

    fn tap_id(&mut self, tap: TapId) {
        self.number(tap.validator.0);
        self.number(tap.sequence);
    }

    fn fare(&mut self, fare: &Fare) {
        self.tap_id(fare.journey.0);
        self.list(&fare.taps, |out, tap| out.tap_id(*tap));
        self.number(fare.issuer.0);
        self.number(fare.ending as u8);
        self.number(fare.day.0);
        self.money(fare.amount);
        self.list(&fare.shares, |out, share| {
            out.number(share.operator.0);
            out.maybe(share.line.as_ref(), |out, line| out.text(&line.0));
            out.money(share.amount);
        });
        let tariff = &fare.explanation.tariff;
        self.text(&tariff.name);
        self.text(&tariff.version);
        self.0.extend_from_slice(&tariff.hash);
        self.list(&fare.explanation.steps, Self::step);
        self.money(fare.explanation.total);
    }

    fn journey(&mut self, journey: &Journey) {
        self.tap_id(journey.id.0);
        self.list(&journey.taps, Self::tap);
        self.number(journey.ending as u8);
        self.maybe(journey.closes_at.as_ref(), |out, time| out.number(time.0));
    }

    fn tap(&mut self, tap: &Tap) {
        self.number(tap.time.0);
        self.tap_id(tap.id);
        self.number(tap.rider.0);
        self.number(tap.issuer.0);
        match tap.kind {
            TapKind::Single => self.number(0_u8),
            TapKind::In => self.number(1_u8),
            TapKind::Out => self.number(2_u8),
            TapKind::Void { tap } => {
                self.number(3_u8);
                self.tap_id(tap);
            }
        }
        self.number(tap.operator.0);
        self.number(tap.mode.byte());
        self.maybe(tap.line.as_ref(), |out, line| out.text(&line.0));
        self.maybe(tap.stop.as_ref(), |out, stop| out.text(&stop.0));
        self.maybe(tap.direction.as_ref(), |out, direction| {
            out.number(*direction)
        });
        self.maybe(tap.vehicle.as_ref(), |out, vehicle| out.text(&vehicle.0));
        self.number(tap.category);
        self.maybe(tap.showing.as_ref(), |out, showing| {
            out.0.extend_from_slice(showing);
        });
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Distance {
                from,
                to,
                lines,
                length_m,
                estimated_m,
            } => {
                self.number(0_u8);
                self.names(from);
                self.names(to);
                self.list(lines, Self::names);
                self.number(*length_m);
                self.number(*estimated_m);
            }
            Step::Ladder { up_to_m, price } => {
                self.number(1_u8);
                self.maybe(up_to_m.as_ref(), |out, up_to_m| out.number(*up_to_m));
                self.money(*price);
            }
            Step::Flat { price } => {
                self.number(2_u8);
                self.money(*price);
            }
            Step::Zones { from, to, price } => {
                self.number(16_u8);
                self.text(from);
                self.text(to);
                self.money(*price);
            }
            Step::FreeSameStation {
                stop,
                inside_s,
                free_s,
            } => {
                self.number(3_u8);
                self.names(stop);
                self.maybe(inside_s.as_ref(), |out, inside_s| out.number(*inside_s));
                self.number(*free_s);
            }
            Step::MissingTap {
                stop,
                entry_missing,
                waited_s,
                price,
            } => {
                self.number(4_u8);
                self.maybe(stop.as_ref(), Self::names);
                self.truth(*entry_missing);
                self.number(*waited_s);
                self.money(*price);
            }
            Step::Overstay { .. }
            | Step::Tiers { .. }
            | Step::Continued { .. }
            | Step::Transfer { .. }
            | Step::Accumulation { .. }
            | Step::Rounding { .. } => {
                self.adjustment(step);
            }
        }
    }

    /// The steps that change a price already found.
    fn adjustment(&mut self, step: &Step) {
        match step {
            Step::Overstay {
                inside_s,
                limit_s,
                price,
                on_top,
            } => {
                self.number(5_u8);
                self.number(*inside_s);
                self.number(*limit_s);
                self.money(*price);
                self.truth(*on_top);
            }
            Step::Accumulation {
                before,
                after,
                discount,
                parts,
            } => {
                self.number(6_u8);
                self.money(*before);
                self.money(*after);
                self.money(*discount);
                self.list(parts, Self::part);
            }
            Step::Rounding {
                exact_milli,
                to,
                rounded,
            } => {
                self.number(7_u8);
                self.number(*exact_milli);
                self.money(*to);
                self.money(*rounded);
            }
            Step::Tiers { parts, price } => {
                self.number(8_u8);
                self.list(parts, Self::part);
                self.money(*price);
            }
            Step::Continued { .. } | Step::Transfer { .. } => self.change(step),
            Step::Distance { .. }
            | Step::Ladder { .. }
            | Step::Flat { .. }
            | Step::Zones { .. }
            | Step::FreeSameStation { .. }
            | Step::MissingTap { .. } => unreachable!("written by `step`"),
        }
    }

    fn part(&mut self, part: &BandPart) {
        self.number(part.percent);
        self.number(part.of_milli);
        self.number(part.paid_milli);
    }

    /// The steps that an earlier ride makes.
    fn change(&mut self, step: &Step) {
        match step {
            Step::Continued {
                stop,
                outside_s,
                length_m,
                through,
                before,
                price,
            } => {
                self.number(9_u8);
                self.names(stop);
                self.number(*outside_s);
                self.number(*length_m);
                self.money(*through);
                self.money(*before);
                self.money(*price);
            }
            Step::Transfer {
                from,
                passed_s,
                measured_from,
                within_s,
                off,
                price,
            } => {
                self.number(10_u8);
                self.number(from.byte());
                self.number(*passed_s);
                self.number(*measured_from as u8);
                self.number(*within_s);
                self.money(*off);
                self.money(*price);
            }
            Step::Distance { .. }
            | Step::Ladder { .. }
            | Step::Flat { .. }
            | Step::Zones { .. }
            | Step::FreeSameStation { .. }
            | Step::MissingTap { .. }
            | Step::Overstay { .. }
            | Step::Tiers { .. }
            | Step::Accumulation { .. }
            | Step::Rounding { .. } => unreachable!("written by `step` or `adjustment`"),
        }
    }
}
