//! Repairs: a rider says where a missing tap was, an agent mends a tap.
//!
//! A rider may supply what is missing of a ride, once and within some days. The ride is priced
//! with the repair before it is saved: one that is in the wrong order, too far away or leads
//! nowhere is refused, so that nothing is kept that mends nothing. What a rider's word is worth is
//! for `ridecode_fare` to decide, and what validators took comes before it whenever it arrives.

use ridecode_fare::{Ending, Fare, Mend, Period, RepairedBy, Step, Tap, TapKind, bill};
use ridecode_store::{Evidence, Repair, RepairSaved, StoreFault};
use ridecode_words::{JourneyId, RiderId, StopId, TapId, UnixSeconds};

use crate::Office;

/// What a rider says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claim {
    /// Who says it.
    pub rider: RiderId,
    /// The ride whose other tap is missing.
    pub journey: JourneyId,
    /// Where the missing tap was.
    pub stop: StopId,
    /// When it was.
    pub time: UnixSeconds,
}

/// What an agent does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mending {
    /// Whose tap.
    pub rider: RiderId,
    /// The tap mended.
    pub tap: TapId,
    /// How. By an agent.
    pub mend: Mend,
    /// Where and when a tap that is supplied was.
    pub supplied: Option<(StopId, UnixSeconds)>,
    /// The agent's name, as in the settings.
    pub author: String,
    /// What it rests on.
    pub evidence: Evidence,
    /// What the agent has to say.
    pub note: String,
}

/// Why a tap is not mended.
#[derive(Debug, thiserror::Error)]
pub enum RepairFault {
    /// No such ride or tap of this rider.
    #[error("there is no ride or tap {0} of this rider; look at the rides for its id")]
    Unknown(TapId),
    /// Nothing is missing that a rider could supply.
    #[error("this ride lacks no tap that could be supplied")]
    NothingMissing,
    /// The rider has said so before.
    #[error("you have supplied this tap before; ask the operator's staff to correct it")]
    SaidBefore,
    /// The time limit for riders is over.
    #[error("rides can be mended by riders for {CLAIM_DAYS} days; ask the operator's staff")]
    TooLate,
    /// In the wrong order, too far from the tap, or not past yet.
    #[error(
        "a way out is after the way in and a way in before the way out, within the operator's waiting time, and in the past"
    )]
    Time,
    /// No ride leads there.
    #[error("no ride leads from one of these stops to the other; give a stop of the same network")]
    Stop,
    /// A tap that is supplied needs stop and time, and nothing else has them.
    #[error("in and out need a stop and a time; unridden and excused have none")]
    Supplied,
    /// Someone was quicker.
    #[error("this tap was mended meanwhile; look at the ride again")]
    Moved,
    /// As many repairs as a tap can have.
    #[error("this tap was mended too often; nothing more can be said about it")]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Takes in what a rider says and gives the fare as it will be.
pub async fn claim(office: &Office, claim: Claim, now: UnixSeconds) -> Result<Fare, RepairFault> {
    let tap = claim.journey.0;
    let mending = Mending {
        rider: claim.rider,
        tap,
        // The other direction is the one that is missing.
        mend: Mend::Exit(RepairedBy::Rider),
        supplied: Some((claim.stop, claim.time)),
        author: String::new(),
        evidence: Evidence::Word,
        note: String::new(),
    };
    let case = Case::load(office, mending, now).await?;
    let case = case.of_the_rider(now)?;
    let fare = case.try_out(office, now)?.ok_or(RepairFault::Time)?;
    case.save(office, now).await?;
    Ok(fare)
}

/// Takes in what an agent does and gives the fare as it will be; `None` if no ride is left.
pub async fn mend(
    office: &Office,
    mending: Mending,
    now: UnixSeconds,
) -> Result<Option<Fare>, RepairFault> {
    let case = Case::load(office, mending, now).await?;
    let fare = case.try_out(office, now)?;
    case.save(office, now).await?;
    Ok(fare)
}

/// A tap, what was said about it, and what is said now.
struct Case {
    mending: Mending,
    mended: Tap,
    taps: Vec<Tap>,
    repairs: Vec<Repair>,
}

