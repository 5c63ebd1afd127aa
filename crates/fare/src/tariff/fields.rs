//! A strict view of a TOML table: every field is asked for by name, every field not asked for is
//! a fault, and every fault knows its line.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::cell::RefCell;
use core::ops::Range;

use ridecode_words::{ServiceDay, Text};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::TariffFault;

/// A table being read.
pub(super) struct Fields<'a> {
    text: &'a str,
    /// Where the table stands.
    span: Range<usize>,
    table: &'a DeTable<'a>,
    /// The names asked for so far.
    known: RefCell<Vec<&'static str>>,
}

/// A value and where it stands.
#[derive(Clone)]
pub(super) struct Field<'a> {
    text: &'a str,
    span: Range<usize>,
    /// Its name, for messages.
    name: &'static str,
    value: &'a DeValue<'a>,
}

/// The line of a byte, from 1.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    let before = &text.as_bytes()[..at.min(text.len())];
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

impl<'a> Fields<'a> {
    /// A view of a whole document.
    pub(super) fn document(text: &'a str, table: &'a Spanned<DeTable<'a>>) -> Self {
        Self {
            text,
            span: 0..0,
            table: table.get_ref(),
            known: RefCell::default(),
        }
    }

    /// A field that may be missing.
    pub(super) fn find(&self, name: &'static str) -> Option<Field<'a>> {
        self.known.borrow_mut().push(name);
        let value = self.table.get(name)?;
        Some(Field {
            text: self.text,
            span: value.span(),
            name,
            value: value.get_ref(),
        })
    }

    /// A field that must be there; `remedy` says what to write.
    pub(super) fn need(&self, name: &'static str, remedy: &str) -> Result<Field<'a>, TariffFault> {
        self.find(name)
            .ok_or_else(|| self.fault(&format!("`{name}` is missing: {remedy}")))
    }

    /// A fault of the table as a whole.
    pub(super) fn fault(&self, what: &str) -> TariffFault {
        TariffFault {
            line: line_of(self.text, self.span.start),
            what: what.to_string(),
        }
    }

    /// Refuses what was not asked for.
    pub(super) fn refuse_others(&self) -> Result<(), TariffFault> {
        let known = self.known.borrow();
        let stranger = self
            .table
            .keys()
            .filter(|key| !known.contains(&key.get_ref().as_ref()))
            .min_by_key(|key| key.span().start);
        stranger.map_or(Ok(()), |key| {
            Err(TariffFault {
                line: line_of(self.text, key.span().start),
                what: format!(
                    "`{}` is no field here; there are: {}",
                    key.get_ref(),
                    known.join(", ")
                ),
            })
        })
    }
}

impl<'a> Field<'a> {
    /// A fault of this field; `expected` says what to write.
    pub(super) fn fault(&self, expected: &str) -> TariffFault {
        TariffFault {
            line: line_of(self.text, self.span.start),
            what: format!("`{}` must be {expected}", self.name),
        }
    }

    /// A table.
    pub(super) fn table(&self, expected: &str) -> Result<Fields<'a>, TariffFault> {
        let DeValue::Table(table) = self.value else {
            return Err(self.fault(expected));
        };
        Ok(Fields {
            text: self.text,
            span: self.span.clone(),
            table,
            known: RefCell::default(),
        })
    }

    /// A list; its members keep the field's name.
    pub(super) fn list(&self, expected: &str) -> Result<Vec<Self>, TariffFault> {
        let DeValue::Array(members) = self.value else {
            return Err(self.fault(expected));
        };
        let members = members.iter().map(|member| Self {
            text: self.text,
            span: member.span(),
            name: self.name,
            value: member.get_ref(),
        });
        Ok(members.collect())
    }

    /// A text.
    pub(super) fn str(&self, expected: &str) -> Result<&'a str, TariffFault> {
        let DeValue::String(text) = self.value else {
            return Err(self.fault(expected));
        };
        Ok(text)
    }

    /// A text of 1 to 255 bytes.
    pub(super) fn short_text(&self) -> Result<Text, TariffFault> {
        let expected = "a text of 1 to 255 bytes in quotation marks";
        Text::new(self.str(expected)?).map_err(|_| self.fault(expected))
    }

    /// True or false.
    pub(super) fn truth(&self) -> Result<bool, TariffFault> {
        let DeValue::Boolean(truth) = self.value else {
            return Err(self.fault("true or false"));
        };
        Ok(*truth)
    }

    /// A whole number within a range.
    pub(super) fn number<N: TryFrom<i64>>(
        &self,
        range: core::ops::RangeInclusive<i64>,
        what: &str,
    ) -> Result<N, TariffFault> {
        let fault = || {
            let expected = format!(
                "{what}: a whole number from {} to {}",
                range.start(),
                range.end()
            );
            self.fault(&expected)
        };
        let DeValue::Integer(digits) = self.value else {
            return Err(fault());
        };
        i64::from_str_radix(digits.as_str(), digits.radix())
            .ok()
            .filter(|number| range.contains(number))
            .and_then(|number| N::try_from(number).ok())
            .ok_or_else(fault)
    }

    /// A calendar day, as a TOML date or a text.
    pub(super) fn day(&self) -> Result<ServiceDay, TariffFault> {
        let written = if let DeValue::Datetime(date) = self.value {
            date.to_string()
        } else if let DeValue::String(text) = self.value {
            text.to_string()
        } else {
            String::new()
        };
        let expected = "a calendar day such as 2026-11-21";
        written.parse().map_err(|_| self.fault(expected))
    }
}
