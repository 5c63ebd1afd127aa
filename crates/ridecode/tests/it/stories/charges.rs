//! What a story says of charges and refunds, and how they come to be paid.

use std::collections::BTreeMap;

use ridecode_office::{Office, charge};
use ridecode_pay::Outcome;
use ridecode_store::{AuditPage, Charge, ChargeState, Refund};
use ridecode_words::{ChargeId, JourneyId, RefundId, RiderId, ServiceDay, TapId, UnixSeconds};

use super::deed::clock;

/// The charges and refunds told so far, with where they stood.
#[derive(Default)]
pub(super) struct Charges {
    charges: BTreeMap<ChargeId, &'static str>,
    refunds: Vec<RefundId>,
}

impl Charges {
    /// What is new of a rider's charges and refunds.
    pub(super) fn tell(
        &mut self,
        name: &str,
        page: &AuditPage,
        taps: &BTreeMap<TapId, (RiderId, UnixSeconds)>,
    ) -> Vec<String> {
        let mut said = Vec::new();
        for charge in &page.charges {
            let word = word(&charge.state);
            if self.charges.insert(charge.id, word) != Some(word) {
                let rides = rides(charge, page, taps);
                let amount = charge.amount;
                said.push(format!("charge to {name}: {amount} for {rides}: {word}"));
            }
        }
        for Refund { id, amount, .. } in &page.refunds {
            if !self.refunds.contains(id) {
                self.refunds.push(*id);
                said.push(format!("refund to {name}: {amount}"));
            }
        }
        said
    }
}

/// Pays all charges that wait, as the provider would say it.
pub(super) async fn pay(office: &Office, page: &AuditPage, at: UnixSeconds) {
    for charge in page.charges.iter().filter(|one| one.state.is_resting()) {
        let paid = Outcome::Collected {
            transaction: format!("t-{}", charge.id),
            amount: charge.amount,
        };
        let told = charge::told(office, charge.id, paid, at).await;
        told.expect("a charge is paid");
    }
}

/// The day and the times of the rides a charge was made for.
fn rides(
    charge: &Charge,
    page: &AuditPage,
    taps: &BTreeMap<TapId, (RiderId, UnixSeconds)>,
) -> String {
    let fares = page.fares.iter();
    let named: Vec<_> = fares
        .filter(|fare| fare.journey == charge.id.journey)
        .collect();
    let by = named.first().map(|fare| fare.charged_by);
    let day = named.first().map_or(ServiceDay(0), |fare| fare.day);
    let together = |journey: JourneyId| match by.and_then(|by| by.find_day()) {
        None => journey == charge.id.journey,
        Some(_) => {
            let mut all = page.fares.iter();
            all.any(|fare| fare.journey == journey && Some(fare.charged_by) == by)
        }
    };
    let mut times: Vec<String> = taps
        .iter()
        .filter(|(tap, _)| together(JourneyId(**tap)))
        .map(|(_, (_, began))| clock(*began, day))
        .collect();
    times.sort();
    format!("{day} {}", times.join(", "))
}

fn word(state: &ChargeState) -> &'static str {
    match state {
        ChargeState::Planned => "planned",
        ChargeState::Submitted => "submitted",
        ChargeState::Accepted => "accepted",
        ChargeState::Collected { .. } => "collected",
        ChargeState::Declined { .. } => "declined",
        ChargeState::Unknown => "unknown",
        ChargeState::Superseded => "superseded",
        ChargeState::CollectedOther { .. } => "collected in another amount",
    }
}
