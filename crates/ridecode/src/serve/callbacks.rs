//! Callbacks of the payment provider: believed only where its signature holds.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use ridecode_office::mandate::MandateStepFault;
use ridecode_office::{charge, mandate, refund};
use ridecode_pay::{Notice, ProviderKind};
use ridecode_store::StoreFault;

use super::App;
use super::problem::{Kind, Problem, Result};
use super::wire::Octets;
use crate::clock::now;

/// Takes in a signed callback of the sandbox provider. A repeat changes nothing.
#[utoipa::path(post, path = "/v1/callbacks/sandbox", tag = "callbacks",
    request_body(content = [u8], content_type = "application/json"),
    responses((status = 204)))]
pub(super) async fn sandbox(
    State(app): State<App>,
    headers: HeaderMap,
    Octets(body): Octets,
) -> Result<StatusCode> {
    take(&app, ProviderKind::Sandbox, (&headers, &body)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes in a signed callback of WeChat Pay. A repeat changes nothing.
#[utoipa::path(post, path = "/v1/callbacks/wechat", tag = "callbacks",
    request_body(content = [u8], content_type = "application/json"),
    responses((status = 204)))]
pub(super) async fn wechat(
    State(app): State<App>,
    headers: HeaderMap,
    Octets(body): Octets,
) -> Result<StatusCode> {
    take(&app, ProviderKind::WeChatPay, (&headers, &body)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes in a signed notification of Alipay. A repeat changes nothing. Alipay sends it again, for
/// 25 hours, until it is answered with this one word.
#[utoipa::path(post, path = "/v1/callbacks/alipay", tag = "callbacks",
    request_body(content = [u8], content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = String, content_type = "text/plain")))]
pub(super) async fn alipay(
    State(app): State<App>,
    headers: HeaderMap,
    Octets(body): Octets,
) -> Result<&'static str> {
    take(&app, ProviderKind::Alipay, (&headers, &body)).await?;
    Ok("success")
}

async fn take(app: &App, kind: ProviderKind, (headers, body): (&HeaderMap, &[u8])) -> Result<()> {
    let (_, connector) = &app.office.desk.provider;
    if connector.kind() != kind {
        return Err(Problem::new(
            Kind::CallbackUnknown,
            format!(
                "this office is paid through another provider; its callbacks come to \
                 /v1/callbacks/{}",
                connector.kind().word()
            ),
        ));
    }
    let headers: Vec<(String, String)> = headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect();
    let told = match connector.read_callback(&headers, body, now())? {
        Notice::Contract(news) => told_of_contract(app, news).await,
        Notice::Order { charge, outcome } => charge::told(&app.office, charge, outcome, now())
            .await
            .map_err(unknown_order),
        Notice::Refund { refund, outcome } => {
            let told = refund::told(&app.office, refund, outcome, now()).await;
            told.map_err(unknown_order)
        }
    };
    told?;
    app.doorbell.ring();
    Ok(())
}

async fn told_of_contract(app: &App, news: ridecode_pay::ContractNews) -> Result<()> {
    let state = (news.contract, news.state);
    match mandate::told(&app.office, news.mandate, state, now()).await {
        Ok(_) => Ok(()),
        Err(MandateStepFault::Unknown) => Err(unknown()),
        Err(fault) => Err(fault.into()),
    }
}

fn unknown_order(fault: StoreFault) -> Problem {
    match fault {
        StoreFault::Missing { .. } => unknown(),
        StoreFault::Conflict { .. } | StoreFault::Engine(_) | StoreFault::Corrupt(_) => {
            fault.into()
        }
    }
}

fn unknown() -> Problem {
    Problem::new(
        Kind::CallbackUnknown,
        "the callback names a mandate, an order or a refund this office never had",
    )
}
