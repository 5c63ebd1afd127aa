//! Providers' bills held against our books. For accountants of the issuer.

use axum::Json;
use axum::extract::State;
use ridecode_ledger::Money;
use ridecode_office::reconcile::{self, HandedIn};
use ridecode_pay::Class;
use ridecode_store::{
    BillFinding, BillStep, OpenDifference, ProviderBill, ProviderPaid, Resolution, Signature,
};
use ridecode_words::{ProviderId, ServiceDay};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::access::StaffMember;
use super::problem::{Kind, Problem, Result};
use super::wire::{Body, MoneyView, Named, Octets, Parameters, parse};
use crate::clock::now;

/// Which provider's bill.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OfProvider {
    /// The provider's number in the ledger.
    #[param(value_type = u32, example = 1)]
    provider: String,
}

/// A bill, reconciled.
#[derive(Serialize, ToSchema)]
pub(super) struct ProviderBillView {
    /// Whose.
    provider: u32,
    /// The day it is for.
    day: String,
    /// Who handed it in.
    taken_by: String,
    /// What its lines come to, duplicates left out.
    total: MoneyView,
    /// How many findings are in each class.
    classes: Vec<ClassView>,
    /// Every finding about which something is or was to be done.
    differences: Vec<DifferenceView>,
    /// What reached the bank account.
    net: Option<MoneyView>,
    /// What the provider kept.
    cost: Option<MoneyView>,
}

/// A class and how many findings are in it.
#[derive(Serialize, ToSchema)]
pub(super) struct ClassView {
    /// Its word.
    class: &'static str,
    /// How many.
    count: usize,
}

/// A difference.
#[derive(Serialize, ToSchema)]
pub(super) struct DifferenceView {
    /// Whose bill.
    provider: u32,
    /// The day it is for.
    day: String,
    /// Its place on the bill, from 0.
    place: u32,
    /// What it is.
    class: &'static str,
    /// What to do.
    action: &'static str,
    /// What to do, in Chinese.
    action_zh: &'static str,
    /// The charge.
    charge: String,
    /// The provider's number on the bill.
    transaction: Option<String>,
    /// What our books say.
    ours: Option<MoneyView>,
    /// What the bill says.
    theirs: Option<MoneyView>,
    /// Who put it right.
    resolved_by: Option<String>,
    /// How.
    reason: Option<String>,
}

/// How a difference was put right.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResolutionBody {
    /// Its place on the bill.
    place: u32,
    /// What was done, 1 to 500 characters.
    reason: String,
}

/// What the provider paid.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SettlementBody {
    /// What reached the bank account, in minor units.
    net_minor: i64,
    /// What the provider kept, in minor units.
    cost_minor: i64,
}

/// Who asks about which provider's day.
type OfDay = (StaffMember, Named<ServiceDay>, Parameters<OfProvider>);

/// Takes in a provider's bill of a day and holds it against our books. The same bill again gives
/// it as it is held.
#[utoipa::path(post, path = "/v1/provider-bills/{day}", tag = "staff",
    params(("day" = String, Path, description = "The day, such as 2026-11-21"), OfProvider),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = ProviderBillView)))]
pub(super) async fn take(
    State(app): State<App>,
    (staff, Named(day), Parameters(query)): OfDay,
    Octets(body): Octets,
) -> Result<Json<ProviderBillView>> {
    let signature = signature(&staff)?;
    let provider = provider(&app, &query)?;
    let (_, connector) = &app.office.desk.provider;
    let lines = connector.read_bill_lines(day, &body);
    let lines = lines.map_err(|fault| Problem::new(Kind::BillRefused, fault.to_string()))?;
    let handed_in = HandedIn {
        provider,
        day,
        digest: Sha256::digest(&body).into(),
        lines,
        taken: signature,
    };
    let bill = reconcile::take(&app.office, handed_in).await?;
    Ok(Json(view(&bill)))
}

/// A bill that is held.
#[utoipa::path(get, path = "/v1/provider-bills/{day}", tag = "staff",
    params(("day" = String, Path, description = "The day, such as 2026-11-21"), OfProvider),
    responses((status = 200, body = ProviderBillView)))]
pub(super) async fn show(
    State(app): State<App>,
    (staff, Named(day), Parameters(query)): OfDay,
) -> Result<Json<ProviderBillView>> {
    staff.of_the_issuer()?;
    let provider = provider(&app, &query)?;
    let bill = reconcile::find(&app.office, (provider, day)).await?;
    Ok(Json(view(&bill)))
}

