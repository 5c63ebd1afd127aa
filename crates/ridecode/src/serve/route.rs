//! Every route: its method, its path, its role, and how a repeat of it is recognised.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse as _;
use axum::routing::{MethodRouter, delete, get, post};
use ridecode_validator::segment;
use tower_http::catch_panic::CatchPanicLayer;

use super::access::Access::{Accountant, Agent, Anyone, Books, Operator, Rider, Signed, Staff};
use super::access::{self, Access};
use super::problem::{Kind, Problem};
use super::{
    App, adjustments, agents, audits, bills, callbacks, charges, closing, credentials, debts,
    devices, fares, fleet, guard, health, heartbeats, live, mandates, metrics, notices, once,
    openapi, operators, origin, pages, payouts, plan, problems, provider_bills, refunds, repairs,
    riders, rides, segments, sessions, staff, statement_days, statements, trail, validators,
};

/// One route.
#[derive(Clone, Copy)]
pub(super) struct Route {
    /// The method.
    pub(super) method: &'static Method,
    /// The path, parameters in braces.
    pub(super) path: &'static str,
    /// The role.
    pub(super) access: Access,
    /// How a repeat is recognised.
    pub(super) repeat: Repeat,
    endpoint: fn() -> MethodRouter<App>,
}

/// How a repeat of a request is recognised.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Repeat {
    /// It changes nothing.
    Read,
    /// By the ids within it.
    ByItself,
    /// Not at all: it makes another secret each time, or each time is one to be remembered. No reply
    /// is kept.
    Never,
    /// By its Idempotency-Key, where it has one.
    ByKey,
    /// By its Idempotency-Key, from which the secret in its reply follows; no reply is kept.
    ByOwnKey,
}

macro_rules! routes {
    ($($method:ident $verb:ident $path:literal $access:ident $repeat:ident $endpoint:path;)*) => {
        /// The whole interface, in the order of a ride.
        pub(super) const ROUTES: &[Route] = &[$(
            Route {
                method: &Method::$method,
                path: $path,
                access: $access,
                repeat: Repeat::$repeat,
                endpoint: || $verb($endpoint),
            },
        )*];
    };
}

