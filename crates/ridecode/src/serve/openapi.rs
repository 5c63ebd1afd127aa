//! The interface description: OpenAPI 3.1, made from the handlers and the route table, committed
//! as crates/ridecode/openapi.json.

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    Content, ObjectBuilder, Ref, RefOr, Required, ResponseBuilder, Type, schema,
};
use utoipa::{Modify, OpenApi};

use super::access::{Access, COOKIE_NAME, STAFF_COOKIE_NAME};
use super::route::{ROUTES, Repeat, Route};
use super::{
    adjustments, agents, audits, bills, callbacks, charges, closing, credentials, debts, devices,
    fares, fleet, health, heartbeats, live, mandates, metrics, notices, operators, pages, payouts,
    plan, problems, provider_bills, refunds, repairs, riders, rides, segments, sessions, staff,
    statement_days, statements, trail, validators,
};

/// The description as it is committed.
pub(super) fn document() -> String {
    let mut text = Description::openapi()
        .to_pretty_json()
        .expect("the description is plain JSON");
    text.push('\n');
    text
}

/// The interface description.
#[utoipa::path(get, path = "/openapi.json", tag = "office",
    responses((status = 200, content_type = "application/json", body = String)))]
pub(super) async fn openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], document())
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Ridecode",
        description = "An open ride-code (乘车码) back office. Times are RFC 3339, amounts integer \
            minor units with a currency. Anything that goes wrong is a problem document \
            (RFC 9457) whose type is a page under /problems/."
    ),
    paths(
        pages::front, health::health, openapi, problems::list, problems::one, metrics::metrics,
        credentials::brands, fares::quote, riders::send_code, riders::sign_in, riders::me,
        sessions::list, sessions::end, sessions::end_others, closing::close,
        mandates::ask, mandates::show, mandates::end, mandates::of_rider, devices::register, devices::revoke, credentials::grant, credentials::grant_essential,
        validators::make_code, validators::register, validators::bundle, segments::accept, heartbeats::accept,
        fleet::list, fleet::move_to, fleet::retire, live::live, trail::list, plan::plan,
        agents::look_up, agents::rides_of, agents::evidence_of, agents::block_phone,
        rides::list, repairs::claim, repairs::mend, bills::month, debts::list, debts::repay, notices::list, refunds::list, refunds::again,
        adjustments::ask, adjustments::list, adjustments::preview, adjustments::ask_for_many,
        adjustments::show, adjustments::reverse, adjustments::decide,
        callbacks::sandbox, callbacks::wechat, callbacks::alipay, staff::sign_in, staff::list, staff::end, staff::me,
        operators::list, charges::sums, charges::list,
        charges::open_refunds, statement_days::list, statements::list, statements::file,
        statements::close, statements::office, payouts::plan, payouts::list, payouts::approve,
        payouts::withdraw, payouts::export, payouts::pay, provider_bills::take,
        provider_bills::show, provider_bills::open, provider_bills::resolve,
        provider_bills::settle, audits::begin, audits::list, audits::days
    ),
    modifiers(&FromRoutes)
)]
struct Description;

/// Adds what the route table knows: roles, idempotency keys, problems.
struct FromRoutes;

impl Modify for FromRoutes {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let bearer = |said: &str| {
            let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
            SecurityScheme::Http(scheme.description(Some(said)).build())
        };
        components.add_security_scheme("session", bearer("A rider's session token"));
        components.add_security_scheme(
            "cookie",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE_NAME))),
        );
        components.add_security_scheme("staff", bearer("A token of the settings"));
        components.add_security_scheme(
            "staff_cookie",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(STAFF_COOKIE_NAME))),
        );
        components
            .schemas
            .insert("Problem".to_owned(), RefOr::T(problem_schema()));
        for route in ROUTES {
            let item = openapi.paths.paths.get_mut(route.path);
            let operation = item.and_then(|item| match *route.method {
                axum::http::Method::GET => item.get.as_mut(),
                axum::http::Method::POST => item.post.as_mut(),
                axum::http::Method::DELETE => item.delete.as_mut(),
                _ => None,
            });
            if let Some(operation) = operation {
                describe(route, operation);
            }
        }
    }
}

fn describe(route: &Route, operation: &mut Operation) {
    let need = |scheme: &str| SecurityRequirement::new(scheme, Vec::<String>::new());
    operation.security = match route.access {
        Access::Anyone | Access::Signed => None,
        Access::Rider => Some(vec![need("session"), need("cookie")]),
        Access::Staff | Access::Operator | Access::Agent | Access::Accountant | Access::Books => {
            Some(vec![need("staff"), need("staff_cookie")])
        }
    };
    if matches!(route.repeat, Repeat::ByKey | Repeat::ByOwnKey) {
        let parameters = operation.parameters.get_or_insert_default();
        parameters.push(RefOr::T(idempotency_key()));
    }
    let problem = ResponseBuilder::new()
        .description("A problem document; nothing was changed")
        .content(
            "application/problem+json",
            Content::new(Some(Ref::from_schema_name("Problem"))),
        );
    operation
        .responses
        .responses
        .insert("default".to_owned(), RefOr::T(problem.build()));
}

fn idempotency_key() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "1 to 128 characters. The same key with the same request gives the same reply.",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

fn problem_schema() -> schema::Schema {
    let text = |said: &str| {
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.description(Some(said))
    };
    let problem = ObjectBuilder::new()
        .description(Some("RFC 9457"))
        .property(
            "type",
            text("The page of this kind, such as /problems/invalid-field"),
        )
        .property("title", text("The kind in words"))
        .property("status", ObjectBuilder::new().schema_type(Type::Integer))
        .property("detail", text("What is wrong and what to do"))
        .property("field", text("The field it is about, where there is one"))
        .required("type")
        .required("title")
        .required("status")
        .required("detail");
    schema::Schema::Object(problem.build())
}

#[cfg(test)]
mod tests;