/// The differences something is still to be done about, at most 1000.
#[utoipa::path(get, path = "/v1/differences", tag = "staff",
    responses((status = 200, body = [DifferenceView])))]
pub(super) async fn open(
    State(app): State<App>,
    staff: StaffMember,
) -> Result<Json<Vec<DifferenceView>>> {
    staff.of_the_issuer()?;
    let open = app.office.store.open_differences(PAGE_DIFFERENCES).await?;
    Ok(Json(open.iter().map(difference_view).collect()))
}

/// Takes down how a difference was put right.
#[utoipa::path(post, path = "/v1/provider-bills/{day}/resolutions", tag = "staff",
    params(("day" = String, Path, description = "The day, such as 2026-11-21"), OfProvider),
    request_body = ResolutionBody,
    responses((status = 200, body = ProviderBillView)))]
pub(super) async fn resolve(
    State(app): State<App>,
    (staff, Named(day), Parameters(query)): OfDay,
    Body(body): Body<ResolutionBody>,
) -> Result<Json<ProviderBillView>> {
    let step = BillStep::Resolve {
        place: body.place,
        resolution: Resolution {
            signature: signature(&staff)?,
            reason: body.reason,
        },
    };
    let key = (provider(&app, &query)?, day);
    Ok(Json(view(&reconcile::step(&app.office, key, step).await?)))
}

/// Takes down what the provider paid for a bill, and books it.
#[utoipa::path(post, path = "/v1/provider-bills/{day}/settlement", tag = "staff",
    params(("day" = String, Path, description = "The day, such as 2026-11-21"), OfProvider),
    request_body = SettlementBody,
    responses((status = 200, body = ProviderBillView)))]
pub(super) async fn settle(
    State(app): State<App>,
    (staff, Named(day), Parameters(query)): OfDay,
    Body(body): Body<SettlementBody>,
) -> Result<Json<ProviderBillView>> {
    staff.of_the_issuer()?;
    let money = |minor| Money::new(minor, app.office.policy.currency);
    let step = BillStep::Settle(ProviderPaid {
        net: money(body.net_minor),
        cost: money(body.cost_minor),
    });
    let key = (provider(&app, &query)?, day);
    Ok(Json(view(&reconcile::step(&app.office, key, step).await?)))
}

fn provider(app: &App, query: &OfProvider) -> Result<ProviderId> {
    let asked: ProviderId = parse("provider", &query.provider)?;
    let (known, _) = app.office.desk.provider;
    if asked == known {
        return Ok(asked);
    }
    Err(Problem::field("provider", format!("must be {known}")))
}

fn signature(staff: &StaffMember) -> Result<Signature> {
    staff.of_the_issuer()?;
    Ok(Signature {
        by: staff.name.clone(),
        at: now(),
    })
}

fn view(bill: &ProviderBill) -> ProviderBillView {
    let count = |class: Class| {
        let same = bill.findings.iter().filter(|one| one.class == class);
        ClassView {
            class: class.word(),
            count: same.count(),
        }
    };
    let placed = (0..)
        .zip(&bill.findings)
        .map(|(place, finding)| OpenDifference {
            provider: bill.provider,
            day: bill.day,
            place,
            finding: finding.clone(),
        });
    let told = |one: &OpenDifference| one.finding.resolved.is_some() || one.finding.is_open();
    ProviderBillView {
        provider: bill.provider.0,
        day: bill.day.to_string(),
        taken_by: bill.taken.by.clone(),
        total: bill.total.into(),
        classes: Class::ALL.into_iter().map(count).collect(),
        differences: placed
            .filter(told)
            .map(|one| difference_view(&one))
            .collect(),
        net: bill.settled.map(|paid| paid.net.into()),
        cost: bill.settled.map(|paid| paid.cost.into()),
    }
}

fn difference_view(one: &OpenDifference) -> DifferenceView {
    let BillFinding {
        class,
        charge,
        transaction,
        ours,
        theirs,
        resolved,
    } = &one.finding;
    let resolved = resolved.as_ref();
    DifferenceView {
        provider: one.provider.0,
        day: one.day.to_string(),
        place: one.place,
        class: class.word(),
        action: class.action().sentence(),
        action_zh: class.action().sentence_zh(),
        charge: charge.to_string(),
        transaction: transaction.clone(),
        ours: ours.map(Into::into),
        theirs: theirs.map(Into::into),
        resolved_by: resolved.map(|one| one.signature.by.clone()),
        reason: resolved.map(|one| one.reason.clone()),
    }
}

/// Differences on a page.
const PAGE_DIFFERENCES: usize = 1_000;
