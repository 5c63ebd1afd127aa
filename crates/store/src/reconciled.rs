//! A provider bill's next step: the ladder every engine climbs inside its verb.

use ridecode_ledger::{Booking, book};

use crate::record::{BillRefused, BillStep, ProviderBill, ProviderPaid, Resolution};

/// What a step makes of a bill.
#[derive(Debug)]
pub(crate) enum Stepped {
    /// It is as it was: the step was taken before.
    Repeated(ProviderBill),
    /// It changed, and moved this money.
    Moved(ProviderBill, Vec<Booking>),
}

/// Takes a step.
pub(crate) fn step(bill: ProviderBill, step: &BillStep) -> Result<Stepped, BillRefused> {
    match step {
        BillStep::Resolve { place, resolution } => resolve(bill, *place, resolution),
        BillStep::Settle(paid) => settle(bill, *paid),
    }
}

fn resolve(
    mut bill: ProviderBill,
    place: u32,
    resolution: &Resolution,
) -> Result<Stepped, BillRefused> {
    let finding = usize::try_from(place)
        .ok()
        .and_then(|place| bill.findings.get_mut(place))
        .ok_or(BillRefused::NoSuchDifference(place))?;
    if let Some(held) = &finding.resolved {
        return if held.reason == resolution.reason && held.signature.by == resolution.signature.by {
            Ok(Stepped::Repeated(bill))
        } else {
            Err(BillRefused::ResolvedBefore(place))
        };
    }
    if !finding.is_open() {
        return Err(BillRefused::NothingToDo(place));
    }
    finding.resolved = Some(resolution.clone());
    Ok(Stepped::Moved(bill, Vec::new()))
}

fn settle(mut bill: ProviderBill, paid: ProviderPaid) -> Result<Stepped, BillRefused> {
    match bill.settled {
        Some(held) if held == paid => return Ok(Stepped::Repeated(bill)),
        Some(_) => return Err(BillRefused::PaidOtherwise),
        None => {}
    }
    let both = paid.net.checked_add(paid.cost);
    let both = both.map_err(|_| BillRefused::Amounts)?;
    if both != bill.total {
        return Err(BillRefused::OtherTotal {
            total: bill.total,
            paid: both,
        });
    }
    bill.settled = Some(paid);
    let event = bill.find_settled();
    let booked = event.map(|event| book(&event)).transpose();
    let booked = booked.map_err(|_| BillRefused::Amounts)?;
    Ok(Stepped::Moved(bill, booked.unwrap_or_default()))
}
