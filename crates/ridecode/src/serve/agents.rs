//! The agent's desk: finding a rider, the evidence behind a ride, blocking a lost phone.
//!
//! A phone number comes in a body, never in a path, and leaves nothing behind: the trail names the
//! account that was found, who looked, and why. Nothing here answers with a phone number.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use ridecode_account::{Device, DeviceState, Phone, RevokeReason};
use ridecode_fare::Language;
use ridecode_office::debt;
use ridecode_office::evidence::{self, Evidence, Silent, TapEvidence};
use ridecode_store::{Deed, DeedKind, Repair, StoreFault};
use ridecode_words::{DeviceId, JourneyId, RiderId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::access::StaffMember;
use super::debts::{self, DebtsView};
use super::fares::language;
use super::fleet::{PlaceView, said_place};
use super::problem::{Kind, Problem, Result};
use super::riders::{BlockView, OwnMandate, block, own_mandate, phone, state_word};
use super::rides::{self, Page, RideView, RidesView};
use super::wire::{Body, MoneyView, Named, Parameters, parse, reason};
use crate::clock::now;

/// Whom an agent looks for, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LookUpBody {
    /// The rider's phone number. Either this or `rider`.
    phone: Option<String>,
    /// The rider's number, 16 hex digits.
    rider: Option<String>,
    /// Why, 3 to 500 characters. Goes onto the trail.
    reason: String,
}

/// A rider's account, as an agent sees it.
#[derive(Serialize, ToSchema)]
pub(super) struct FoundView {
    /// The rider's number.
    rider: String,
    /// `active`, `blocked` or `closed`.
    state: &'static str,
    /// What is owed and blocks the account, if it is blocked.
    block: Option<BlockView>,
    /// What the rider owes now; negative if in credit.
    balance: MoneyView,
    /// When the account was opened, RFC 3339.
    opened: String,
    /// Phones, oldest first.
    phones: Vec<PhoneView>,
    /// Payment mandates, oldest first.
    mandates: Vec<OwnMandate>,
    /// Unpaid rides.
    debts: DebtsView,
}

/// A rider's phone.
#[derive(Serialize, ToSchema)]
struct PhoneView {
    /// Its number.
    device: String,
    /// When its key was registered, RFC 3339.
    registered: String,
    /// `active`, `lost`, `replaced` or `closed`.
    state: &'static str,
    /// Since when, unless it is active, RFC 3339.
    since: Option<String>,
}

/// Why a phone is blocked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LostBody {
    /// Whose phone it is.
    rider: String,
    /// Why, 3 to 500 characters. Goes onto the trail.
    reason: String,
}

/// A blocked phone.
#[derive(Serialize, ToSchema)]
pub(super) struct BlockedView {
    /// Its number.
    device: String,
    /// Whether it was active before.
    changed: bool,
}

/// All that is known about a ride.
#[derive(Serialize, ToSchema)]
pub(super) struct EvidenceView {
    /// Whose.
    rider: String,
    /// The ride as the rider sees it.
    ride: RideView,
    /// The entries behind its taps, in time order.
    entries: Vec<EntryView>,
    /// What riders and agents said about its taps.
    repairs: Vec<SaidView>,
    /// Of a ride that lacks a tap: everything validators did up to then is known, RFC 3339. None
    /// once all have reported past the ride: then that there is no other tap is a fact.
    unknown_since: Option<String>,
    /// Of a ride that lacks a tap: which validators may still bring it, the furthest behind first.
    waiting_for: Vec<SilentView>,
}

/// An entry of a validator's journal.
#[derive(Serialize, ToSchema)]
struct EntryView {
    /// The tap it is.
    tap: String,
    /// The validator.
    validator: String,
    /// Its number in the journal.
    sequence: u64,
    /// When, RFC 3339.
    time: String,
    /// How far the validator trusted that time: synced, drifting, free_running or distrusted.
    clock: &'static str,
    /// Where.
    place: PlaceView,
    /// What the validator decided, such as `admit`.
    outcome: Option<&'static str>,
    /// SHA-256 of the code as it was scanned, hex.
    code_sha256: Option<String>,
    /// The entry's hash in the chain, hex.
    hash: String,
    /// The bundle in force there.
    bundle_version: u64,
    /// What the back office finds, where it does not agree.
    disagreement: Option<String>,
}

