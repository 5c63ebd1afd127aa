//! A fare's steps as they are written: whatever kinds of steps there are, their fields are theirs.

use ridecode_fare::{BandPart, Step, Value};
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use super::view::{BillAmount, BillNames};

/// A rule with its input and effect: its kind, then its fields.
pub(super) struct BillStep(pub(super) Step);

impl Serialize for BillStep {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.0.fields();
        let mut map = serializer.serialize_map(Some(fields.len() + 1))?;
        map.serialize_entry("kind", self.0.kind())?;
        for field in &fields {
            map.serialize_entry(field.name, &Shown(&field.value))?;
        }
        map.end()
    }
}

/// A field's value.
struct Shown<'a>(&'a Value<'a>);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Missing => serializer.serialize_none(),
            Value::Present(value) => Shown(value).serialize(serializer),
            Value::Truth(truth) => serializer.serialize_bool(*truth),
            Value::Number(number) => serializer.serialize_i64(*number),
            Value::Word(word) => serializer.serialize_str(word),
            Value::Text(text) => serializer.serialize_str(text.as_str()),
            Value::Money(money) => BillAmount::from(*money).serialize(serializer),
            Value::Names(names) => BillNames::from(*names).serialize(serializer),
            Value::Lines(lines) => serializer.collect_seq(lines.iter().map(BillNames::from)),
            Value::Parts(parts) => serializer.collect_seq(parts.iter().map(part_view)),
        }
    }
}

/// A part of a price, in thousandths of a minor unit.
#[derive(Serialize)]
struct BillPart {
    percent: u8,
    of_milli: i64,
    paid_milli: i64,
}

fn part_view(part: &BandPart) -> BillPart {
    BillPart {
        percent: part.percent,
        of_milli: part.of_milli,
        paid_milli: part.paid_milli,
    }
}
