//! Bills as canonical bytes. Every field in order, numbers big-endian, texts and lists with their
//! length before them: two bills have equal bytes exactly when they are equal.

use alloc::vec::Vec;

use ridecode_ledger::Money;
use ridecode_words::{TapId, Text};

use super::{Bill, Fare};
use crate::explain::{Step, Value};
use crate::journey::Journey;
use crate::names::{Language, Names};
use crate::tap::{Tap, TapKind};

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

    fn bytes(&mut self, bytes: &[u8]) {
        self.list(bytes, |out, byte| out.number(*byte));
    }

    fn text(&mut self, text: &Text) {
        self.bytes(text.as_str().as_bytes());
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
        self.text(&fare.rule);
        self.money(fare.amount);
        self.list(&fare.shares, |out, share| {
            out.number(share.operator.0);
            out.maybe(share.line.as_ref(), |out, line| out.text(&line.0));
            out.maybe(share.from.as_ref(), |out, stop| out.text(&stop.0));
            out.maybe(share.to.as_ref(), |out, stop| out.text(&stop.0));
            out.number(share.length_m);
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
            TapKind::Repair { tap, mend } => {
                self.number(3 + mend.code());
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
        self.bytes(step.kind().as_bytes());
        for field in step.fields() {
            self.value(&field.value);
        }
    }

    /// A value of a step. Which kind of value follows is plain from the step's kind, but for one
    /// that may be missing.
    fn value(&mut self, value: &Value<'_>) {
        match *value {
            Value::Missing => self.truth(false),
            Value::Present(ref value) => {
                self.truth(true);
                self.value(value);
            }
            Value::Truth(truth) => self.truth(truth),
            Value::Number(number) => self.number(number),
            Value::Word(word) => self.bytes(word.as_bytes()),
            Value::Text(text) => self.text(text),
            Value::Money(money) => self.money(money),
            Value::Names(names) => self.names(names),
            Value::Lines(lines) => self.list(lines, Self::names),
            Value::Parts(parts) => self.list(parts, |out, part| {
                out.number(part.percent);
                out.number(part.of_milli);
                out.number(part.paid_milli);
            }),
        }
    }
}
