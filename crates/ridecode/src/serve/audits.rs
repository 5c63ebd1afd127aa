//! The audit and the ledger's days over HTTP. For those who read the books.
//!
//! An audit reads everything and may take long, so that it runs beside the requests: asking for one
//! answers at once, and looking again tells how far it is. One runs at a time; whoever asks
//! meanwhile is told of that one. The newest are kept until the server stops.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::extract::State;
use ridecode_office::audit::{self, Audited, Finding, KnownHead};
use ridecode_store::StoreFault;
use ridecode_words::{ServiceDay, UnixSeconds};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::access::StaffMember;
use super::problem::{Problem, Result};
use super::wire::{Body, parse};
use crate::clock::now;

/// What to audit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditBody {
    /// Check only the ledger's days after this head that is known from elsewhere; everything if it
    /// is left out.
    since: Option<KnownHeadBody>,
}

/// A head that was kept elsewhere.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KnownHeadBody {
    /// The service day.
    #[schema(example = "2026-11-20")]
    day: String,
    /// Its head, 64 hex digits.
    head: String,
}

/// An audit.
#[derive(Clone, Serialize, ToSchema)]
pub(super) struct AuditView {
    /// Counts the audits since the server started.
    number: u64,
    /// Who asked for it.
    asked_by: String,
    /// When it began.
    begun: String,
    /// When it ended; nothing while it runs.
    ended: Option<String>,
    /// `running`, `adds_up`, `does_not_add_up` or `not_done`.
    state: &'static str,
    /// The sum of all debits less all credits, in minor units; 0 when it adds up.
    debits_less_credits_minor: i64,
    /// What was looked at so far.
    looked_at: LookedAtView,
    /// Gaps in validators' journals: entries that exist and are not here yet.
    journal_gaps: u64,
    /// The last sealed day of the ledger: its head is what a later audit may begin from.
    head: Option<LedgerDayHeadView>,
    /// What does not add up, at most 1000.
    findings: Vec<FindingView>,
    /// How much does not add up.
    findings_count: u64,
}

/// What an audit looked at.
#[derive(Clone, Default, Serialize, ToSchema)]
pub(super) struct LookedAtView {
    riders: u64,
    taps: u64,
    fares: u64,
    transfers: u64,
    payouts: u64,
    bookings: u64,
    charges: u64,
    statements: u64,
    ledger_days: u64,
}

/// One thing that does not add up.
#[derive(Clone, Serialize, ToSchema)]
pub(super) struct FindingView {
    /// What kind of thing, such as `bill` or `ledger`.
    what: &'static str,
    /// Which one.
    id: String,
    /// What was expected and what was found.
    detail: String,
}

/// A sealed day's head.
#[derive(Clone, Serialize, ToSchema)]
pub(super) struct LedgerDayHeadView {
    /// The service day.
    #[schema(example = "2026-11-20")]
    day: String,
    /// SHA-256 over the head before and the day, 64 hex digits.
    head: String,
}

/// A day of the ledger.
#[derive(Serialize, ToSchema)]
pub(super) struct LedgerDayView {
    /// From 1, without a gap.
    number: u64,
    /// The service day.
    #[schema(example = "2026-11-20")]
    day: String,
    /// SHA-256 over the head before and the day, 64 hex digits; nothing until it is sealed.
    head: Option<String>,
    /// Transfers it holds.
    transfers: Option<u64>,
    /// Bookings it holds: transfers with no rider in them.
    bookings: Option<u64>,
}

/// Audits of this server, the newest first.
#[derive(Clone, Default)]
pub(super) struct Audits(Arc<Mutex<VecDeque<AuditView>>>);

/// Begins an audit, or tells of the one that runs.
#[utoipa::path(post, path = "/v1/audits", tag = "staff", request_body = AuditBody,
    responses((status = 200, body = AuditView)))]
pub(super) async fn begin(
    State(app): State<App>,
    staff: StaffMember,
    Body(body): Body<AuditBody>,
) -> Result<Json<AuditView>> {
    staff.of_the_issuer()?;
    let since = body.since.map(known_head).transpose()?;
    let (view, new) = app.audits.begin(staff.name, now());
    if new {
        let app = app.clone();
        tokio::spawn(async move { run(&app, since).await });
    }
    Ok(Json(view))
}

/// The newest audits since the server started, at most 10.
#[utoipa::path(get, path = "/v1/audits", tag = "staff",
    responses((status = 200, body = [AuditView])))]
