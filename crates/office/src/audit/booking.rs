//! Bookings: each has its cause, and each cause its bookings.

use std::collections::BTreeMap;

use ridecode_ledger::{Booking, BookingId, SharedEvent, book};
use ridecode_store::AuditPage;

use super::Finding;

/// Holds what was booked against what statements, payouts and provider bills mean.
pub(super) fn check(page: &AuditPage) -> Vec<Finding> {
    let stated = page.statements.iter().map(SharedEvent::stated);
    let paid_out = page.payouts.iter().flat_map(|payout| {
        let lines = (0_u16..).take(payout.payments.len());
        lines.filter_map(move |line| payout.find_paid_out(line))
    });
    let settled = page.settled_bills.iter();
    let settled = settled.filter_map(|bill| bill.find_settled());
    check_events(stated.chain(paid_out).chain(settled), &page.bookings)
}

fn check_events(events: impl Iterator<Item = SharedEvent>, bookings: &[Booking]) -> Vec<Finding> {
    let mut held: BTreeMap<BookingId, &Booking> = bookings
        .iter()
        .map(|booking| (booking.id, booking))
        .collect();
    let mut findings = Vec::new();
    for event in events {
        findings.extend(check_event(&event, &mut held));
    }
    let left_over = held.into_values().map(|booking| {
        let detail = format!("a booking of {} has no cause", booking.amount);
        finding(booking.id, detail)
    });
    findings.extend(left_over);
    findings
}

fn check_event(event: &SharedEvent, held: &mut BTreeMap<BookingId, &Booking>) -> Vec<Finding> {
    let expected = match book(event) {
        Ok(expected) => expected,
        Err(fault) => {
            return vec![Finding::new(
                "booking",
                format!("{event:?}"),
                fault.to_string(),
            )];
        }
    };
    let compare = |expected: Booking| match held.remove(&expected.id) {
        Some(held) if *held == expected => None,
        Some(held) => {
            let detail = format!("expected {expected:?}, found {held:?}");
            Some(finding(expected.id, detail))
        }
        None => {
            let detail = format!(
                "{} from {} to {} was not booked",
                expected.amount, expected.credit, expected.debit
            );
            Some(finding(expected.id, detail))
        }
    };
    expected.into_iter().filter_map(compare).collect()
}

fn finding(id: BookingId, detail: String) -> Finding {
    Finding::new(
        "booking",
        format!("{} ({})", id.cause, id.kind.word()),
        detail,
    )
}

#[cfg(test)]
mod tests {
    use ridecode_ledger::{ClearedLeg, Clearing, Commission, Currency, Money, Statement, clear};
    use ridecode_words::{IssuerId, OperatorId, ServiceDay};

    use super::*;

    fn statement() -> Statement {
        let leg = ClearedLeg {
            charge: "00000201-1-1".parse().expect("a charge"),
            issuer: IssuerId(1),
            amount_minor: 1_000,
        };
        clear(&Clearing {
            operator: OperatorId(2),
            day: ServiceDay(20_778),
            number_before: 0,
            hash_before: [0; 32],
            currency: Currency::CNY,
            commission: Commission { basis_points: 100 },
            legs: &[leg],
            coverage: &[],
        })
        .expect("clears")
    }

    fn check_altered(alter: impl FnOnce(&mut Vec<Booking>), expected: &[&str]) {
        let statement = statement();
        let mut bookings = book(&SharedEvent::stated(&statement)).expect("books");
        alter(&mut bookings);
        let events = [SharedEvent::stated(&statement)];
        let found = check_events(events.into_iter(), &bookings);
        let told = Vec::from_iter(
            found
                .iter()
                .map(|one| format!("{}: {}", one.id, one.detail)),
        );
        assert_eq!(told.len(), expected.len(), "{told:?}");
        for (told, expected) in told.iter().zip(expected) {
            assert!(told.starts_with(expected), "{told}");
        }
    }

    #[test]
    fn each_booking_has_its_cause_and_each_cause_its_booking() {
        let name = "statement 1 of operator 2 (commission): ";
        check_altered(|_| {}, &[]);
        let missing = "¥0.10 from fees to operator/2/payable was not booked";
        check_altered(Vec::clear, &[&format!("{name}{missing}")]);
        let differs = &format!("{name}expected Booking");
        check_altered(|all| all[0].amount = Money::fen(11), &[differs]);
        check_altered(|all| all[0].day.0 += 1, &[differs]);
        let extra = |all: &mut Vec<Booking>| {
            let mut other = all[0];
            other.id.cause = ridecode_ledger::Cause::Payout { number: 4, line: 1 };
            all.push(other);
        };
        let left = "line 1 of payout 4 (commission): a booking of ¥0.10 has no cause";
        check_altered(extra, &[left]);
    }
}
