//! What statements rest on, as CSV (RFC 4180): a record for each range of a validator's journal
//! that is held, and for each that is known to exist and missing.

use std::io::Write;

use ridecode_ledger::Statement;

/// Writes a header and one record for each range.
pub(super) fn write(out: impl Write, statements: &[Statement]) -> anyhow::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    writer.write_record(COLUMNS)?;
    for statement in statements {
        for coverage in &statement.coverage {
            let held = coverage.held.iter().map(|range| ("held", range));
            let missing = coverage.missing.iter().map(|range| ("missing", range));
            for (state, (first, last)) in held.chain(missing) {
                writer.write_record([
                    statement.number.to_string(),
                    statement.operator.to_string(),
                    statement.day.to_string(),
                    coverage.validator.to_string(),
                    state.to_owned(),
                    first.to_string(),
                    last.to_string(),
                ])?;
            }
        }
    }
    writer.flush()?;
    Ok(())
}

/// The entries that are known to be missing behind some statements, in words; nothing if none is.
pub(super) fn gaps(statements: &[Statement]) -> Option<String> {
    let mut entries: u64 = 0;
    let mut validators = std::collections::BTreeSet::new();
    for coverage in statements.iter().flat_map(|statement| &statement.coverage) {
        for (first, last) in &coverage.missing {
            let count = last.saturating_sub(*first).saturating_add(1);
            entries = entries.saturating_add(count);
            validators.insert(coverage.validator);
        }
    }
    (entries > 0).then(|| {
        format!(
            "{entries} journal entries of {} validators were missing when these statements were \
             made; --format coverage lists them, and their rides will stand on later statements",
            validators.len()
        )
    })
}

const COLUMNS: [&str; 7] = [
    "statement",
    "operator",
    "service_day",
    "validator",
    "state",
    "first_entry",
    "last_entry",
];

#[cfg(test)]
mod tests {
    use ridecode_ledger::{Clearing, Commission, Coverage, Currency, clear};
    use ridecode_words::{OperatorId, ValidatorId};

    use super::*;

    fn statement(missing: &[(u64, u64)]) -> Statement {
        clear(&Clearing {
            operator: OperatorId(1),
            day: "2026-11-21".parse().expect("a day"),
            number_before: 2,
            hash_before: [0; 32],
            currency: Currency::CNY,
            commission: Commission { basis_points: 60 },
            legs: &[],
            coverage: &[Coverage {
                validator: ValidatorId(0x201),
                held: vec![(1, 3), (9, 12)],
                missing: missing.to_vec(),
            }],
        })
        .expect("clears")
    }

    #[test]
    fn each_range_is_a_record() {
        let mut out = Vec::new();
        write(&mut out, &[statement(&[(4, 8)])]).expect("writes");
        let head = "3,1,2026-11-21,00000201";
        let expected = format!(
            "{}\r\n{head},held,1,3\r\n{head},held,9,12\r\n{head},missing,4,8\r\n",
            COLUMNS.join(",")
        );
        assert_eq!(String::from_utf8(out).expect("UTF-8"), expected);
    }

    #[test]
    fn gaps_are_told() {
        assert_eq!(gaps(&[statement(&[])]), None);
        let told = gaps(&[statement(&[(4, 8), (13, 13)])]).expect("gaps");
        assert!(
            told.starts_with("6 journal entries of 1 validators"),
            "{told}"
        );
        let all = gaps(&[statement(&[(4, u64::MAX)]), statement(&[(4, u64::MAX)])]);
        assert!(all.is_some());
    }
}