pub(super) async fn list(
    State(app): State<App>,
    staff: StaffMember,
) -> Result<Json<Vec<AuditView>>> {
    staff.of_the_issuer()?;
    Ok(Json(app.audits.lock().iter().cloned().collect()))
}

/// The days of the ledger with their heads, by number.
#[utoipa::path(get, path = "/v1/ledger/days", tag = "staff",
    responses((status = 200, body = [LedgerDayView])))]
pub(super) async fn days(
    State(app): State<App>,
    staff: StaffMember,
) -> Result<Json<Vec<LedgerDayView>>> {
    staff.of_the_issuer()?;
    let days = app.office.store.load_ledger_days().await?;
    let view = |day: ridecode_store::LedgerDay| LedgerDayView {
        number: day.number,
        day: day.day.to_string(),
        head: day.sealed.map(|sealed| hex::encode(sealed.head)),
        transfers: day.sealed.map(|sealed| sealed.transfers),
        bookings: day.sealed.map(|sealed| sealed.bookings),
    };
    Ok(Json(days.into_iter().map(view).collect()))
}

async fn run(app: &App, since: Option<KnownHead>) {
    let office = &app.office;
    let audited = match since {
        Some(known) => audit::since(office, known).await,
        None => audit::run_telling(office, now(), |audited| app.audits.tell(audited)).await,
    };
    app.audits.end(audited, now());
}

impl Audits {
    /// The audit that runs, or a new one; and whether it is new.
    fn begin(&self, asked_by: String, now: UnixSeconds) -> (AuditView, bool) {
        let mut audits = self.lock();
        if let Some(running) = audits.front().filter(|newest| newest.ended.is_none()) {
            return (running.clone(), false);
        }
        let new = AuditView {
            number: audits.front().map_or(1, |newest| newest.number + 1),
            asked_by,
            begun: now.to_string(),
            ended: None,
            state: "running",
            debits_less_credits_minor: 0,
            looked_at: LookedAtView::default(),
            journal_gaps: 0,
            head: None,
            findings: Vec::new(),
            findings_count: 0,
        };
        audits.truncate(KEPT - 1);
        audits.push_front(new.clone());
        (new, true)
    }

    fn tell(&self, audited: &Audited) {
        if let Some(running) = self.lock().front_mut() {
            running.take(audited);
        }
    }

    fn end(&self, audited: std::result::Result<Audited, StoreFault>, now: UnixSeconds) {
        let mut audits = self.lock();
        let Some(running) = audits.front_mut() else {
            return;
        };
        running.ended = Some(now.to_string());
        running.state = match &audited {
            Ok(audited) if audited.findings.is_empty() => "adds_up",
            Ok(_) => "does_not_add_up",
            Err(_) => "not_done",
        };
        match audited {
            Ok(audited) => running.take(&audited),
            Err(fault) => tracing::error!(%fault, "an audit could not be done"),
        }
    }

    /// Nothing panics while it holds the lock but a broken machine; what is held stays whole.
    fn lock(&self) -> MutexGuard<'_, VecDeque<AuditView>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AuditView {
    fn take(&mut self, audited: &Audited) {
        self.looked_at = LookedAtView {
            riders: audited.riders,
            taps: audited.taps,
            fares: audited.fares,
            transfers: audited.transfers,
            payouts: audited.payouts,
            bookings: audited.bookings,
            charges: audited.charges,
            statements: audited.statements,
            ledger_days: audited.ledger_days,
        };
        self.debits_less_credits_minor = audited.debits_less_credits_minor;
        self.journal_gaps = audited.journal_gaps;
        self.head = audited.head.map(|known| LedgerDayHeadView {
            day: known.day.to_string(),
            head: hex::encode(known.head),
        });
        let shown = audited.findings.iter().take(FINDINGS_SHOWN);
        self.findings = shown.map(finding_view).collect();
        self.findings_count = u64::try_from(audited.findings.len()).unwrap_or(u64::MAX);
    }
}

fn finding_view(finding: &Finding) -> FindingView {
    FindingView {
        what: finding.what,
        id: finding.id.clone(),
        detail: finding.detail.clone(),
    }
}

fn known_head(body: KnownHeadBody) -> Result<KnownHead> {
    let day: ServiceDay = parse("since.day", &body.day)?;
    let mut head = [0; 32];
    hex::decode_to_slice(&body.head, &mut head)
        .map_err(|_| Problem::field("since.head", "must be 64 hex digits"))?;
    Ok(KnownHead { day, head })
}

/// Audits that are remembered.
const KEPT: usize = 10;

/// Findings that are shown; the rest is counted.
const FINDINGS_SHOWN: usize = 1_000;
