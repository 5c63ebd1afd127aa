//! Validators at work, for who looks after them: how each is, where it is wanted, retiring one.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use ridecode_fare::Language;
use ridecode_office::evidence;
use ridecode_store::{
    Assignment, Deed, DeedKind, FleetOf, ValidatorFile, ValidatorStep, ValidatorStepped,
};
use ridecode_validator::Place;
use ridecode_validator::heartbeat::{self, Heartbeat};
use ridecode_words::{LineId, StopId, ValidatorId, VehicleId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::access::StaffMember;
use super::fares::language;
use super::problem::{Kind, Problem, Result};
use super::wire::{Body, Named, reason};
use crate::clock::now;

/// A validator.
#[derive(Serialize, ToSchema)]
pub(super) struct ReaderView {
    /// Its number, 8 hex digits.
    validator: String,
    /// Its operator's number.
    operator: u32,
    /// Its operator's name.
    operator_name: String,
    /// When it was registered, RFC 3339.
    registered: String,
    /// When it retired, RFC 3339; none while it works.
    retired: Option<String>,
    /// Where it says that it stands.
    place: Option<PlaceView>,
    /// Where it is wanted, once somebody said so.
    assigned: Option<PlaceView>,
    /// Whether it says that it stands elsewhere than it is wanted.
    misplaced: bool,
    /// Everything it did up to this time is held, RFC 3339; none if nothing ever came.
    complete_to: Option<String>,
    /// How long ago that is, in seconds.
    behind_s: Option<i64>,
    /// Entries that wait to be uploaded, as far as is known.
    waiting: u64,
    /// The last entry of its journal, as far as is known.
    journal_end: u64,
    /// How it said that it is; none if it never did.
    vitals: Option<VitalsView>,
}

/// A place.
#[derive(Serialize, ToSchema)]
pub(super) struct PlaceView {
    /// bus, metro and so on; none of a place it is wanted at.
    mode: Option<&'static str>,
    /// GTFS `route_id`.
    line: Option<String>,
    /// The line's name in the language of Accept-Language, where it has one.
    line_name: Option<String>,
    /// GTFS `stop_id`.
    stop: Option<String>,
    /// The stop's name in the language of Accept-Language.
    stop_name: Option<String>,
    /// Degrees north (WGS 84) times 100 000, where the stop's place is known.
    latitude_e5: Option<i32>,
    /// Degrees east (WGS 84) times 100 000, where the stop's place is known.
    longitude_e5: Option<i32>,
    /// The vehicle or gate array.
    vehicle: Option<String>,
}

/// What a validator's last heartbeat says.
#[derive(Serialize, ToSchema)]
struct VitalsView {
    /// When it was heard, RFC 3339.
    heard: String,
    /// Its own time then, RFC 3339.
    time: String,
    /// How far it trusts that time: synced, drifting, free_running or distrusted.
    clock: &'static str,
    /// The bundle in force there.
    bundle_version: u64,
    /// Bytes free on its disk, where it can tell.
    free_bytes: Option<u64>,
    /// The version of its program, where it says so.
    software: Option<String>,
    /// Scans the waits below are of.
    scans: u32,
    /// From the code to the lamp: the median, in microseconds.
    shown_p50_us: u32,
    /// All but one in twenty.
    shown_p95_us: u32,
    /// All but one in a hundred.
    shown_p99_us: u32,
    /// What is wrong, in words.
    ailments: Vec<String>,
}

/// Where a validator is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MoveBody {
    /// GTFS `route_id`.
    line: Option<String>,
    /// GTFS `stop_id`.
    stop: Option<String>,
    /// The vehicle or gate array.
    vehicle: Option<String>,
    /// Why, 3 to 500 characters.
    reason: String,
}

/// Why a validator retires.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RetirementBody {
    /// Why, 3 to 500 characters.
    reason: String,
}

/// The validators of the operators the caller works for, by number, retired ones too.
#[utoipa::path(get, path = "/v1/validators", tag = "validators",
    responses((status = 200, body = Vec<ReaderView>)))]
