//! The ledger chained by day: each ledger day's head vouches for its transfers and for every day
//! before it.
//!
//! Transfers in order of rider and id, then bookings in order of id, go into a [`DayChain`]; what
//! comes out is a head, SHA-256 over the head before and their canonical bytes (docs/ledger.md,
//! "Days of the ledger"). It never asks which transfers belong to a day: that is the caller's list.

use alloc::vec::Vec;

use ridecode_words::ServiceDay;
use sha2::{Digest as _, Sha256};

use crate::book::{Booking, Cause};
use crate::money::Money;
use crate::post::Transfer;

/// A ledger day under way.
#[derive(Clone, Debug)]
pub struct DayChain {
    digest: Sha256,
    transfers: u64,
    bookings: u64,
}

/// What a ledger day came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DayHead {
    /// Transfers in it.
    pub transfers: u64,
    /// Bookings in it.
    pub bookings: u64,
    /// SHA-256 over the head before and everything in it.
    pub head: [u8; 32],
}

impl DayChain {
    /// Begins a ledger day after the day with the head `before`, zeros for none. Numbers count
    /// from 1; `day` is the service day it closes.
    pub fn new(before: &[u8; 32], number: u64, day: ServiceDay) -> Self {
        let digest = Sha256::new()
            .chain_update(before)
            .chain_update(HEADER)
            .chain_update(number.to_be_bytes())
            .chain_update(day.0.to_be_bytes());
        Self {
            digest,
            transfers: 0,
            bookings: 0,
        }
    }

    /// Adds the next transfer.
    pub fn add_transfer(&mut self, transfer: &Transfer) {
        self.digest.update(b"T");
        self.digest.update(transfer.canonical_bytes());
        self.transfers = self.transfers.saturating_add(1);
    }

    /// Adds the next booking.
    pub fn add_booking(&mut self, booking: &Booking) {
        self.digest.update(b"B");
        self.digest.update(booking.canonical_bytes());
        self.bookings = self.bookings.saturating_add(1);
    }

    /// Ends the day.
    pub fn finish(self) -> DayHead {
        let digest = self
            .digest
            .chain_update(b"E")
            .chain_update(self.transfers.to_be_bytes())
            .chain_update(self.bookings.to_be_bytes());
        DayHead {
            transfers: self.transfers,
            bookings: self.bookings,
            head: digest.finalize().into(),
        }
    }
}

impl Transfer {
    /// Its bytes under a day's head (docs/ledger.md, "Days of the ledger").
    pub fn canonical_bytes(&self) -> [u8; 60] {
        let tap = self.id.charge.journey.0;
        let mut bytes = Fields::default();
        bytes.push(&self.rider.0.to_be_bytes());
        bytes.push(&tap.validator.0.to_be_bytes());
        bytes.push(&tap.sequence.to_be_bytes());
        bytes.push(&self.id.charge.version.to_be_bytes());
        bytes.push(&[self.id.kind.byte()]);
        bytes.push(&self.id.line.to_be_bytes());
        bytes.push(&self.debit.code());
        bytes.push(&self.credit.code());
        bytes.push_money(self.amount);
        bytes.push(&self.day.0.to_be_bytes());
        bytes.whole()
    }

    /// The first eight bytes of SHA-256 over its canonical bytes: a row that was altered by hand
    /// no longer has it. It vouches for nothing that a day's head does not.
    pub fn check_number(&self) -> u64 {
        first_eight(&self.canonical_bytes())
    }
}

impl Booking {
    /// Its bytes under a day's head (docs/ledger.md, "Days of the ledger").
    pub fn canonical_bytes(&self) -> [u8; 51] {
        let (cause, first, second) = match self.id.cause {
            Cause::Statement { operator, number } => (0, u64::from(operator.0), number),
            Cause::Bill { provider, day } => {
                (1, u64::from(provider.0), i64::from(day.0).cast_unsigned())
            }
            Cause::Ticket(ticket) => (2, ticket.0, 0),
            Cause::Payout { number, line } => (3, number, u64::from(line)),
        };
        let mut bytes = Fields::default();
        bytes.push(&[cause]);
        bytes.push(&first.to_be_bytes());
        bytes.push(&second.to_be_bytes());
        bytes.push(&[self.id.kind.byte()]);
        bytes.push(&self.debit.code());
        bytes.push(&self.credit.code());
        bytes.push_money(self.amount);
        bytes.push(&self.day.0.to_be_bytes());
        bytes.whole()
    }
}

