//! The live picture: what happens now, from counts that are kept, not from rides counted again.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use ridecode_fare::Language;
use ridecode_ledger::Money;
use ridecode_store::{ChargeTotal, LineHour, Pulse, PulseQuery, Standing};
use ridecode_validator::Outcome;
use ridecode_words::{LineId, OperatorId, UnixSeconds};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::access::StaffMember;
use super::fares::language;
use super::problem::{Problem, Result};
use super::wire::{MoneyView, Parameters, parse};
use crate::clock::now;

/// Of how long.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Stretch {
    /// How many hours back, 1 to 168; 24 unless told.
    #[param(value_type = Option<u32>)]
    hours: Option<String>,
}

/// What happens now.
#[derive(Serialize, ToSchema)]
pub(super) struct LiveView {
    /// The time of this picture, RFC 3339.
    now: String,
    /// From when on the counts below are, RFC 3339.
    since: String,
    /// Taps admitted and scans refused, every five minutes, by the validators' own time.
    slots: Vec<SlotView>,
    /// Why scans were refused, most often first.
    refusals: Vec<RefusalView>,
    /// Lines by hour.
    lines: Vec<LiveLineView>,
    /// Charges of all time by state; none for staff of one operator, whom they do not concern.
    charges: Option<Vec<LiveChargesView>>,
    /// What was advanced for riders; none for staff of one operator.
    advances: Option<LiveAdvancesView>,
}

/// Five minutes.
#[derive(Serialize, ToSchema)]
struct SlotView {
    /// When they begin, RFC 3339.
    at: String,
    /// Taps admitted.
    admitted: u64,
    /// Scans refused.
    refused: u64,
}

/// Why scans were refused.
#[derive(Serialize, ToSchema)]
struct RefusalView {
    /// The outcome, such as `expired`.
    outcome: &'static str,
    /// How many.
    count: u64,
}

/// A line.
#[derive(Serialize, ToSchema)]
struct LiveLineView {
    /// The operator's number.
    operator: u32,
    /// The operator's name.
    operator_name: String,
    /// GTFS `route_id`; none for gates of a whole network.
    line: Option<String>,
    /// The line's name in the language of Accept-Language, where it has one.
    line_name: Option<String>,
    /// Hours with taps or fares.
    hours: Vec<HourView>,
}

/// An hour of a line.
#[derive(Serialize, ToSchema)]
struct HourView {
    /// When it begins, RFC 3339.
    at: String,
    /// Taps admitted whose place names the line.
    taps: u64,
    /// What rides that began in it cost, as far as they are priced.
    fares: MoneyView,
}

/// Charges in a state.
#[derive(Serialize, ToSchema)]
struct LiveChargesView {
    /// The state, as in GET /v1/rides.
    state: &'static str,
    /// How many.
    count: u64,
    /// What they come to.
    amount: MoneyView,
}

/// What was advanced to operators for riders whose charges were declined.
#[derive(Serialize, ToSchema)]
struct LiveAdvancesView {
    /// Declined once and not paid yet.
    outstanding: MoneyView,
    /// Declined once and paid since.
    recovered: MoneyView,
    /// Given up.
    written_off: MoneyView,
}

/// The live picture of the operators the caller works for.
#[utoipa::path(get, path = "/v1/live", tag = "staff", params(Stretch),
    responses((status = 200, body = LiveView)))]
pub(super) async fn live(
    State(app): State<App>,
    (staff, headers): (StaffMember, HeaderMap),
    Parameters(stretch): Parameters<Stretch>,
) -> Result<Json<LiveView>> {
    let hours = match &stretch.hours {
        Some(text) => parse::<i64>("hours", text)?,
        None => 24,
    };
    if !(1..=HOURS_MAX).contains(&hours) {
        return Err(Problem::field("hours", "must be 1 to 168"));
    }
    let query = PulseQuery {
        operator: staff.own_operator(),
        since: now().plus_s(-hours * 3_600),
        until: now(),
    };
    let found = app.office.store.load_pulses(query).await?;
    let of_the_issuer = staff.own_operator().is_none();
    let currency = app.office.policy.currency;
    let money = |minor| Money::new(minor, currency).into();
    let charges = found.charges.as_slice();
    Ok(Json(LiveView {
        now: query.until.to_string(),
        since: query.since.to_string(),
        slots: slots(&found.pulses),
        refusals: refusals(&found.pulses),
        lines: lines(&app, &found.lines, language(&headers)),
        charges: of_the_issuer.then(|| by_state(charges, money)),
        advances: of_the_issuer.then(|| advances(charges, money)),
    }))
}

