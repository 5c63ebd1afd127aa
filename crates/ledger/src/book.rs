//! From an event between shared accounts to its transfers.
//!
//! [`book`] is the second half of the table of docs/ledger.md: commissions, payouts, what a
//! provider pays, tickets. No rider is in these events, so their transfers are keyed by what
//! caused them. It decides which accounts move and by how much, never whether the event is true.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use ridecode_words::{OperatorId, ProviderId, ServiceDay, TicketId};

use crate::account::Account;
use crate::clear::Statement;
use crate::money::{Money, MoneyFault};
use crate::post::{PostFault, TransferKind};

/// What caused a booking.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Cause {
    /// An operator's statement.
    Statement {
        /// Whose.
        operator: OperatorId,
        /// Its number, from 1.
        number: u64,
    },
    /// A provider's bill of a day.
    Bill {
        /// Whose.
        provider: ProviderId,
        /// The day it is for.
        day: ServiceDay,
    },
    /// A ticket.
    Ticket(TicketId),
    /// A payment of a payout.
    Payout {
        /// The payout's number, from 1.
        number: u64,
        /// The payment's line within it, from 0.
        line: u16,
    },
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Statement { operator, number } => {
                write!(f, "statement {number} of operator {operator}")
            }
            Self::Bill { provider, day } => write!(f, "bill of provider {provider} for {day}"),
            Self::Ticket(ticket) => write!(f, "ticket {ticket}"),
            Self::Payout { number, line } => write!(f, "line {line} of payout {number}"),
        }
    }
}

/// A booking's id. A cause has each kind once, so repeating an event repeats its ids.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct BookingId {
    /// What caused it.
    pub cause: Cause,
    /// What happened.
    pub kind: TransferKind,
}

/// Money moved between two accounts of which none is a rider's. Never edited, never deleted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Booking {
    /// Its id.
    pub id: BookingId,
    /// The account debited.
    pub debit: Account,
    /// The account credited.
    pub credit: Account,
    /// How much; always positive.
    pub amount: Money,
    /// The service day it counts to.
    pub day: ServiceDay,
}

/// Something that moves money with no rider in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SharedEvent {
    /// A statement was made: its commission is kept, or given back if its corrections outweigh
    /// its fares.
    Stated {
        /// Whose.
        operator: OperatorId,
        /// The statement's number.
        number: u64,
        /// The day it closes.
        day: ServiceDay,
        /// The sum of its lines' commissions; any sign, zero moves nothing.
        commission: Money,
    },
    /// The bank paid an operator what statements come to.
    PaidOut {
        /// Who was paid.
        operator: OperatorId,
        /// The payout the payment belongs to.
        payout: u64,
        /// The payment's line within it.
        line: u16,
        /// The day the bank paid.
        day: ServiceDay,
        /// How much; positive.
        amount: Money,
    },
    /// A provider paid us for a day.
    ProviderSettled {
        /// Who paid.
        provider: ProviderId,
        /// The day the bill is for.
        day: ServiceDay,
        /// What reached the bank account; positive.
        net: Money,
        /// What the provider kept for itself; not negative, zero moves nothing.
        cost: Money,
    },
    /// A ticket was sold.
    TicketSold {
        /// The ticket.
        ticket: TicketId,
        /// Who collected its price.
        provider: ProviderId,
        /// The day it was sold.
        day: ServiceDay,
        /// Its price; positive.
        amount: Money,
    },
    /// A ticket was ridden: its value is owed to the operator.
    TicketRidden {
        /// The ticket.
        ticket: TicketId,
        /// Who carried its holder.
        operator: OperatorId,
        /// The service day of the ride.
        day: ServiceDay,
        /// What of its value is owed; positive.
        amount: Money,
    },
    /// A ticket expired unused and is not given back.
    TicketExpired {
        /// The ticket.
        ticket: TicketId,
        /// The day after its last.
        day: ServiceDay,
        /// What was left of its value; positive.
        amount: Money,
    },
}

impl SharedEvent {
    /// The event that making a statement is.
    pub fn stated(statement: &Statement) -> Self {
        Self::Stated {
            operator: statement.operator,
            number: statement.number,
            day: statement.day,
            commission: statement.commission,
        }
    }

    /// What caused it, and the day it counts to.
    fn origin(&self) -> (Cause, ServiceDay) {
        match *self {
            Self::Stated {
                operator,
                number,
                day,
                ..
            } => (Cause::Statement { operator, number }, day),
            Self::PaidOut {
                payout: number,
                line,
                day,
                ..
            } => (Cause::Payout { number, line }, day),
            Self::ProviderSettled { provider, day, .. } => (Cause::Bill { provider, day }, day),
            Self::TicketSold { ticket, day, .. }
            | Self::TicketRidden { ticket, day, .. }
            | Self::TicketExpired { ticket, day, .. } => (Cause::Ticket(ticket), day),
        }
    }
}