pub(super) async fn list(
    State(app): State<App>,
    staff: StaffMember,
    headers: HeaderMap,
) -> Result<Json<Vec<ReaderView>>> {
    let of = staff.own_operator().map_or(FleetOf::All, FleetOf::Operator);
    let files = app.office.store.load_validators(of).await?;
    let language = language(&headers);
    let views = files.iter().map(|file| view(&app, file, language));
    Ok(Json(views.collect()))
}

/// Says where a validator is wanted. It is told nothing by this: whoever is there sets its place,
/// and the list says whether it says the same.
#[utoipa::path(post, path = "/v1/validators/{validator}/move", tag = "validators",
    request_body = MoveBody,
    params(("validator" = String, Path, description = "8 hex digits")),
    responses((status = 200, body = ReaderView)))]
pub(super) async fn move_to(
    State(app): State<App>,
    (staff, headers): (StaffMember, HeaderMap),
    Named(id): Named<ValidatorId>,
    Body(body): Body<MoveBody>,
) -> Result<Json<ReaderView>> {
    let why = reason(&body.reason)?;
    let to = assignment(&app, &body)?;
    let deed = staff.deed(DeedKind::MovedValidator, why);
    let file = step(&app, &staff, id, (ValidatorStep::Move(to), deed)).await?;
    Ok(Json(view(&app, &file, language(&headers))))
}

/// Takes a validator out of service. Its entries from before are still taken; everything else from
/// it is refused. A repeat changes nothing.
#[utoipa::path(post, path = "/v1/validators/{validator}/retirement", tag = "validators",
    request_body = RetirementBody,
    params(("validator" = String, Path, description = "8 hex digits")),
    responses((status = 200, body = ReaderView)))]
pub(super) async fn retire(
    State(app): State<App>,
    (staff, headers): (StaffMember, HeaderMap),
    Named(id): Named<ValidatorId>,
    Body(body): Body<RetirementBody>,
) -> Result<Json<ReaderView>> {
    let deed = staff.deed(DeedKind::RetiredValidator, reason(&body.reason)?);
    let file = step(&app, &staff, id, (ValidatorStep::Retire, deed)).await?;
    Ok(Json(view(&app, &file, language(&headers))))
}

/// Takes a step of a validator of an operator that the caller works for.
async fn step(
    app: &App,
    staff: &StaffMember,
    id: ValidatorId,
    (step, deed): (ValidatorStep, Deed),
) -> Result<ValidatorFile> {
    let unknown = || Problem::new(Kind::UnknownValidator, "no validator has this number");
    let store = &app.office.store;
    let held = store.find_validator(id).await?.ok_or_else(unknown)?;
    staff.operator(app, &held.operator.to_string())?;
    let is_move = matches!(step, ValidatorStep::Move(_));
    let deed = Deed {
        validator: Some(id),
        operator: Some(held.operator),
        ..deed
    };
    let stepped = store.step_validator(id, step, deed).await?;
    if is_move && stepped == ValidatorStepped::Retired {
        let what = "this validator retired; it is wanted nowhere";
        return Err(Problem::new(Kind::ValidatorRetired, what));
    }
    let files = store.load_validators(FleetOf::One(id)).await?;
    files.into_iter().next().ok_or_else(unknown)
}

fn assignment(app: &App, body: &MoveBody) -> Result<Assignment> {
    let book = &app.office.book;
    let line = body.line.as_deref().map(LineId::new).transpose();
    let line = line.map_err(|rule| Problem::field("line", rule))?;
    if line
        .as_ref()
        .is_some_and(|line| book.find_line(line).is_none())
    {
        return Err(Problem::field("line", "must be a line of GET /v1/plan"));
    }
    let stop = body.stop.as_deref().map(StopId::new).transpose();
    let stop = stop.map_err(|rule| Problem::field("stop", rule))?;
    if stop
        .as_ref()
        .is_some_and(|stop| book.find_stop(stop).is_none())
    {
        return Err(Problem::field("stop", "must be a stop of GET /v1/plan"));
    }
    let vehicle = body.vehicle.as_deref().map(VehicleId::new).transpose();
    let vehicle = vehicle.map_err(|rule| Problem::field("vehicle", rule))?;
    if line.is_none() && stop.is_none() && vehicle.is_none() {
        return Err(Problem::field("stop", "or line or vehicle must be given"));
    }
    Ok(Assignment {
        line,
        stop,
        vehicle,
        since: now(),
    })
}

