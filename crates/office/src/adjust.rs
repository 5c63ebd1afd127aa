//! Adjustments: goodwill for a ride, and the mass correction of a fault over many rides, asked for
//! by one person and approved by another.
//!
//! What is asked for waits until somebody else approves it, unless it is for one ride and within
//! what its asker may give alone in a day. Approved, its lines are posted step by step, each once:
//! a gift pays what the ride still owes, and what was paid already is refunded to where it came
//! from. The operator keeps its fare; the issuer bears the gift. An adjustment is never edited: a
//! mistake is taken back by another one, which needs its own approval.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_fare::Tap;
use ridecode_ledger::{Account, Money, TransferKind};
use ridecode_store::{
    Adjusted, Adjustment, AdjustmentKind, AdjustmentLine, AdjustmentState, AuditPage, Decided,
    Decision, FareVersion, LineState, StoreFault,
};
use ridecode_words::{
    AdjustmentId, JourneyId, OperatorId, RiderId, TapId, Text, UnixSeconds, ValidatorId,
};

use crate::Office;
use crate::edge::Entropy;

/// Who asks for an adjustment, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asker {
    /// The name of this member of staff.
    pub name: String,
    /// What this person may give alone in a day, in minor units.
    pub limit_minor: i64,
    /// Why; 1 to 500 characters, for whoever decides and for the trail.
    pub why: String,
}

/// Which rides a fault touched: those with a tap that fits everything that is set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Selection {
    /// Of this operator.
    pub operator: Option<OperatorId>,
    /// At this validator.
    pub validator: Option<ValidatorId>,
    /// On this line (GTFS `route_id`).
    pub line: Option<Text>,
    /// From this time on.
    pub from: UnixSeconds,
    /// Before this time.
    pub until: UnixSeconds,
    /// How much for each ride, in minor units; what is left of the fare where that is less. `None`
    /// for all of it.
    pub amount_minor: Option<i64>,
}

/// What a selection comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Preview {
    /// The rides, by rider.
    pub lines: Vec<AdjustmentLine>,
    /// How many riders.
    pub riders: usize,
    /// The sum.
    pub sum: Money,
}