routes! {
    GET get "/" Anyone Read pages::front;
    GET get "/healthz" Anyone Read health::health;
    GET get "/openapi.json" Anyone Read openapi::openapi;
    GET get "/problems" Anyone Read problems::list;
    GET get "/problems/{name}" Anyone Read problems::one;
    GET get "/metrics" Staff Read metrics::metrics;
    GET get "/v1/brands" Anyone Read credentials::brands;
    GET get "/v1/plan" Anyone Read plan::plan;
    GET get "/v1/fares/quote" Anyone Read fares::quote;
    POST post "/v1/riders/codes" Anyone ByKey riders::send_code;
    POST post "/v1/riders/sessions" Anyone ByOwnKey riders::sign_in;
    GET get "/v1/riders/sessions" Rider Read sessions::list;
    DELETE delete "/v1/riders/sessions" Rider ByItself sessions::end_others;
    DELETE delete "/v1/riders/sessions/{session}" Rider ByItself sessions::end;
    GET get "/v1/riders/me" Rider Read riders::me;
    DELETE delete "/v1/riders/me" Rider ByItself closing::close;
    POST post "/v1/mandates" Rider ByKey mandates::ask;
    GET get "/v1/mandates/{mandate}" Rider Read mandates::show;
    DELETE delete "/v1/mandates/{mandate}" Rider ByItself mandates::end;
    GET get "/v1/riders/{rider}/mandates" Agent Read mandates::of_rider;
    POST post "/v1/devices" Rider ByKey devices::register;
    DELETE delete "/v1/devices/{device}" Rider ByKey devices::revoke;
    POST post "/v1/devices/{device}/credentials" Rider ByKey credentials::grant;
    POST post "/v1/validators/codes" Operator Never validators::make_code;
    POST post "/v1/validators" Signed ByItself validators::register;
    GET get "/v1/validators" Operator Read fleet::list;
    POST post "/v1/validators/{validator}/move" Operator ByItself fleet::move_to;
    POST post "/v1/validators/{validator}/retirement" Operator ByItself fleet::retire;
    GET get "/v1/validators/{validator}/bundle" Anyone Read validators::bundle;
    POST post "/v1/validators/{validator}/segments" Signed ByItself segments::accept;
    POST post "/v1/validators/{validator}/heartbeats" Signed ByItself heartbeats::accept;
    GET get "/v1/rides" Rider Read rides::list;
    GET get "/v1/bills/{month}" Rider Read bills::month;
    POST post "/v1/rides/{journey}/repairs" Rider ByKey repairs::claim;
    POST post "/v1/riders/lookups" Agent Never agents::look_up;
    GET get "/v1/riders/{rider}/rides" Agent Read agents::rides_of;
    GET get "/v1/journeys/{journey}/evidence" Agent Read agents::evidence_of;
    POST post "/v1/devices/{device}/block" Agent ByItself agents::block_phone;
    POST post "/v1/taps/{tap}/repairs" Agent ByKey repairs::mend;
    GET get "/v1/debts" Rider Read debts::list;
    POST post "/v1/repayments" Rider ByKey debts::repay;
    POST post "/v1/essential-rides" Rider ByKey credentials::grant_essential;
    GET get "/v1/notices" Rider Read notices::list;
    GET get "/v1/refunds" Rider Read refunds::list;
    POST post "/v1/refunds/{refund}/attempts" Agent ByKey refunds::again;
    POST post "/v1/adjustments" Agent ByKey adjustments::ask;
    GET get "/v1/adjustments" Staff Read adjustments::list;
    POST post "/v1/adjustments/previews" Agent ByItself adjustments::preview;
    POST post "/v1/adjustments/batches" Agent ByKey adjustments::ask_for_many;
    GET get "/v1/adjustments/{adjustment}" Staff Read adjustments::show;
    POST post "/v1/adjustments/{adjustment}/reversal" Agent ByKey adjustments::reverse;
    POST post "/v1/adjustments/{adjustment}/decision" Accountant ByKey adjustments::decide;
    POST post "/v1/callbacks/sandbox" Signed ByItself callbacks::sandbox;
    POST post "/v1/callbacks/wechat" Signed ByItself callbacks::wechat;
    POST post "/v1/callbacks/alipay" Signed ByItself callbacks::alipay;
    POST post "/v1/staff/sessions" Anyone Never staff::sign_in;
    GET get "/v1/staff/sessions" Staff Read staff::list;
    DELETE delete "/v1/staff/sessions/{session}" Staff ByItself staff::end;
    GET get "/v1/staff/me" Staff Read staff::me;
    GET get "/v1/operators" Staff Read operators::list;
    GET get "/v1/statements" Books Read statements::list;
    GET get "/v1/statements/days" Books Read statement_days::list;
    GET get "/v1/statements/file" Books Read statements::file;
    POST post "/v1/days/{day}/close" Accountant ByKey statements::close;
    POST post "/v1/payouts" Accountant ByKey payouts::plan;
    GET get "/v1/payouts" Books Read payouts::list;
    POST post "/v1/payouts/{payout}/approval" Accountant ByItself payouts::approve;
    POST post "/v1/payouts/{payout}/withdrawal" Accountant ByItself payouts::withdraw;
    POST post "/v1/payouts/{payout}/file" Accountant ByKey payouts::export;
    POST post "/v1/payouts/{payout}/payments" Accountant ByItself payouts::pay;
    POST post "/v1/provider-bills/{day}" Accountant ByItself provider_bills::take;
    GET get "/v1/provider-bills/{day}" Books Read provider_bills::show;
    POST post "/v1/provider-bills/{day}/resolutions" Accountant ByItself provider_bills::resolve;
    POST post "/v1/provider-bills/{day}/settlement" Accountant ByItself provider_bills::settle;
    GET get "/v1/charges" Books Read charges::list;
    GET get "/v1/charges/sums" Books Read charges::sums;
    GET get "/v1/refunds/open" Books Read charges::open_refunds;
    GET get "/v1/differences" Books Read provider_bills::open;
    POST post "/v1/audits" Books ByItself audits::begin;
    GET get "/v1/audits" Books Read audits::list;
    GET get "/v1/ledger/days" Books Read audits::days;
    GET get "/v1/live" Staff Read live::live;
    GET get "/v1/trail" Staff Read trail::list;
    GET get "/v1/office" Staff Read statements::office;
}

/// The route of a request.
pub(super) fn find(method: &Method, path: &str) -> Option<&'static Route> {
    // HEAD is answered by GET's handler.
    let method = if method == Method::HEAD {
        &Method::GET
    } else {
        method
    };
    ROUTES
        .iter()
        .find(|route| route.method == method && route.path == path)
}

/// The whole interface behind its layers.
pub(super) fn router(app: &App) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let limit = match route.path {
            SEGMENTS => segment::LENGTH_MAX,
            BILLS => BILL_LENGTH_MAX,
            _ => app.body_max,
        };
        let endpoint = (route.endpoint)().layer(DefaultBodyLimit::max(limit));
        router = router.route(route.path, endpoint);
    }
    router
        .route_layer(from_fn_with_state(app.clone(), once::gate))
        .route_layer(from_fn_with_state(app.clone(), access::check))
        .fallback(pages::file)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(app.clone(), origin::check))
        .layer(CatchPanicLayer::custom(guard::panicked))
        .layer(from_fn_with_state(app.clone(), guard::guard))
        .with_state(app.clone())
}

async fn method_not_allowed() -> axum::response::Response {
    Problem::new(
        Kind::MethodNotAllowed,
        "this path does not take this method; compare it with /openapi.json",
    )
    .into_response()
}

/// What a provider's bill may have, in bytes.
const BILL_LENGTH_MAX: usize = 64 * 1024 * 1024;

const BILLS: &str = "/v1/provider-bills/{day}";

const SEGMENTS: &str = "/v1/validators/{validator}/segments";