fn view(app: &App, file: &ValidatorFile, language: Language) -> ReaderView {
    let beat = file.beat.as_ref();
    let vitals = beat.and_then(|beat| heartbeat::read_checked(&beat.bytes));
    let place = vitals.as_ref().and_then(|vitals| vitals.place.as_ref());
    let complete_to = Some(evidence::complete_to(file)).filter(|time| time.0 > 0);
    let journal_end = vitals.as_ref().map_or(0, |vitals| vitals.journal_end);
    let journal_end = journal_end.max(file.journal_end);
    let held = &file.validator;
    let operator = app.office.desk.find_operator(held.operator);
    ReaderView {
        validator: held.id.to_string(),
        operator: held.operator.0,
        operator_name: operator.map_or_else(String::new, |operator| operator.name.to_string()),
        registered: held.registered.to_string(),
        retired: held.retired.map(|retired| retired.to_string()),
        misplaced: is_misplaced(place, file.assigned.as_ref()),
        place: place.map(|place| said_place(app, place, language)),
        assigned: file.assigned.as_ref().map(|at| {
            let at = (at.line.as_ref(), at.stop.as_ref(), at.vehicle.as_ref());
            place_view(app, at, language)
        }),
        complete_to: complete_to.map(|time| time.to_string()),
        behind_s: complete_to.map(|time| now().since_s(time).max(0)),
        waiting: journal_end.saturating_sub(file.held_through),
        journal_end,
        vitals: beat.zip(vitals).map(|(beat, vitals)| VitalsView {
            heard: beat.heard.to_string(),
            ..vitals_view(vitals)
        }),
    }
}

/// Whether a validator names another line, stop or vehicle than it is wanted at.
fn is_misplaced(place: Option<&Place>, assigned: Option<&Assignment>) -> bool {
    fn differs<T: PartialEq>(said: Option<&T>, wanted: Option<&T>) -> bool {
        wanted.is_some() && said != wanted
    }
    place.zip(assigned).is_some_and(|(said, wanted)| {
        differs(said.line.as_ref(), wanted.line.as_ref())
            || differs(said.stop.as_ref(), wanted.stop.as_ref())
            || differs(said.vehicle.as_ref(), wanted.vehicle.as_ref())
    })
}

/// A place as a validator names it.
pub(super) fn said_place(app: &App, place: &Place, language: Language) -> PlaceView {
    let at = (
        place.line.as_ref(),
        place.stop.as_ref(),
        place.vehicle.as_ref(),
    );
    PlaceView {
        mode: Some(place.mode.word()),
        ..place_view(app, at, language)
    }
}

fn place_view(
    app: &App,
    (line, stop, vehicle): (Option<&LineId>, Option<&StopId>, Option<&VehicleId>),
    language: Language,
) -> PlaceView {
    let book = &app.office.book;
    let known = line.and_then(|line| book.find_line(line));
    let names = stop.map(|stop| book.names_of(stop));
    let spot = stop.and_then(|stop| app.plan.spots.get(stop));
    PlaceView {
        mode: None,
        line: line.map(ToString::to_string),
        line_name: known.map(|line| line.names.in_language(language).to_string()),
        stop: stop.map(ToString::to_string),
        stop_name: names.map(|names| names.in_language(language).to_string()),
        latitude_e5: spot.map(|spot| spot.latitude_e5),
        longitude_e5: spot.map(|spot| spot.longitude_e5),
        vehicle: vehicle.map(ToString::to_string),
    }
}

fn vitals_view(beat: Heartbeat) -> VitalsView {
    let ailments = beat.ailments.iter();
    VitalsView {
        heard: String::new(),
        time: beat.sealed.to_string(),
        clock: beat.trust.word(),
        bundle_version: beat.bundle_version,
        free_bytes: beat.free_bytes,
        software: beat.software.map(|software| software.to_string()),
        scans: beat.waits.scans,
        shown_p50_us: beat.waits.p50_us,
        shown_p95_us: beat.waits.p95_us,
        shown_p99_us: beat.waits.p99_us,
        ailments: ailments.map(|it| it.as_str().to_owned()).collect(),
    }
}