/// Why nothing is asked for.
#[derive(Debug, thiserror::Error)]
pub enum AdjustFault {
    /// No such ride, or it cost nothing.
    #[error("there is no ride {0} that cost something")]
    UnknownRide(JourneyId),
    /// More than is left of the fare.
    #[error("of the fare of ride {journey} {left} is left to give")]
    TooMuch {
        /// The ride.
        journey: JourneyId,
        /// What may be given.
        left: Money,
    },
    /// A selection without a ride in it.
    #[error("no ride that cost something fits")]
    NoRide,
    /// A selection that is too wide.
    #[error("more than {LINES_MAX} rides fit; choose a shorter time")]
    TooManyRides,
    /// No such adjustment.
    #[error("there is no adjustment {0}")]
    Unknown(AdjustmentId),
    /// Nothing of it was posted, or it takes back itself.
    #[error("nothing was given with adjustment {0} that could be taken back")]
    NothingGiven(AdjustmentId),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Asks for goodwill for one ride. With chance that was drawn before it is a repeat, and gives the
/// adjustment as it is; so with the others that ask.
pub async fn ask_for_ride(
    office: &Office,
    (journey, amount_minor): (JourneyId, i64),
    asker: Asker,
    (now, entropy): (UnixSeconds, &mut impl Entropy),
) -> Result<Adjustment, AdjustFault> {
    let id = AdjustmentId(entropy.number());
    if let Some(held) = office.store.find_adjustment(id).await? {
        return Ok(held);
    }
    let tap = office.store.find_tap(journey.0).await?;
    let rider = tap.ok_or(AdjustFault::UnknownRide(journey))?.rider;
    let page = office.store.load_rides(rider).await?;
    let left = left_minor(&page, rider).remove(&journey);
    let left = left.ok_or(AdjustFault::UnknownRide(journey))?;
    if amount_minor > left {
        let left = Money::new(left, office.policy.currency);
        return Err(AdjustFault::TooMuch { journey, left });
    }
    let line = line(office, (journey, rider), amount_minor);
    let kind = AdjustmentKind::Goodwill;
    ask(office, (kind, vec![line]), asker, (now, id)).await
}

/// What a selection comes to; asks for nothing.
pub async fn preview(office: &Office, selection: &Selection) -> Result<Preview, AdjustFault> {
    let mut lines = Vec::new();
    let mut after = None;
    loop {
        let page = office.store.audit_page(after, PAGE_RIDERS).await?;
        lines.extend(select(office, &page, selection));
        if lines.len() > LINES_MAX {
            return Err(AdjustFault::TooManyRides);
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let riders: BTreeSet<RiderId> = lines.iter().map(|line| line.rider).collect();
    let sum = lines.iter().map(|line| line.amount.minor).sum();
    Ok(Preview {
        riders: riders.len(),
        sum: Money::new(sum, office.policy.currency),
        lines,
    })
}

/// Asks for the correction of a fault: goodwill for every ride of a selection.
pub async fn ask_for_many(
    office: &Office,
    selection: &Selection,
    asker: Asker,
    (now, entropy): (UnixSeconds, &mut impl Entropy),
) -> Result<Adjustment, AdjustFault> {
    let id = AdjustmentId(entropy.number());
    if let Some(held) = office.store.find_adjustment(id).await? {
        return Ok(held);
    }
    let lines = preview(office, selection).await?.lines;
    if lines.is_empty() {
        return Err(AdjustFault::NoRide);
    }
    // A batch is reviewed by another person, even where it has one ride.
    let asker = Asker {
        limit_minor: 0,
        ..asker
    };
    let kind = AdjustmentKind::Goodwill;
    ask(office, (kind, lines), asker, (now, id)).await
}

/// Asks for taking back what an adjustment gave.
pub async fn ask_to_take_back(
    office: &Office,
    of: AdjustmentId,
    asker: Asker,
    (now, entropy): (UnixSeconds, &mut impl Entropy),
) -> Result<Adjustment, AdjustFault> {
    let id = AdjustmentId(entropy.number());
    if let Some(held) = office.store.find_adjustment(id).await? {
        return Ok(held);
    }
    let held = office.store.find_adjustment(of).await?;
    let held = held.ok_or(AdjustFault::Unknown(of))?;
    let given = held
        .lines
        .iter()
        .filter(|line| line.state == LineState::Posted && held.kind == AdjustmentKind::Goodwill);
    let lines: Vec<AdjustmentLine> = given.copied().collect();
    if lines.is_empty() {
        return Err(AdjustFault::NothingGiven(of));
    }
    let kind = AdjustmentKind::TakenBack { of };
    ask(office, (kind, lines), asker, (now, id)).await
}

/// Decides about an adjustment that waits.
pub async fn decide(office: &Office, decision: Decision) -> Result<Decided, AdjustFault> {
    let id = decision.adjustment;
    match office.store.decide_adjustment(decision).await {
        Err(StoreFault::Missing { .. }) => Err(AdjustFault::Unknown(id)),
        decided => Ok(decided?),
    }
}

/// Posts what is approved, in steps of `limit` lines, until nothing waits. Gives how much was.
pub async fn run(office: &Office, now: UnixSeconds, limit: usize) -> Result<Adjusted, StoreFault> {
    let mut done = Adjusted::default();
    for id in office.store.due_adjustments(limit).await? {
        loop {
            let day = office.day_of(now);
            let step = office.store.post_adjustment(id, limit.max(1), day).await?;
            done.posted += step.posted;
            done.refused += step.refused;
            if step.left == 0 {
                tracing::info!(adjustment = %id, "an adjustment was posted");
                break;
            }
        }
    }
    Ok(done)
}

async fn ask(
    office: &Office,
    (kind, lines): (AdjustmentKind, Vec<AdjustmentLine>),
    asker: Asker,
    (now, id): (UnixSeconds, AdjustmentId),
) -> Result<Adjustment, AdjustFault> {
    let asked = Adjustment {
        id,
        kind,
        why: asker.why,
        asked_by: asker.name,
        asked: now,
        state: AdjustmentState::Waiting,
        lines,
    };
    Ok(office
        .store
        .ask_adjustment(asked, asker.limit_minor)
        .await?)
}

fn line(office: &Office, (journey, rider): (JourneyId, RiderId), minor: i64) -> AdjustmentLine {
    AdjustmentLine {
        journey,
        rider,
        amount: Money::new(minor, office.policy.currency),
        number: None,
        state: LineState::Waiting,
    }
}

/// The lines of a page's riders that fit.
fn select(office: &Office, page: &AuditPage, selection: &Selection) -> Vec<AdjustmentLine> {
    let taps: BTreeMap<TapId, &Tap> = page.taps.iter().map(|tap| (tap.id, tap)).collect();
    let mut last: BTreeMap<JourneyId, &FareVersion> = BTreeMap::new();
    for fare in &page.fares {
        let newest = last.entry(fare.journey).or_insert(fare);
        if fare.version > newest.version {
            *newest = fare;
        }
    }
    let mut lines = Vec::new();
    for rider in &page.riders {
        for (journey, left) in left_minor(page, *rider) {
            let fare = last.get(&journey);
            let mut of_ride = fare.into_iter().flat_map(|fare| &fare.taps);
            let fits = of_ride.any(|id| taps.get(id).is_some_and(|tap| selection.fits(tap)));
            let amount = selection
                .amount_minor
                .map_or(left, |amount| amount.min(left));
            if fits && amount > 0 {
                lines.push(line(office, (journey, *rider), amount));
            }
        }
    }
    lines
}

impl Selection {
    fn fits(&self, tap: &Tap) -> bool {
        let line = tap.line.as_ref().map(|line| line.as_str());
        (self.from..self.until).contains(&tap.time)
            && self
                .operator
                .is_none_or(|operator| operator == tap.operator)
            && self.validator.is_none_or(|own| own == tap.id.validator)
            && self
                .line
                .as_ref()
                .is_none_or(|own| Some(own.as_str()) == line)
    }
}

/// What may still be given for a rider's rides: what each cost less what was given for it.
fn left_minor(page: &AuditPage, rider: RiderId) -> BTreeMap<JourneyId, i64> {
    let mut left: BTreeMap<JourneyId, i64> = BTreeMap::new();
    let own = page.transfers.iter().filter(|one| one.rider == rider);
    for transfer in own {
        match transfer.id.kind {
            TransferKind::Fare | TransferKind::Goodwill | TransferKind::GoodwillTakenBack => {
                *left.entry(transfer.id.charge.journey).or_default() +=
                    transfer.debit_less_credit_minor(Account::Rider(rider));
            }
            TransferKind::Collected
            | TransferKind::Refunded
            | TransferKind::WrittenOff
            | TransferKind::Commission
            | TransferKind::PaidOut
            | TransferKind::ProviderSettled
            | TransferKind::ProviderCost
            | TransferKind::Reinstated
            | TransferKind::TicketSold
            | TransferKind::TicketRidden
            | TransferKind::TicketExpired => {}
        }
    }
    left
}

/// Riders looked at together.
const PAGE_RIDERS: usize = 256;

/// The most rides of one adjustment.
const LINES_MAX: usize = 50_000;
