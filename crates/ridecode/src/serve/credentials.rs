//! Brands, and the credentials a phone shows codes with.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ridecode_account::Credential;
use ridecode_codec::Scheme;
use ridecode_ledger::Money;
use ridecode_office::Brand;
use ridecode_office::credential::{self, Wanted, essential};
use ridecode_validator::bundle::BrandRule;
use ridecode_words::{BrandId, DeviceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::access::SignedRider;
use super::problem::{Problem, Result};
use super::wire::{AlgorithmWord, Body, MoneyView, Named, base64, parse};
use crate::clock::now;
use crate::entropy::SystemEntropy;

/// A brand to choose.
#[derive(Serialize, ToSchema)]
pub(super) struct BrandView {
    /// Its number.
    brand: u32,
    /// Its name.
    #[schema(example = "羊城通乘車碼")]
    name: String,
    /// Its city.
    #[schema(example = "guangzhou")]
    city: String,
    /// `compact` or `mot`.
    scheme: &'static str,
    /// The algorithm a phone's key must have for it.
    device_algorithm: AlgorithmWord,
    /// The most one ride may cost.
    fare_ceiling: MoneyView,
    /// Where it is accepted.
    accepted: Vec<AcceptedView>,
}

/// Where a brand is accepted.
#[derive(Serialize, ToSchema)]
pub(super) struct AcceptedView {
    /// The operator's number.
    operator: u32,
    /// The operator's name.
    operator_name: String,
    /// The modes.
    modes: Vec<&'static str>,
    /// The lines; empty for all.
    lines: Vec<String>,
}

/// The brands codes are issued under.
#[utoipa::path(get, path = "/v1/brands", tag = "brands",
    responses((status = 200, body = [BrandView])))]
pub(super) async fn brands(State(app): State<App>) -> Json<Vec<BrandView>> {
    let views = app.office.desk.brands.iter();
    Json(views.map(|brand| brand_view(&app, brand)).collect())
}

/// Which brand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CredentialsWanted {
    /// The brand's number.
    #[schema(example = 2)]
    brand: u32,
}

/// A credential for a phone.
#[derive(Serialize, ToSchema)]
pub(super) struct CredentialView {
    /// Its pseudonym, 20 hex digits.
    credential: String,
    /// The issuer, 8 hex digits.
    issuer: String,
    /// `compact` or `mot`.
    scheme: &'static str,
    /// From when it lives, RFC 3339.
    not_before: String,
    /// Until when it lives, RFC 3339.
    expires: String,
    /// The signed bytes, base64.
    bytes: String,
}

/// Gives a batch of credentials to a phone.
#[utoipa::path(post, path = "/v1/devices/{device}/credentials", tag = "devices",
    params(("device" = String, Path, description = "16 hex digits")),
    request_body = CredentialsWanted, responses((status = 201, body = [CredentialView])))]
pub(super) async fn grant(
    State(app): State<App>,
    rider: SignedRider,
    Named(device): Named<DeviceId>,
    Body(body): Body<CredentialsWanted>,
) -> Result<(StatusCode, Json<Vec<CredentialView>>)> {
    let wanted = Wanted {
        rider: rider.rider,
        device,
        brand: BrandId(body.brand),
    };
    let granted = credential::grant(&app.office, wanted, now(), &mut SystemEntropy).await?;
    let views = granted.iter().map(credential_view).collect();
    Ok((StatusCode::CREATED, Json(views)))
}

/// On which phone and under which brand the ride home is to be taken.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RideHomeWanted {
    /// The phone's number, 16 hex digits.
    device: String,
    /// The brand's number.
    #[schema(example = 2)]
    brand: u32,
}

/// The ride home of a blocked rider.
#[derive(Serialize, ToSchema)]
pub(super) struct RideHomeGiven {
    /// The most it may cost.
    limit: MoneyView,
    /// When it has to begin, RFC 3339.
    until: String,
    /// What the phone shows codes with, for this ride alone.
    credential: CredentialView,
}

/// Gives a blocked rider one ride home, once for each block; the same again while it is good.
#[utoipa::path(post, path = "/v1/essential-rides", tag = "devices",
    request_body = RideHomeWanted, responses((status = 201, body = RideHomeGiven)))]
pub(super) async fn grant_essential(
    State(app): State<App>,
    rider: SignedRider,
    Body(body): Body<RideHomeWanted>,
) -> Result<(StatusCode, Json<RideHomeGiven>)> {
    let wanted = Wanted {
        rider: rider.rider,
        device: parse("device", &body.device)?,
        brand: BrandId(body.brand),
    };
    let granted = essential::grant(&app.office, wanted, now(), &mut SystemEntropy).await?;
    let limit = essential::limit(&app.office).ok_or_else(Problem::internal)?;
    let given = RideHomeGiven {
        limit: limit.into(),
        until: granted.expires.to_string(),
        credential: credential_view(&granted),
    };
    Ok((StatusCode::CREATED, Json(given)))
}

fn brand_view(app: &App, brand: &Brand) -> BrandView {
    let rules = app.office.desk.acceptance.iter();
    BrandView {
        brand: brand.id.0,
        name: brand.name.to_string(),
        city: brand.city.to_string(),
        scheme: scheme_word(brand.scheme),
        device_algorithm: match (brand.scheme, brand.profile) {
            (Scheme::Mot, _) | (Scheme::Compact, ridecode_codec::key::CompactProfile::Sm2) => {
                AlgorithmWord::Sm2
            }
            (
                Scheme::Compact,
                ridecode_codec::key::CompactProfile::Es256
                | ridecode_codec::key::CompactProfile::EdDsaEs256,
            ) => AlgorithmWord::Es256,
        },
        fare_ceiling: Money {
            minor: i64::from(app.office.policy.credential.fare_ceiling_minor),
            currency: app.office.policy.currency,
        }
        .into(),
        accepted: rules
            .filter(|rule| rule.brand == brand.id)
            .map(|rule| accepted_view(app, rule))
            .collect(),
    }
}

fn accepted_view(app: &App, rule: &BrandRule) -> AcceptedView {
    let operator = app.office.desk.find_operator(rule.operator);
    AcceptedView {
        operator: rule.operator.0,
        operator_name: operator.map_or_else(String::new, |operator| operator.name.to_string()),
        modes: rule.modes.iter().map(|mode| mode.word()).collect(),
        lines: rule.lines.iter().map(ToString::to_string).collect(),
    }
}

fn credential_view(credential: &Credential) -> CredentialView {
    CredentialView {
        credential: credential.id.credential.to_string(),
        issuer: credential.id.issuer.to_string(),
        scheme: scheme_word(credential.scheme),
        not_before: credential.not_before.to_string(),
        expires: credential.expires.to_string(),
        bytes: base64(&credential.bytes),
    }
}

fn scheme_word(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Compact => "compact",
        Scheme::Mot => "mot",
    }
}
