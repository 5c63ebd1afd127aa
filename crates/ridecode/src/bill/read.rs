//! The document as it is read: whoever made it, every field is checked and every fault names it.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use ridecode_fare::{Mend, Period, Tap, TapKind};
use ridecode_words::{LineId, OperatorId, StopId, TapId, UnixSeconds, VehicleId};
use serde_json::Value;

use super::{FORMAT, VERSION};

/// A document that is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{field}: {what}")]
pub(crate) struct BillFault {
    /// The field, such as `taps[3].time`; `file` for the document as a whole.
    pub(crate) field: String,
    /// What is wrong with it, and what is to be written instead.
    pub(crate) what: String,
}

/// What is needed to bill the document's taps again.
#[derive(Clone, Debug)]
pub(crate) struct BillFile {
    /// The program that worded the explanations.
    pub(crate) made_by: String,
    /// Whose month.
    pub(crate) period: Period,
    /// Up to when missing taps were waited for.
    pub(crate) as_of: UnixSeconds,
    /// Name, version and SHA-256 of its tables.
    pub(crate) tables: Vec<Table>,
    /// Its taps.
    pub(crate) taps: Vec<Tap>,
    /// All of it.
    pub(crate) whole: Value,
}

/// A table a document names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// SHA-256 of its text.
    pub(crate) hash: [u8; 32],
}

impl BillFile {
    /// The longest document, in bytes.
    pub(crate) const BYTES_MAX: u64 = 64 << 20;
    /// The most taps of a document.
    pub(crate) const TAPS_MAX: usize = 100_000;

    /// Reads a document.
    pub(crate) fn read(text: &str) -> Result<Self, BillFault> {
        let whole: Value = serde_json::from_str(text).map_err(|fault| BillFault {
            field: "file".to_owned(),
            what: format!("is not JSON ({fault}); export the bill again"),
        })?;
        let file = At::whole(&whole);
        let format = file.field("format")?;
        if format.text()? != FORMAT {
            return Err(format.fault("must be \"ridecode-bill\"; this is no exported bill"));
        }
        let version = file.field("version")?;
        if version.number::<u32>()? != VERSION {
            return Err(version.fault("must be 1; a newer ridecode reads newer bills"));
        }
        let period = Period {
            rider: file.field("rider")?.parse()?,
            month: file.field("month")?.parse()?,
        };
        let items = file.field("tariffs")?.items(Self::TABLES_MAX)?;
        let tables = items.iter().map(table).collect::<Result<_, _>>()?;
        let items = file.field("taps")?.items(Self::TAPS_MAX)?;
        let mut ids: BTreeSet<TapId> = BTreeSet::new();
        let mut taps = Vec::with_capacity(items.len());
        for item in &items {
            let tap = tap(item, period)?;
            if !ids.insert(tap.id) {
                return Err(item.fault("this id stands twice; a tap is listed once"));
            }
            taps.push(tap);
        }
        for part in ["totals", "fares", "open", "unpriced"] {
            file.field(part)?.items(Self::TAPS_MAX)?;
        }
        Ok(Self {
            made_by: file.field("made_by")?.text()?.to_owned(),
            as_of: time(&file.field("as_of")?)?,
            period,
            tables,
            taps,
            whole,
        })
    }

    /// The most tables of a document.
    const TABLES_MAX: usize = 1_000;
}

fn table(item: &At<'_>) -> Result<Table, BillFault> {
    Ok(Table {
        name: item.field("name")?.text()?.to_owned(),
        version: item.field("version")?.text()?.to_owned(),
        hash: bytes(&item.field("sha256")?)?,
    })
}

fn tap(item: &At<'_>, period: Period) -> Result<Tap, BillFault> {
    let kind = item.field("kind")?;
    let kind = match kind.text()? {
        "single" => TapKind::Single,
        "in" => TapKind::In,
        "out" => TapKind::Out,
        "void" => TapKind::Void {
            tap: item.field("void_of")?.parse()?,
        },
        "repair" => repair(&item.field("repair")?)?,
        _ => return Err(kind.fault("must be single, in, out, void or repair")),
    };
    let mode = item.field("mode")?;
    Ok(Tap {
        time: time(&item.field("time")?)?,
        id: item.field("id")?.parse()?,
        rider: period.rider,
        issuer: item.field("issuer")?.parse()?,
        kind,
        operator: OperatorId(item.field("operator")?.number()?),
        mode: mode.parse()?,
        line: item
            .maybe("line")?
            .map(|at| at.id(LineId::new))
            .transpose()?,
        stop: item
            .maybe("stop")?
            .map(|at| at.id(StopId::new))
            .transpose()?,
        direction: item.maybe("direction")?.map(|at| at.number()).transpose()?,
        vehicle: item
            .maybe("vehicle")?
            .map(|at| at.id(VehicleId::new))
            .transpose()?,
        category: item.field("category")?.number()?,
        showing: item.maybe("showing")?.map(|at| bytes(&at)).transpose()?,
    })
}