/// The transfers an event means, in a fixed order.
pub fn book(event: &SharedEvent) -> Result<Vec<Booking>, PostFault> {
    let origin = event.origin();
    let outstanding = Account::TicketsOutstanding;
    let bookings = match *event {
        SharedEvent::Stated {
            operator,
            commission,
            ..
        } => book_commission(origin, Account::OperatorPayable(operator), commission)?,
        SharedEvent::PaidOut {
            operator, amount, ..
        } => {
            let sides = (Account::OperatorPayable(operator), Account::Bank);
            book_one(origin, TransferKind::PaidOut, sides, amount)?
        }
        SharedEvent::ProviderSettled {
            provider,
            net,
            cost,
            ..
        } => book_settled(origin, Account::ProviderClearing(provider), (net, cost))?,
        SharedEvent::TicketSold {
            provider, amount, ..
        } => {
            let sides = (Account::ProviderClearing(provider), outstanding);
            book_one(origin, TransferKind::TicketSold, sides, amount)?
        }
        SharedEvent::TicketRidden {
            operator, amount, ..
        } => {
            let sides = (outstanding, Account::OperatorPayable(operator));
            book_one(origin, TransferKind::TicketRidden, sides, amount)?
        }
        SharedEvent::TicketExpired { amount, .. } => {
            let sides = (outstanding, Account::Breakage);
            book_one(origin, TransferKind::TicketExpired, sides, amount)?
        }
    };
    for booking in &bookings {
        assert!(booking.amount.is_positive(), "a booking moves something");
        assert!(booking.debit != booking.credit, "a booking has two sides");
    }
    Ok(bookings)
}

fn book_commission(
    origin: (Cause, ServiceDay),
    payable: Account,
    commission: Money,
) -> Result<Vec<Booking>, PostFault> {
    if commission.minor == 0 {
        return Ok(Vec::new());
    }
    let sides = if commission.is_positive() {
        (payable, Account::Fees)
    } else {
        (Account::Fees, payable)
    };
    let amount = commission.checked_abs().map_err(|_| PostFault::TooLarge)?;
    book_one(origin, TransferKind::Commission, sides, amount)
}

fn book_settled(
    origin: (Cause, ServiceDay),
    clearing: Account,
    (net, cost): (Money, Money),
) -> Result<Vec<Booking>, PostFault> {
    if cost.minor < 0 {
        return Err(PostFault::NotPositive);
    }
    // What leaves the clearing account must fit.
    net.checked_add(cost).map_err(|fault| match fault {
        MoneyFault::CurrenciesDiffer => PostFault::CurrenciesDiffer,
        MoneyFault::TooLarge => PostFault::TooLarge,
    })?;
    let sides = (Account::Bank, clearing);
    let mut bookings = book_one(origin, TransferKind::ProviderSettled, sides, net)?;
    if cost.is_positive() {
        let sides = (Account::ProviderCost, clearing);
        bookings.extend(book_one(origin, TransferKind::ProviderCost, sides, cost)?);
    }
    Ok(bookings)
}

fn book_one(
    (cause, day): (Cause, ServiceDay),
    kind: TransferKind,
    (debit, credit): (Account, Account),
    amount: Money,
) -> Result<Vec<Booking>, PostFault> {
    if !amount.is_positive() {
        return Err(PostFault::NotPositive);
    }
    Ok(vec![Booking {
        id: BookingId { cause, kind },
        debit,
        credit,
        amount,
        day,
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    const DAY: ServiceDay = ServiceDay(20_778);
    const OPERATOR: OperatorId = OperatorId(1);
    const PROVIDER: ProviderId = ProviderId(9);

    fn check(event: &SharedEvent, expected: Result<i64, PostFault>) {
        let sum = |bookings: Vec<Booking>| bookings.iter().map(|one| one.amount.minor).sum();
        assert_eq!(book(event).map(sum), expected, "{event:?}");
    }

    fn stated(minor: i64) -> SharedEvent {
        SharedEvent::Stated {
            operator: OPERATOR,
            number: 3,
            day: DAY,
            commission: Money::fen(minor),
        }
    }

    fn settled(net: i64, cost: i64) -> SharedEvent {
        SharedEvent::ProviderSettled {
            provider: PROVIDER,
            day: DAY,
            net: Money::fen(net),
            cost: Money::fen(cost),
        }
    }

    fn paid_out(minor: i64) -> SharedEvent {
        SharedEvent::PaidOut {
            operator: OPERATOR,
            payout: 3,
            line: 0,
            day: DAY,
            amount: Money::fen(minor),
        }
    }

    #[test]
    fn impossible_events_book_nothing() {
        check(&paid_out(0), Err(PostFault::NotPositive));
        check(&paid_out(-1), Err(PostFault::NotPositive));
        check(&stated(i64::MIN), Err(PostFault::TooLarge));
        check(&settled(0, 1), Err(PostFault::NotPositive));
        check(&settled(1, -1), Err(PostFault::NotPositive));
        check(&settled(i64::MAX, 1), Err(PostFault::TooLarge));
        let mixed = SharedEvent::ProviderSettled {
            provider: PROVIDER,
            day: DAY,
            net: Money::fen(1),
            cost: Money::new(1, Currency(*b"HKD")),
        };
        check(&mixed, Err(PostFault::CurrenciesDiffer));
        let ticket = TicketId(5);
        for amount in [Money::fen(0), Money::fen(-1)] {
            let expired = SharedEvent::TicketExpired {
                ticket,
                day: DAY,
                amount,
            };
            check(&expired, Err(PostFault::NotPositive));
        }
    }

    #[test]
    fn nothing_kept_moves_nothing() {
        check(&stated(0), Ok(0));
        check(&stated(-7), Ok(7));
        check(&settled(100, 0), Ok(100));
        check(&settled(100, 2), Ok(102));
    }

    /// A cause and a kind name one booking: no event gives the same id twice.
    #[test]
    fn ids_are_apart() {
        let events = [stated(5), paid_out(5), settled(5, 5)];
        let bookings = events.iter().flat_map(|event| book(event).unwrap());
        let mut ids: Vec<_> = bookings.map(|booking| booking.id).collect();
        ids.sort_unstable();
        assert_eq!(ids.len(), 4);
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
