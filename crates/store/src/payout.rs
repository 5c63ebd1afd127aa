//! A payout's next step: the ladder every engine climbs inside its verb.

use ridecode_ledger::{Booking, book};

use crate::fault::StoreFault;
use crate::record::{Payout, PayoutRefused, PayoutStep};

/// What a step makes of a payout.
#[derive(Debug)]
pub(crate) enum Stepped {
    /// It is as it was: the step was taken before.
    Repeated(Payout),
    /// It changed, and moved this money.
    Moved(Payout, Vec<Booking>),
}

/// Takes a step. Withdrawn is final; every step but paying may be repeated without harm.
pub(crate) fn step(
    mut payout: Payout,
    step: &PayoutStep,
) -> Result<Result<Stepped, PayoutRefused>, StoreFault> {
    let number = payout.number;
    if payout.withdrawn.is_some() {
        return Ok(match step {
            PayoutStep::Withdraw(_) => Ok(Stepped::Repeated(payout)),
            PayoutStep::Approve(_) | PayoutStep::Export | PayoutStep::Pay { .. } => {
                Err(PayoutRefused::Withdrawn(number))
            }
        });
    }
    let mut bookings = Vec::new();
    match step {
        PayoutStep::Approve(_) if payout.approved.is_some() => {
            return Ok(Ok(Stepped::Repeated(payout)));
        }
        PayoutStep::Approve(signature) if signature.by == payout.planned_by => {
            return Ok(Err(PayoutRefused::SamePerson(number)));
        }
        PayoutStep::Approve(signature) => payout.approved = Some(signature.clone()),
        PayoutStep::Export if payout.approved.is_none() => {
            return Ok(Err(PayoutRefused::NotApproved(number)));
        }
        PayoutStep::Export => payout.exports = payout.exports.saturating_add(1),
        PayoutStep::Withdraw(_) if payout.exports > 0 => {
            return Ok(Err(PayoutRefused::Exported(number)));
        }
        PayoutStep::Withdraw(signature) => payout.withdrawn = Some(signature.clone()),
        PayoutStep::Pay { line, paid } => {
            let Some(payment) = payout.payments.get_mut(usize::from(*line)) else {
                return Ok(Err(PayoutRefused::NoSuchLine(number, *line)));
            };
            match &payment.paid {
                Some(held) if held == paid => return Ok(Ok(Stepped::Repeated(payout))),
                Some(_) => return Ok(Err(PayoutRefused::PaidOtherwise(number, *line))),
                None if payout.exports == 0 => return Ok(Err(PayoutRefused::NotExported(number))),
                None => payment.paid = Some(paid.clone()),
            }
            bookings = book_paid(&payout, *line)?;
        }
    }
    Ok(Ok(Stepped::Moved(payout, bookings)))
}

/// What a payment that was made moves; nothing where an issuer is paid, since both accounts are
/// the bank's.
fn book_paid(payout: &Payout, line: u16) -> Result<Vec<Booking>, StoreFault> {
    let payment = &payout.payments[usize::from(line)];
    let Some(event) = payout.find_paid_out(line) else {
        return Ok(Vec::new());
    };
    book(&event)
        .map_err(|_| StoreFault::conflict("payment of payout", format!("{:?}", payment.payment)))
}