/// What a rider or an agent said about a tap.
#[derive(Serialize, ToSchema)]
struct SaidView {
    /// The tap mended.
    tap: String,
    /// `in`, `out`, `unridden` or `excused`.
    mend: &'static str,
    /// When it was said, RFC 3339.
    made: String,
    /// The agent; none for the rider.
    author: Option<String>,
    /// What it rests on: `word`, `gate`, `timetable` or `other_taps`.
    evidence: &'static str,
    /// What the author had to say.
    note: String,
}

/// A validator that has not reported past a ride.
#[derive(Serialize, ToSchema)]
struct SilentView {
    /// Its number, 8 hex digits.
    validator: String,
    /// Where it says that it stands.
    place: Option<PlaceView>,
    /// Everything it did up to then is held, RFC 3339; none if nothing ever came.
    complete_to: Option<String>,
}

/// Finds a rider by phone number or by number. Every look-up goes onto the trail, those that find
/// nobody too.
#[utoipa::path(post, path = "/v1/riders/lookups", tag = "agents", request_body = LookUpBody,
    responses((status = 200, body = FoundView)))]
pub(super) async fn look_up(
    State(app): State<App>,
    staff: StaffMember,
    Body(body): Body<LookUpBody>,
) -> Result<Json<FoundView>> {
    staff.of_the_issuer()?;
    let why = reason(&body.reason)?;
    let store = &app.office.store;
    let asked = match (&body.phone, &body.rider) {
        (Some(text), None) => store.find_rider_of(phone(text)?).await?,
        (None, Some(text)) => Some(parse::<RiderId>("rider", text)?),
        (Some(_), Some(_)) | (None, None) => {
            return Err(Problem::field("phone", "give either phone or rider"));
        }
    };
    let file = match asked {
        Some(rider) => store.load_rider(rider, now()).await?,
        None => None,
    };
    // What goes onto the trail is an account; a number stays nowhere.
    let deed = Deed {
        rider: file.as_ref().map(|file| file.rider.id),
        ..staff.deed(DeedKind::LookedUp, without_numbers(&why))
    };
    store.note_deed(deed).await?;
    let file = file.ok_or_else(|| {
        Problem::new(Kind::UnknownRider, "nobody has an account with that number")
    })?;
    let debts = debt::of(&app.office, file.rider.id).await?;
    let balance = ridecode_ledger::Money::new(file.balance_minor, app.office.policy.currency);
    Ok(Json(FoundView {
        rider: file.rider.id.to_string(),
        state: state_word(&file.rider.state),
        block: block(&app, &file),
        balance: balance.into(),
        opened: file.rider.opened.to_string(),
        phones: file.devices.iter().map(phone_view).collect(),
        mandates: file.mandates.iter().map(own_mandate).collect(),
        debts: debts::view(&app, &debts)?,
    }))
}

/// A rider's rides as the rider sees them, newest first.
#[utoipa::path(get, path = "/v1/riders/{rider}/rides", tag = "agents",
    params(("rider" = String, Path, description = "16 hex digits"), Page),
    responses((status = 200, body = RidesView)))]
pub(super) async fn rides_of(
    State(app): State<App>,
    (staff, headers): (StaffMember, HeaderMap),
    Named(rider): Named<RiderId>,
    Parameters(page): Parameters<Page>,
) -> Result<Json<RidesView>> {
    staff.of_the_issuer()?;
    rides::page(&app, rider, (&page, language(&headers))).await
}

/// The evidence behind a ride: what validators wrote, what the back office found, who is silent.
#[utoipa::path(get, path = "/v1/journeys/{journey}/evidence", tag = "agents",
    params(("journey" = String, Path, description = "The journey's id")),
    responses((status = 200, body = EvidenceView)))]
pub(super) async fn evidence_of(
    State(app): State<App>,
    (staff, headers): (StaffMember, HeaderMap),
    Named(journey): Named<JourneyId>,
) -> Result<Json<EvidenceView>> {
    staff.of_the_issuer()?;
    let found = evidence::of(&app.office, journey, now()).await?;
    let found = found
        .ok_or_else(|| Problem::new(Kind::UnknownTap, "there is no such ride; look it up again"))?;
    Ok(Json(evidence_view(&app, &found, language(&headers))))
}

