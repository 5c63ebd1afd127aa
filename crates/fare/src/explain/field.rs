//! Steps as fields: one table of what each kind of step says, for everything that writes or
//! compares steps without wording them.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use ridecode_ledger::Money;
use ridecode_words::{Mode, Text};

use super::Step;
use crate::names::Names;
use crate::tariff::{BandPart, CapPeriod, MeasuredFrom};

/// One input or effect of a step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field<'a> {
    /// Its name. It ends in the unit of a number: `_m` meters, `_s` seconds, `_milli` thousandths
    /// of a minor unit.
    pub name: &'static str,
    /// Its value.
    pub value: Value<'a>,
}

/// What a field of a step holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value<'a> {
    /// Nothing, where there may be something.
    Missing,
    /// Something, where there may be nothing.
    Present(Box<Self>),
    /// Yes or no.
    Truth(bool),
    /// A number in the unit its field names.
    Number(i64),
    /// One of a few words.
    Word(&'static str),
    /// A name the tariff gives.
    Text(&'a Text),
    /// An amount.
    Money(Money),
    /// A stop.
    Names(&'a Names),
    /// Lines, in order.
    Lines(&'a [Names]),
    /// Parts of a price, in order.
    Parts(&'a [BandPart]),
}

/// From each step's kind and its fields, in order, to functions over all of them.
macro_rules! steps {
    ($($step:ident $kind:literal { $($field:ident),* })*) => {
        impl Step {
            /// Every kind of step and the names of its fields, in order.
            pub const KINDS: &'static [(&'static str, &'static [&'static str])] = &[
                $(($kind, &[$(stringify!($field)),*])),*
            ];

            /// The word for this kind of step, as bills are exported.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$step { .. } => $kind,)*
                }
            }

            /// Everything it says, always in the same order.
            pub fn fields(&self) -> Vec<Field<'_>> {
                match self {
                    $(Self::$step { $($field),* } => vec![$(Field {
                        name: stringify!($field),
                        value: Value::from($field),
                    }),*],)*
                }
            }
        }
    };
}

steps! {
    Distance "distance" { from, to, lines, length_m, estimated_m }
    Ladder "ladder" { up_to_m, price }
    Flat "flat" { price }
    Zones "zones" { from, to, price }
    FreeSameStation "free_same_station" { stop, inside_s, free_s }
    MissingTap "missing_tap" { stop, entry_missing, waited_s, price }
    Overstay "overstay" { inside_s, limit_s, price, on_top }
    Supplied "supplied" { stop, entry_supplied, agreed }
    AtLeast "at_least" { price }
    Excused "excused" { inside_s, limit_s }
    Tiers "tiers" { parts, price }
    Window "window" { name, begun_s }
    Concession "concession" { name, percent, price }
    Continued "continued" { stop, outside_s, length_m, through, before, price }
    Transfer "transfer" { from, passed_s, measured_from, within_s, off, price }
    LegTransfer "leg_transfer" { from, to, passed_s, within_s, own, price }
    Accumulation "accumulation" { before, after, discount, parts }
    Cap "cap" { name, period, before, at_most, price }
    Rounding "rounding" { exact_milli, to, rounded }
}

impl<'a> Value<'a> {
    fn maybe(value: Option<Self>) -> Self {
        value.map_or(Self::Missing, |value| Self::Present(Box::new(value)))
    }
}

impl From<&Option<u8>> for Value<'_> {
    fn from(number: &Option<u8>) -> Self {
        Self::maybe(number.map(|number| Self::Number(i64::from(number))))
    }
}

impl From<&Option<u32>> for Value<'_> {
    fn from(number: &Option<u32>) -> Self {
        Self::maybe(number.as_ref().map(Self::from))
    }
}

impl<'a> From<&'a Option<Names>> for Value<'a> {
    fn from(names: &'a Option<Names>) -> Self {
        Self::maybe(names.as_ref().map(Self::from))
    }
}

impl From<&bool> for Value<'_> {
    fn from(truth: &bool) -> Self {
        Self::Truth(*truth)
    }
}

impl From<&u32> for Value<'_> {
    fn from(number: &u32) -> Self {
        Self::Number(i64::from(*number))
    }
}

impl From<&i64> for Value<'_> {
    fn from(number: &i64) -> Self {
        Self::Number(*number)
    }
}

impl From<&Mode> for Value<'_> {
    fn from(mode: &Mode) -> Self {
        Self::Word(mode.word())
    }
}

impl From<&CapPeriod> for Value<'_> {
    fn from(period: &CapPeriod) -> Self {
        Self::Word(period.word())
    }
}

impl From<&MeasuredFrom> for Value<'_> {
    fn from(measured: &MeasuredFrom) -> Self {
        Self::Word(match measured {
            MeasuredFrom::Start => "start",
            MeasuredFrom::End => "end",
        })
    }
}

impl<'a> From<&'a Text> for Value<'a> {
    fn from(text: &'a Text) -> Self {
        Self::Text(text)
    }
}

impl From<&Money> for Value<'_> {
    fn from(money: &Money) -> Self {
        Self::Money(*money)
    }
}

impl<'a> From<&'a Names> for Value<'a> {
    fn from(names: &'a Names) -> Self {
        Self::Names(names)
    }
}

impl<'a> From<&'a Vec<Names>> for Value<'a> {
    fn from(lines: &'a Vec<Names>) -> Self {
        Self::Lines(lines)
    }
}

impl<'a> From<&'a Vec<BandPart>> for Value<'a> {
    fn from(parts: &'a Vec<BandPart>) -> Self {
        Self::Parts(parts)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use ridecode_ledger::Currency;

    use super::*;

    #[test]
    fn a_step_gives_its_kind_and_its_fields_in_order() {
        let price = Money {
            minor: 200,
            currency: Currency::CNY,
        };
        let check = |step: Step, kind, expected: &[(&str, Value<'_>)]| {
            assert_eq!(step.kind(), kind);
            let fields: Vec<_> = step
                .fields()
                .into_iter()
                .map(|field| (field.name, field.value))
                .collect();
            assert_eq!(fields, expected);
        };
        check(
            Step::Flat { price },
            "flat",
            &[("price", Value::Money(price))],
        );
        let ladder = |up_to_m| Step::Ladder { up_to_m, price };
        let up_to = Value::Present(Box::new(Value::Number(4_000)));
        let price = ("price", Value::Money(price));
        check(
            ladder(Some(4_000)),
            "ladder",
            &[("up_to_m", up_to), price.clone()],
        );
        check(
            ladder(None),
            "ladder",
            &[("up_to_m", Value::Missing), price],
        );
    }
}