/// Whole seconds since 1970.
fn time(at: &At<'_>) -> Result<UnixSeconds, BillFault> {
    let timestamp: Timestamp = at
        .text()?
        .parse()
        .map_err(|_| at.fault("must be a time with its zone such as 2026-11-21T08:41:00+08:00"))?;
    if timestamp.subsec_nanosecond() != 0 {
        return Err(at.fault("must be a whole second"));
    }
    Ok(UnixSeconds(timestamp.as_second()))
}

fn bytes<const LENGTH: usize>(at: &At<'_>) -> Result<[u8; LENGTH], BillFault> {
    let mut bytes = [0; LENGTH];
    hex::decode_to_slice(at.text()?, &mut bytes)
        .map_err(|_| at.fault(format!("must be {} hex digits", LENGTH * 2)))?;
    Ok(bytes)
}

/// A place in a document, which knows what it is called.
#[derive(Clone, Debug)]
pub(crate) struct At<'a> {
    value: &'a Value,
    field: String,
}

impl<'a> At<'a> {
    /// The whole document.
    pub(crate) fn whole(value: &'a Value) -> Self {
        Self {
            value,
            field: String::new(),
        }
    }

    /// A field that must be there.
    pub(crate) fn field(&self, name: &str) -> Result<Self, BillFault> {
        self.maybe(name)?.ok_or_else(|| BillFault {
            field: self.name_of(name),
            what: "is missing; export the bill again".to_owned(),
        })
    }

    /// A field that may be missing or null.
    pub(crate) fn maybe(&self, name: &str) -> Result<Option<Self>, BillFault> {
        let Value::Object(fields) = self.value else {
            return Err(self.fault("must be an object"));
        };
        let value = fields.get(name).filter(|value| !value.is_null());
        Ok(value.map(|value| Self {
            value,
            field: self.name_of(name),
        }))
    }

    /// The members of a list.
    pub(crate) fn items(&self, max: usize) -> Result<Vec<Self>, BillFault> {
        let Value::Array(items) = self.value else {
            return Err(self.fault("must be a list"));
        };
        if items.len() > max {
            return Err(self.fault(format!("has more than {max} members; split the bill")));
        }
        let at = |(place, value)| Self {
            value,
            field: format!("{}[{place}]", self.field),
        };
        Ok(items.iter().enumerate().map(at).collect())
    }

    /// A text.
    pub(crate) fn text(&self) -> Result<&'a str, BillFault> {
        self.value
            .as_str()
            .ok_or_else(|| self.fault("must be a text"))
    }

    /// A text read as `T`.
    pub(crate) fn parse<T: FromStr<Err: Display>>(&self) -> Result<T, BillFault> {
        self.text()?.parse().map_err(|rule| self.fault(rule))
    }

    /// A whole number that fits `T`.
    pub(crate) fn number<T: TryFrom<i64>>(&self) -> Result<T, BillFault> {
        let number = self
            .value
            .as_i64()
            .and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| self.fault("must be a whole number in its range"))
    }

    fn id<T, F: Display>(&self, new: fn(&str) -> Result<T, F>) -> Result<T, BillFault> {
        new(self.text()?).map_err(|rule| self.fault(rule))
    }

    /// A fault of this field.
    pub(crate) fn fault(&self, what: impl Display) -> BillFault {
        let field = if self.field.is_empty() {
            "file"
        } else {
            &self.field
        };
        BillFault {
            field: field.to_owned(),
            what: what.to_string(),
        }
    }

    fn name_of(&self, name: &str) -> String {
        if self.field.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.field)
        }
    }
}

fn repair(item: &At<'_>) -> Result<TapKind, BillFault> {
    let (word, by) = (item.field("mend")?, item.field("by")?);
    let (mend, by) = (word.text()?, by.text()?);
    let mut mends = Mend::ALL.into_iter();
    let found = mends.find(|known| known.word() == mend && known.by().word() == by);
    Ok(TapKind::Repair {
        tap: item.field("of")?.parse()?,
        mend: found.ok_or_else(|| {
            word.fault("must be in or out by rider or agent, or unridden or excused by agent")
        })?,
    })
}
