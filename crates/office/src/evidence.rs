//! The evidence behind a ride, for who has to explain it: the entries as validators wrote them,
//! what the back office found, and which validators have not said yet what they saw.

use ridecode_fare::{Ending, Tap, TapKind};
use ridecode_store::{FleetOf, HeldEntry, Repair, StoreFault, ValidatorFile};
use ridecode_validator::heartbeat;
use ridecode_validator::journal::{Entry, Event, read_entry};
use ridecode_validator::{Outcome, Place};
use ridecode_words::{JourneyId, OperatorId, RiderId, TapId, UnixSeconds, ValidatorId};
use sha2::{Digest as _, Sha256};

use crate::Office;
use crate::price::JOURNEY_S_MAX;
use crate::rides::{self, Ride};

/// An entry behind a tap.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TapEvidence {
    /// Validator and number.
    pub tap: TapId,
    /// The entry as it was written.
    pub entry: Entry,
    /// Its hash in the validator's journal.
    pub hash: [u8; 32],
    /// SHA-256 of the code as it was scanned, and what the validator decided about it.
    pub decided: Option<([u8; 32], Outcome)>,
    /// What the back office finds, where it does not agree.
    pub disagreement: Option<String>,
}

/// A validator that may have seen the rider and has not said so yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Silent {
    /// The validator.
    pub validator: ValidatorId,
    /// Where it says that it stands.
    pub place: Option<Place>,
    /// Everything it did up to then is held.
    pub complete_to: UnixSeconds,
}

/// All that is known about a ride.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evidence {
    /// Whose.
    pub rider: RiderId,
    /// The ride as the rider sees it.
    pub ride: Ride,
    /// The entries behind its taps, in time order.
    pub entries: Vec<TapEvidence>,
    /// What riders and agents said about its taps.
    pub repairs: Vec<Repair>,
    /// Of a ride that lacks a tap: who may still bring it, the furthest behind first, at most
    /// [`SILENT_MAX`]. None are left once every validator has reported past the ride: then that
    /// there is no other tap is a fact.
    pub silent: Vec<Silent>,
}

/// The evidence behind a journey; `None` if no rider has such a journey.
pub async fn of(
    office: &Office,
    journey: JourneyId,
    now: UnixSeconds,
) -> Result<Option<Evidence>, StoreFault> {
    let Some(first) = office.store.find_tap(journey.0).await? else {
        return Ok(None);
    };
    let rider = first.rider;
    let rides = rides::of(office, rider, now).await?;
    let Some(ride) = rides.into_iter().find(|ride| ride.journey == journey) else {
        return Ok(None);
    };
    let ids: Vec<TapId> = ride.taps.iter().map(|tap| tap.id).collect();
    let held = office.store.load_entries(ids.clone()).await?;
    let mut repairs = office.store.load_repairs(rider).await?;
    repairs.retain(|repair| ids.contains(&repair.tap));
    let silent = if lacks_a_tap(&ride) {
        silent(office, &ride, now).await?
    } else {
        Vec::new()
    };
    Ok(Some(Evidence {
        rider,
        entries: held.into_iter().flatten().filter_map(read).collect(),
        ride,
        repairs,
        silent,
    }))
}

/// When a validator's doings are held to the end: by its last segment, or by what it says itself.
pub fn complete_to(file: &ValidatorFile) -> UnixSeconds {
    let by_segment = (file.held_through == file.journal_end).then_some(file.sealed);
    let beat = file.beat.as_ref();
    let by_beat = beat.and_then(|beat| heartbeat::read_checked(&beat.bytes));
    // What it says is believed as far as its entries are here.
    let by_beat = by_beat.filter(|beat| beat.held_through <= file.held_through);
    let by_beat = by_beat.map(|beat| beat.complete_to);
    by_segment.max(by_beat).unwrap_or(UnixSeconds(0))
}

fn lacks_a_tap(ride: &Ride) -> bool {
    ride.fare.as_ref().is_none_or(|fare| match fare.ending {
        Ending::Open | Ending::EntryOnly | Ending::ExitOnly => true,
        Ending::Complete
        | Ending::SameStation
        | Ending::Overstay
        | Ending::Voided
        | Ending::Repaired => false,
    })
}

/// Validators of the ride's operator that the rider may have met and that are behind.
async fn silent(office: &Office, ride: &Ride, now: UnixSeconds) -> Result<Vec<Silent>, StoreFault> {
    let Some(first) = ride.taps.first() else {
        return Ok(Vec::new());
    };
    let within_s = i64::from(JOURNEY_S_MAX);
    let (from, to) = match first.kind {
        TapKind::Out => (ride.began.plus_s(-within_s), ride.began),
        TapKind::Single | TapKind::In | TapKind::Void { .. } | TapKind::Repair { .. } => {
            (ride.began, ride.began.plus_s(within_s))
        }
    };
    let behind = to.min(now.plus_s(-LAG_S));
    let files = load(office, first.operator).await?;
    let mut silent: Vec<Silent> = files
        .iter()
        .filter(|file| file.validator.retired.is_none_or(|retired| retired >= from))
        .map(|file| Silent {
            validator: file.validator.id,
            place: place(file),
            complete_to: complete_to(file),
        })
        .filter(|one| one.complete_to < behind && may_meet(first, one.place.as_ref()))
        .collect();
    silent.sort_by_key(|one| (one.complete_to, one.validator));
    silent.truncate(SILENT_MAX);
    Ok(silent)
}

async fn load(office: &Office, operator: OperatorId) -> Result<Vec<ValidatorFile>, StoreFault> {
    office
        .store
        .load_validators(FleetOf::Operator(operator))
        .await
}

/// Where a validator said that it stands, in its last heartbeat.
pub fn place(file: &ValidatorFile) -> Option<Place> {
    let beat = file.beat.as_ref()?;
    heartbeat::read_checked(&beat.bytes)?.place
}

/// A gate of the metro does not see who rides a bus; one that does not say where it stands may see
/// anybody.
fn may_meet(tap: &Tap, place: Option<&Place>) -> bool {
    place.is_none_or(|place| place.mode == tap.mode)
}

fn read(held: HeldEntry) -> Option<TapEvidence> {
    let entry = read_entry(&held.bytes)?;
    let decided = match &entry.event {
        Event::Decided { code, outcome } => Some((Sha256::digest(code).into(), *outcome)),
        Event::Passed { .. } | Event::Voided { .. } | Event::Started => None,
    };
    Some(TapEvidence {
        tap: held.id,
        entry,
        hash: held.hash,
        decided,
        disagreement: held.disagreement,
    })
}

/// The most validators that are named.
pub const SILENT_MAX: usize = 20;

/// How far behind a validator is on any good day, in seconds.
const LAG_S: i64 = 120;
