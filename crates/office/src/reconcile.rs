//! Reconciling: a provider's bill of a day against our books.
//!
//! The bill is checked whole before anything is kept: a line of another day or currency refuses
//! it. Then every line and every charge of the day goes into its class, with what is to be done
//! about it. Nothing is corrected and nothing absorbed: differences stay open until a person says
//! how they were put right, and what the provider paid is booked only if it is what the bill comes
//! to.

use std::collections::BTreeSet;

use ridecode_ledger::{Currency, Money};
use ridecode_pay::{BillLine, Class, Finding, OurCharge, OurState, ReconcileFault, reconcile};
use ridecode_store::{
    BillFinding, BillRefused, BillStep, Charge, ChargeState, ProviderBill, ProviderBillSaved,
    Signature, StoreFault,
};
use ridecode_words::{ProviderId, ServiceDay};

use crate::Office;

/// A bill as it was handed in.
#[derive(Clone, Debug)]
pub struct HandedIn {
    /// Whose bill.
    pub provider: ProviderId,
    /// The day it is for.
    pub day: ServiceDay,
    /// SHA-256 of the bill as it came.
    pub digest: [u8; 32],
    /// Its lines.
    pub lines: Vec<BillLine>,
    /// Who handed it in, and when.
    pub taken: Signature,
}

/// Why a bill or a step was refused. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum BillFault {
    /// A line of another day.
    #[error("line {line} of the bill was collected on {found}, and the bill is for {day}")]
    OtherDay {
        /// The line, from 1, the header not counted.
        line: usize,
        /// Its day.
        found: ServiceDay,
        /// The bill's.
        day: ServiceDay,
    },
    /// A line in another currency than the office's.
    #[error("line {line} of the bill is in {found}, and this office keeps its books in {ours}")]
    OtherCurrency {
        /// The line, from 1, the header not counted.
        line: usize,
        /// Its currency.
        found: Currency,
        /// The office's.
        ours: Currency,
    },
    /// The lines together do not fit.
    #[error("the lines of the bill come to more than can be counted")]
    TooLarge,
    /// Another bill is held for the day.
    #[error(
        "another bill of provider {0} for {1} is held; put its differences right one by one, with \
         the corrected bill at hand"
    )]
    Other(ProviderId, ServiceDay),
    /// A name or a reason that cannot be kept.
    #[error("{0} must have 1 to 500 printable characters")]
    Text(&'static str),
    /// Our books are not in order.
    #[error(transparent)]
    Books(#[from] ReconcileFault),
    /// The step was not taken.
    #[error(transparent)]
    Refused(#[from] BillRefused),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Reconciles a bill and keeps it. Handing in the same bill again gives it as it is held.
pub async fn take(office: &Office, handed_in: HandedIn) -> Result<ProviderBill, BillFault> {
    check_text("the name", &handed_in.taken.by)?;
    let key = (handed_in.provider, handed_in.day);
    if let Some(held) = office.store.find_provider_bill(key.0, key.1).await? {
        return same(held, &handed_in.digest);
    }
    let bill = plan(office, &handed_in).await?;
    match office.store.save_provider_bill(bill.clone()).await? {
        ProviderBillSaved::Saved => Ok(bill),
        ProviderBillSaved::Repeated => find(office, key).await,
        ProviderBillSaved::Other => Err(BillFault::Other(key.0, key.1)),
    }
}

/// What reconciling a bill gives, keeping nothing.
pub async fn plan(office: &Office, handed_in: &HandedIn) -> Result<ProviderBill, BillFault> {
    check_lines(office, handed_in)?;
    let (provider, day) = (handed_in.provider, handed_in.day);
    let asked: BTreeSet<_> = handed_in.lines.iter().map(|line| line.charge).collect();
    let asked = Vec::from_iter(asked);
    let charges = office.store.load_collected(provider, day, asked).await?;
    let ours: Vec<OurCharge> = charges.iter().map(our_charge).collect();
    let reconciled = reconcile(&ours, &handed_in.lines)?;
    let counted = reconciled.findings.iter().filter_map(|finding| {
        let (_, line) = finding.line?;
        (finding.class != Class::DuplicateLine).then_some(line.amount)
    });
    let total = Money::sum(office.policy.currency, counted).map_err(|_| BillFault::TooLarge)?;
    Ok(ProviderBill {
        provider,
        day,
        digest: handed_in.digest,
        taken: handed_in.taken.clone(),
        total,
        findings: reconciled.findings.iter().filter_map(kept).collect(),
        settled: None,
    })
}

/// Takes a step of a bill: puts a difference right, or takes down what the provider paid. Taking
/// it again gives the bill as it is.
pub async fn step(
    office: &Office,
    (provider, day): (ProviderId, ServiceDay),
    step: BillStep,
) -> Result<ProviderBill, BillFault> {
    match &step {
        BillStep::Resolve { resolution, .. } => {
            check_text("the name", &resolution.signature.by)?;
            check_text("the reason", &resolution.reason)?;
        }
        BillStep::Settle(_) => {}
    }
    let stepped = office.store.step_provider_bill(provider, day, step).await?;
    Ok(stepped?)
}

/// A bill that is held.
pub async fn find(
    office: &Office,
    (provider, day): (ProviderId, ServiceDay),
) -> Result<ProviderBill, BillFault> {
    let held = office.store.find_provider_bill(provider, day).await?;
    Ok(held.ok_or(BillRefused::Unknown(provider, day))?)
}

fn same(held: ProviderBill, digest: &[u8; 32]) -> Result<ProviderBill, BillFault> {
    if held.digest == *digest {
        return Ok(held);
    }
    Err(BillFault::Other(held.provider, held.day))
}

fn check_lines(office: &Office, handed_in: &HandedIn) -> Result<(), BillFault> {
    let ours = office.policy.currency;
    for (line, one) in (1..).zip(&handed_in.lines) {
        let found = one.amount.currency;
        if found != ours {
            return Err(BillFault::OtherCurrency { line, found, ours });
        }
        let (found, day) = (office.day_of(one.collected), handed_in.day);
        if found != day {
            return Err(BillFault::OtherDay { line, found, day });
        }
    }
    Ok(())
}

fn our_charge(charge: &Charge) -> OurCharge {
    let state = match &charge.state {
        ChargeState::Collected { transaction }
        | ChargeState::CollectedOther { transaction, .. } => OurState::Collected {
            transaction: transaction.clone(),
        },
        ChargeState::Planned
        | ChargeState::Submitted
        | ChargeState::Accepted
        | ChargeState::Declined { .. }
        | ChargeState::Unknown
        | ChargeState::Superseded => OurState::NotCollected,
    };
    OurCharge {
        charge: charge.id,
        amount: charge.find_paid().unwrap_or(charge.amount),
        state,
    }
}

/// A finding as it is kept.
fn kept(finding: &Finding<'_>) -> Option<BillFinding> {
    let line = finding.line.map(|(_, line)| line);
    let charge = line.map(|line| line.charge);
    Some(BillFinding {
        class: finding.class,
        charge: charge.or(finding.ours.map(|ours| ours.charge))?,
        transaction: line.map(|line| line.transaction.clone()),
        ours: finding.ours.map(|ours| ours.amount),
        theirs: line.map(|line| line.amount),
        resolved: None,
    })
}

fn check_text(what: &'static str, text: &str) -> Result<(), BillFault> {
    let length = text.chars().count();
    if length == 0 || length > TEXT_MAX || text.chars().any(char::is_control) {
        return Err(BillFault::Text(what));
    }
    Ok(())
}

/// Characters of a name or a reason.
const TEXT_MAX: usize = 500;