fn slots(pulses: &[Pulse]) -> Vec<SlotView> {
    let mut slots: BTreeMap<UnixSeconds, (u64, u64)> = BTreeMap::new();
    for pulse in pulses {
        let slot = slots.entry(pulse.slot).or_default();
        let side = if pulse.rung == Outcome::Admit.rung() {
            &mut slot.0
        } else {
            &mut slot.1
        };
        *side += pulse.count;
    }
    let slots = slots.into_iter();
    slots
        .map(|(at, (admitted, refused))| SlotView {
            at: at.to_string(),
            admitted,
            refused,
        })
        .collect()
}

fn refusals(pulses: &[Pulse]) -> Vec<RefusalView> {
    let mut counts: BTreeMap<u8, u64> = BTreeMap::new();
    for pulse in pulses
        .iter()
        .filter(|one| one.rung != Outcome::Admit.rung())
    {
        *counts.entry(pulse.rung).or_default() += pulse.count;
    }
    let mut refusals: Vec<RefusalView> = counts
        .into_iter()
        .filter_map(|(rung, count)| {
            let outcome = Outcome::WORDS.get(usize::from(rung))?;
            Some(RefusalView { outcome, count })
        })
        .collect();
    refusals.sort_by_key(|refusal| std::cmp::Reverse(refusal.count));
    refusals
}

fn lines(app: &App, hours: &[LineHour], language: Language) -> Vec<LiveLineView> {
    let mut by_line: BTreeMap<(OperatorId, Option<&LineId>), Vec<HourView>> = BTreeMap::new();
    for one in hours {
        let hours = by_line
            .entry((one.operator, one.line.as_ref()))
            .or_default();
        hours.push(HourView {
            at: one.hour.to_string(),
            taps: one.taps,
            fares: Money::new(one.minor, app.office.policy.currency).into(),
        });
    }
    let by_line = by_line.into_iter();
    by_line
        .map(|((id, line), hours)| {
            let operator = app.office.desk.find_operator(id);
            let known = line.and_then(|line| app.office.book.find_line(line));
            LiveLineView {
                operator: id.0,
                operator_name: operator.map_or_else(String::new, |one| one.name.to_string()),
                line: line.map(ToString::to_string),
                line_name: known.map(|line| line.names.in_language(language).to_string()),
                hours,
            }
        })
        .collect()
}

fn by_state(totals: &[ChargeTotal], money: impl Fn(i64) -> MoneyView) -> Vec<LiveChargesView> {
    let chunks = totals.chunk_by(|one, next| one.state == next.state);
    chunks
        .map(|of_state| LiveChargesView {
            state: of_state[0].state,
            count: of_state.iter().map(|one| one.count).sum(),
            amount: money(of_state.iter().map(|one| one.minor).sum()),
        })
        .collect()
}

fn advances(totals: &[ChargeTotal], money: impl Fn(i64) -> MoneyView) -> LiveAdvancesView {
    let sum = |wanted: fn(&ChargeTotal) -> bool| {
        let minor = totals.iter().filter(|one| wanted(one));
        money(minor.map(|one| one.minor).sum())
    };
    LiveAdvancesView {
        outstanding: sum(|one| one.standing == Standing::Advanced && is_open(one.state)),
        recovered: sum(|one| {
            one.standing != Standing::Smooth && one.state.starts_with("collected")
        }),
        written_off: sum(|one| one.standing == Standing::WrittenOff && is_open(one.state)),
    }
}

/// Whether a charge of such a state may still be paid as it is asked for.
fn is_open(state: &str) -> bool {
    ["planned", "submitted", "accepted", "declined", "unknown"].contains(&state)
}

/// The longest stretch: a week.
const HOURS_MAX: i64 = 168;