/// Blocks a lost phone for its rider: its credentials are refused with the next bundle. A repeat
/// changes nothing.
#[utoipa::path(post, path = "/v1/devices/{device}/block", tag = "agents", request_body = LostBody,
    params(("device" = String, Path, description = "16 hex digits")),
    responses((status = 200, body = BlockedView)))]
pub(super) async fn block_phone(
    State(app): State<App>,
    staff: StaffMember,
    Named(device): Named<DeviceId>,
    Body(body): Body<LostBody>,
) -> Result<Json<BlockedView>> {
    staff.of_the_issuer()?;
    let deed = Deed {
        rider: Some(parse("rider", &body.rider)?),
        device: Some(device),
        ..staff.deed(DeedKind::BlockedPhone, reason(&body.reason)?)
    };
    let blocked = app.office.store.block_device(device, deed).await;
    let changed = blocked.map_err(|fault| match fault {
        StoreFault::Missing { .. } => {
            Problem::new(Kind::UnknownDevice, "this rider has no such phone")
        }
        StoreFault::Conflict { .. } | StoreFault::Engine(_) | StoreFault::Corrupt(_) => {
            fault.into()
        }
    })?;
    Ok(Json(BlockedView {
        device: device.to_string(),
        changed,
    }))
}

/// A reason without what may be a phone number: agents paste them.
fn without_numbers(text: &str) -> String {
    let words = text.split_whitespace().map(|word| {
        if Phone::new(word).is_ok() {
            "…"
        } else {
            word
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn phone_view(device: &Device) -> PhoneView {
    let (state, since) = match device.state {
        DeviceState::Active => ("active", None),
        DeviceState::Revoked { reason, at } => (
            match reason {
                RevokeReason::Lost => "lost",
                RevokeReason::Replaced => "replaced",
                RevokeReason::Closed => "closed",
            },
            Some(at.to_string()),
        ),
    };
    PhoneView {
        device: device.id.to_string(),
        registered: device.registered.to_string(),
        state,
        since,
    }
}

fn evidence_view(app: &App, found: &Evidence, language: Language) -> EvidenceView {
    let silent = found.silent.iter();
    let first = found.silent.first();
    let since = first.map(|one| one.complete_to.max(found.ride.began));
    EvidenceView {
        rider: found.rider.to_string(),
        ride: rides::ride_view(app, &found.ride, language),
        entries: found
            .entries
            .iter()
            .map(|entry| entry_view(app, entry, language))
            .collect(),
        repairs: found.repairs.iter().map(said_view).collect(),
        unknown_since: since.map(|since| since.to_string()),
        waiting_for: silent.map(|one| silent_view(app, one, language)).collect(),
    }
}

fn entry_view(app: &App, found: &TapEvidence, language: Language) -> EntryView {
    let entry = &found.entry;
    EntryView {
        tap: found.tap.to_string(),
        validator: found.tap.validator.to_string(),
        sequence: found.tap.sequence,
        time: entry.time.to_string(),
        clock: entry.trust.word(),
        place: said_place(app, &entry.place, language),
        outcome: found.decided.map(|(_, outcome)| outcome.word()),
        code_sha256: found.decided.map(|(code, _)| hex::encode(code)),
        hash: hex::encode(found.hash),
        bundle_version: entry.bundle_version,
        disagreement: found.disagreement.clone(),
    }
}

fn said_view(repair: &Repair) -> SaidView {
    SaidView {
        tap: repair.tap.to_string(),
        mend: repair.mend.word(),
        made: repair.made.to_string(),
        author: Some(repair.author.clone()).filter(|author| !author.is_empty()),
        evidence: repair.evidence.word(),
        note: repair.note.clone(),
    }
}

fn silent_view(app: &App, one: &Silent, language: Language) -> SilentView {
    let place = one.place.as_ref();
    SilentView {
        validator: one.validator.to_string(),
        place: place.map(|place| said_place(app, place, language)),
        complete_to: Some(one.complete_to)
            .filter(|time| time.0 > 0)
            .map(|time| time.to_string()),
    }
}
