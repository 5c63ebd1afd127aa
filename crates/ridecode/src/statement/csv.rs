//! Statements as CSV (RFC 4180), safe to open in a spreadsheet.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for
//! a formula. Names from files may begin so; they get an apostrophe in front. Amounts are written
//! by us as digits with a sign and stay numbers.

use std::borrow::Cow;
use std::io::Write;

use ridecode_ledger::Statement;

/// How to write.
pub(super) struct Options<'a> {
    /// The operator's name, from the brands file.
    pub operator_name: &'a str,
    /// Whether to begin with the UTF-8 byte order mark.
    pub byte_order_mark: bool,
}

/// Writes a header and one record for each line of each statement.
pub(super) fn write(
    mut out: impl Write,
    statements: &[Statement],
    options: &Options<'_>,
) -> anyhow::Result<()> {
    if options.byte_order_mark {
        out.write_all("\u{feff}".as_bytes())?;
    }
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    writer.write_record(COLUMNS)?;
    let operator_name = as_text(options.operator_name);
    for statement in statements {
        for line in &statement.lines {
            let payable = line
                .leg
                .amount_minor
                .checked_sub(line.commission_minor)
                .ok_or_else(|| anyhow::anyhow!("line {} is too large", line.leg.charge))?;
            writer.write_record([
                statement.number.to_string().as_str(),
                &statement.operator.to_string(),
                &operator_name,
                &statement.day.to_string(),
                &line.leg.charge.to_string(),
                &line.leg.issuer.to_string(),
                &statement.fares.currency.to_string(),
                &line.leg.amount_minor.to_string(),
                &line.commission_minor.to_string(),
                &payable.to_string(),
                &hex::encode(statement.hash),
            ])?;
        }
    }
    writer.flush()?;
    Ok(())
}

/// A cell that no spreadsheet takes for a formula.
fn as_text(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

const COLUMNS: [&str; 11] = [
    "statement",
    "operator",
    "operator_name",
    "service_day",
    "charge",
    "issuer",
    "currency",
    "fare_minor",
    "commission_minor",
    "payable_minor",
    "statement_hash",
];

#[cfg(test)]
mod tests {
    use ridecode_ledger::{ClearedLeg, Clearing, Commission, Currency, clear};
    use ridecode_words::{IssuerId, OperatorId};

    use super::*;

    fn statement() -> Statement {
        let leg = |charge: &str, amount_minor| ClearedLeg {
            charge: charge.parse().expect("a charge"),
            issuer: IssuerId(0x2001),
            amount_minor,
        };
        clear(&Clearing {
            operator: OperatorId(1),
            day: "2026-11-21".parse().expect("a day"),
            number_before: 2,
            hash_before: [0; 32],
            currency: Currency::CNY,
            commission: Commission { basis_points: 60 },
            legs: &[leg("00002001-7-1", 1_000), leg("00002001-7-2", -500)],
            coverage: &[],
        })
        .expect("clears")
    }

    fn written(operator_name: &str, byte_order_mark: bool) -> String {
        let options = Options {
            operator_name,
            byte_order_mark,
        };
        let mut out = Vec::new();
        write(&mut out, &[statement()], &options).expect("writes");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn names_never_become_formulas() {
        let check = |name, expected| assert_eq!(as_text(name), expected);
        check("广州地铁", "广州地铁");
        check("", "");
        check("=1+1", "'=1+1");
        check("+86", "'+86");
        check("-1", "'-1");
        check("@SUM(A1)", "'@SUM(A1)");
        check("\t=1", "'\t=1");
        check("\r=1", "'\r=1");
        check("A=1", "A=1");
    }

    #[test]
    fn lines_are_records_with_their_sums() {
        let text = written("广州地铁", false);
        let hash = hex::encode(statement().hash);
        let expected = format!(
            "{}\r\n\
             3,1,广州地铁,2026-11-21,00002001-7-1,00002001,CNY,1000,6,994,{hash}\r\n\
             3,1,广州地铁,2026-11-21,00002001-7-2,00002001,CNY,-500,-3,-497,{hash}\r\n",
            COLUMNS.join(",")
        );
        assert_eq!(text, expected);
    }

    /// What is written is read back, whatever a name holds.
    #[test]
    fn odd_names_come_back_whole() {
        for name in ["A, \"B\"", "two\r\nlines", "=cmd|' /C calc'!A1"] {
            let text = written(name, true);
            let text = text.strip_prefix('\u{feff}').expect("the mark");
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let records: Vec<_> = reader.records().map(|one| one.expect("a record")).collect();
            assert_eq!(records.len(), 2);
            for record in records {
                assert_eq!(record.len(), COLUMNS.len());
                assert_eq!(record[2], as_text(name));
            }
        }
    }

    #[test]
    fn the_document_explains_each_column() {
        let document = include_str!("../../../../docs/ledger.md");
        for column in COLUMNS {
            let row = format!("| `{column}` | ");
            assert!(document.contains(&row), "docs/ledger.md lacks {column}");
        }
    }
}