/// Fields one after another.
#[derive(Default)]
struct Fields(Vec<u8>);

impl Fields {
    fn push(&mut self, field: &[u8]) {
        self.0.extend_from_slice(field);
    }

    fn push_money(&mut self, amount: Money) {
        self.push(&amount.minor.to_be_bytes());
        self.push(&amount.currency.0);
    }

    fn whole<const LENGTH: usize>(self) -> [u8; LENGTH] {
        let length = self.0.len();
        self.0
            .try_into()
            .unwrap_or_else(|_| panic!("{length} bytes, and {LENGTH} were expected"))
    }
}

fn first_eight(bytes: &[u8]) -> u64 {
    let digest = Sha256::digest(bytes);
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(first)
}

const HEADER: &[u8] = b"ridecode ledger day 1\n";

#[cfg(test)]
mod tests {
    use ridecode_words::{OperatorId, ProviderId, RiderId};

    use super::*;
    use crate::post::TransferKind;
    use crate::{Account, Event, SharedEvent, book, post};

    const DAY: ServiceDay = ServiceDay(20_778);

    fn transfer() -> Transfer {
        let event = Event::Collected {
            charge: "00000201-7-1".parse().expect("a charge"),
            rider: RiderId(0xab),
            provider: ProviderId(1),
            day: DAY,
            amount: Money::fen(200),
        };
        post(&event).expect("posts")[0]
    }

    fn booking() -> Booking {
        let event = SharedEvent::PaidOut {
            operator: OperatorId(2),
            payout: 3,
            line: 1,
            day: DAY,
            amount: Money::fen(995),
        };
        book(&event).expect("books")[0]
    }

    fn head(transfer: &Transfer, booking: &Booking) -> DayHead {
        let mut chain = DayChain::new(&[7; 32], 4, DAY);
        chain.add_transfer(transfer);
        chain.add_booking(booking);
        chain.finish()
    }

    /// Every field counts: altering any one gives another head, and another check number.
    #[test]
    fn every_field_is_under_the_head() {
        let (whole, booked) = (transfer(), booking());
        let honest = head(&whole, &booked);
        assert_eq!((honest.transfers, honest.bookings), (1, 1));
        let mut altered = [whole; 9];
        altered[0].rider.0 += 1;
        altered[1].id.charge.journey.0.validator.0 += 1;
        altered[2].id.charge.journey.0.sequence += 1;
        altered[3].id.charge.version += 1;
        altered[4].id.kind = TransferKind::Refunded;
        altered[5].id.line += 1;
        altered[6].debit = Account::Bank;
        altered[7].credit = Account::Bank;
        altered[8].day.0 += 1;
        for one in altered.into_iter().chain([Transfer {
            amount: Money::fen(201),
            ..whole
        }]) {
            assert_ne!(head(&one, &booked), honest, "{one:?}");
            assert_ne!(one.check_number(), whole.check_number(), "{one:?}");
        }
        let mut other = [booked; 6];
        other[0].id.cause = Cause::Payout { number: 3, line: 2 };
        other[1].id.kind = TransferKind::Commission;
        other[2].debit = Account::Fees;
        other[3].credit = Account::Fees;
        other[4].amount.minor += 1;
        other[5].day.0 += 1;
        for one in other {
            assert_ne!(head(&whole, &one), honest, "{one:?}");
        }
    }

    #[test]
    fn number_day_and_the_head_before_count() {
        let empty = |before, number, day| DayChain::new(&before, number, day).finish().head;
        let honest = empty([0; 32], 1, DAY);
        assert_ne!(empty([1; 32], 1, DAY), honest);
        assert_ne!(empty([0; 32], 2, DAY), honest);
        assert_ne!(empty([0; 32], 1, ServiceDay(DAY.0 + 1)), honest);
        assert_eq!(empty([0; 32], 1, DAY), honest);
    }
}