impl Case {
    async fn load(
        office: &Office,
        mending: Mending,
        now: UnixSeconds,
    ) -> Result<Self, RepairFault> {
        let needs = matches!(mending.mend, Mend::Entry(_) | Mend::Exit(_));
        if needs != mending.supplied.is_some() {
            return Err(RepairFault::Supplied);
        }
        if mending
            .supplied
            .as_ref()
            .is_some_and(|(_, time)| *time > now)
        {
            return Err(RepairFault::Time);
        }
        let page = office.store.load_rides(mending.rider).await?;
        let mut repairs = office.store.load_repairs(mending.rider).await?;
        repairs.retain(|repair| repair.tap == mending.tap);
        let mended = page.taps.iter().find(|tap| tap.id == mending.tap);
        let mended = mended.filter(|tap| match tap.kind {
            TapKind::Single | TapKind::In | TapKind::Out => true,
            TapKind::Void { .. } | TapKind::Repair { .. } => false,
        });
        let unknown = RepairFault::Unknown(mending.tap);
        Ok(Self {
            mended: mended.ok_or(unknown)?.clone(),
            taps: page.taps,
            repairs,
            mending,
        })
    }

    /// What riders may not, and which of in and out is missing.
    fn of_the_rider(mut self, now: UnixSeconds) -> Result<Self, RepairFault> {
        let mend = match self.mended.kind {
            TapKind::In => Mend::Exit(RepairedBy::Rider),
            TapKind::Out => Mend::Entry(RepairedBy::Rider),
            TapKind::Single | TapKind::Void { .. } | TapKind::Repair { .. } => {
                return Err(RepairFault::NothingMissing);
            }
        };
        if !self.repairs.is_empty() {
            return Err(RepairFault::SaidBefore);
        }
        if now.since_s(self.mended.time) > i64::from(CLAIM_DAYS) * 86_400 {
            return Err(RepairFault::TooLate);
        }
        self.mending.mend = mend;
        Ok(self)
    }

    fn number(&self) -> Result<u8, RepairFault> {
        let next = u8::try_from(self.repairs.len() + 1).unwrap_or(u8::MAX);
        (next <= ridecode_fare::REPAIRS_MAX)
            .then_some(next)
            .ok_or(RepairFault::TooMany)
    }

    fn when_and_where(&self) -> (UnixSeconds, Option<StopId>) {
        match &self.mending.supplied {
            Some((stop, time)) => (*time, Some(stop.clone())),
            None => (self.mended.time, self.mended.stop.clone()),
        }
    }

    /// The fare with the repair. `None` where no ride is left. Refuses a repair without effect.
    fn try_out(&self, office: &Office, now: UnixSeconds) -> Result<Option<Fare>, RepairFault> {
        let period = Period {
            rider: self.mended.rider,
            month: office.book.month_of(&self.mended),
        };
        let mend = self.mending.mend;
        let mut taps = self.taps.clone();
        let repair = self
            .mended
            .mended(self.number()?, mend, self.when_and_where());
        let id = repair.id;
        taps.push(repair);
        let with = bill(period, &taps, &office.book, now);
        let fare = with.fares.into_iter().find(|fare| fare.taps.contains(&id));
        if mend == Mend::Unridden {
            return Ok(None);
        }
        let is_lone = |fare: &&Fare| fare.taps.contains(&self.mended.id);
        match fare {
            Some(fare) if is_without_effect(&fare) => Err(RepairFault::Stop),
            Some(fare) => Ok(Some(fare)),
            None => {
                let without = bill(period, &self.taps, &office.book, now);
                let whole = without.fares.iter().find(is_lone);
                let has_both = whole.is_some_and(|fare| match fare.ending {
                    Ending::Complete | Ending::SameStation | Ending::Overstay => true,
                    Ending::Open
                    | Ending::EntryOnly
                    | Ending::ExitOnly
                    | Ending::Voided
                    | Ending::Repaired => false,
                });
                Err(if has_both || mend == Mend::Excused {
                    RepairFault::NothingMissing
                } else {
                    RepairFault::Time
                })
            }
        }
    }

    async fn save(self, office: &Office, now: UnixSeconds) -> Result<(), RepairFault> {
        let (time, stop) = self.when_and_where();
        let repair = Repair {
            rider: self.mending.rider,
            tap: self.mending.tap,
            number: self.number()?,
            mend: self.mending.mend,
            time,
            stop,
            made: now,
            author: self.mending.author,
            evidence: self.mending.evidence,
            note: self.mending.note,
        };
        match office.store.save_repair(repair).await? {
            RepairSaved::Saved | RepairSaved::Repeated => Ok(()),
            RepairSaved::Moved => Err(RepairFault::Moved),
        }
    }
}

/// Whether the tap is missing still: the stop supplied leads nowhere.
fn is_without_effect(fare: &Fare) -> bool {
    let steps = &fare.explanation.steps;
    steps
        .iter()
        .any(|step| matches!(step, Step::MissingTap { .. }))
}

/// How many days after a tap its rider may supply the other.
pub const CLAIM_DAYS: u32 = 30;
