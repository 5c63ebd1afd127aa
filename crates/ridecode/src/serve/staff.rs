//! Staff at the console: name, password and one-time code, a session, and who is signed in where.
//!
//! Sessions are cookies that no script can read, and live in this process: starting the server
//! again signs everybody out. Programs use the tokens of the settings instead. What a session or a
//! token may do is decided in `access` alone.

mod seen;
pub(super) mod sessions;
mod tries;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, SET_COOKIE};
use axum::response::{IntoResponse as _, Response};
use ridecode_words::UnixSeconds;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use super::App;
use super::access::{Access, STAFF_COOKIE_NAME, StaffMember};
use super::problem::{Kind, Problem, Result};
use super::wire::{Body, Named};
use crate::clock::now;
use crate::config::{Serve, Staff};
use crate::staff::password::{LENGTH_MAX, Password};
use seen::Seen;
use sessions::{Session, SessionId, Sessions};
use tries::Tries;

/// What signing in needs to remember.
pub(super) struct Door {
    /// Who is signed in.
    pub(super) sessions: Sessions,
    tries: Tries,
    /// Each hash takes 19 MiB and tens of milliseconds.
    hashing: Semaphore,
}

impl Door {
    /// Nobody is signed in.
    pub(super) fn new(serve: &Serve) -> Self {
        Self {
            sessions: Sessions::new(serve.staff_idle_s, serve.staff_session_s),
            tries: Tries::default(),
            hashing: Semaphore::new(HASHES_AT_ONCE),
        }
    }
}

/// Who wants to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInAsked {
    /// The name in the settings.
    #[schema(example = "demo-admin")]
    name: String,
    /// The password.
    password: String,
    /// The six digits of the authenticator.
    #[schema(example = "287082")]
    code: String,
}

/// A member of staff who is signed in.
#[derive(Serialize, ToSchema)]
pub(super) struct StaffView {
    /// The name.
    name: String,
    /// `operator`, `agent`, `accountant`, `auditor` or `admin`.
    role: &'static str,
    /// The one operator this person sees; nothing for all.
    operator: Option<u32>,
    /// What is open to this role: `staff`, `operator`, `agent`, `accountant`, `books`.
    opens: Vec<&'static str>,
    /// The session's number; nothing where a token of the settings calls.
    session: Option<String>,
}

/// A session of staff.
#[derive(Serialize, ToSchema)]
pub(super) struct StaffSessionView {
    /// Its number, 16 hex digits.
    session: String,
    /// Whose.
    name: String,
    /// Since when, RFC 3339.
    since: String,
    /// When it was last used, RFC 3339.
    last_seen: String,
    /// When it ends at the latest, RFC 3339.
    expires: String,
    /// What the browser calls itself.
    user_agent: String,
    /// The address it was opened from.
    address: String,
    /// Whether it is the one that asks.
    current: bool,
}

/// Signs staff in: the session is the cookie of the reply.
#[utoipa::path(post, path = "/v1/staff/sessions", tag = "staff", request_body = SignInAsked,
    responses((status = 201, body = StaffView)))]
pub(super) async fn sign_in(
    State(app): State<App>,
    seen: Seen,
    Body(body): Body<SignInAsked>,
) -> Result<Response> {
    let code: String = body.code.chars().filter(|one| *one != ' ').collect();
    if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::field(
            "code",
            "must be the six digits of the authenticator",
        ));
    }
    if body.password.chars().count() > LENGTH_MAX {
        let rule = format!("must have at most {LENGTH_MAX} characters");
        return Err(Problem::field("password", rule));
    }
    let time = now();
    let tried = app.door.tries.note(&body.name, seen.address, time)?;
    let staff = app.staff.iter().find(|staff| staff.name == body.name);
    let staff = open_sesame(&app, staff, (body.password, code, time)).await?;
    app.door.tries.forget(&tried);
    let (token, session) = app.door.sessions.open(&staff.name, &seen, time);
    tracing::info!(staff = staff.name, "signed in");
    let mut member = StaffMember::of(staff);
    member.session = Some(session.id);
    let max_age = session.expires.since_s(time).max(0);
    let cookie = cookie(&app, &token, max_age)?;
    let mut response = (StatusCode::CREATED, Json(view(&member))).into_response();
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}

/// The one ladder of signing in.
async fn open_sesame<'a>(
    app: &App,
    staff: Option<&'a Staff>,
    (password, code, time): (String, String, UnixSeconds),
) -> Result<&'a Staff> {
    let known = staff.and_then(|staff| Some((staff, staff.sign_in.as_ref()?)));
    // A name nobody has costs the same time.
    let hash = known.map_or_else(Password::of_nobody, |(_, sign_in)| sign_in.password.clone());
    let permit = app.door.hashing.acquire().await;
    let matches = tokio::task::spawn_blocking(move || hash.matches(&password)).await;
    drop(permit);
    let matches = matches.map_err(|_| Problem::internal())?;
    let Some((staff, sign_in)) = known.filter(|_| matches) else {
        return Err(wrong());
    };
    let Some(step) = sign_in.totp.find_step(&code, time) else {
        tracing::warn!(
            staff = staff.name,
            "a wrong one-time code after the right password"
        );
        return Err(wrong());
    };
    if !app.door.sessions.use_step(&staff.name, step) {
        let detail = "this one-time code was used; wait for the next one, at most 30 seconds";
        return Err(Problem::new(Kind::TotpUsed, detail).at("code"));
    }
    Ok(staff)
}

/// Who is signed in.
#[utoipa::path(get, path = "/v1/staff/me", tag = "staff",
    responses((status = 200, body = StaffView)))]
pub(super) async fn me(staff: StaffMember) -> Json<StaffView> {
    Json(view(&staff))
}

/// One's own sessions, newest first; for administrators of the issuer those of everybody.
#[utoipa::path(get, path = "/v1/staff/sessions", tag = "staff",
    responses((status = 200, body = [StaffSessionView])))]
pub(super) async fn list(
    State(app): State<App>,
    staff: StaffMember,
) -> Json<Vec<StaffSessionView>> {
    let sessions = app.door.sessions.list(now());
    let told = sessions
        .iter()
        .filter(|one| staff.sees_session_of(&one.name));
    Json(told.map(|one| session_view(one, &staff)).collect())
}

/// Ends a session: one's own, which signs out, or as an administrator of the issuer anybody's.
#[utoipa::path(delete, path = "/v1/staff/sessions/{session}", tag = "staff",
    params(("session" = String, Path, description = "The session's number")),
    responses((status = 204)))]
pub(super) async fn end(
    State(app): State<App>,
    staff: StaffMember,
    Named(id): Named<SessionId>,
) -> Result<Response> {
    let ended = app
        .door
        .sessions
        .end(id, |name| staff.sees_session_of(name));
    if !ended {
        let detail = format!("session: there is no session {id} of yours; it may have ended");
        return Err(Problem::new(Kind::UnknownSession, detail).at("session"));
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    if staff.session == Some(id) {
        response
            .headers_mut()
            .insert(SET_COOKIE, cookie(&app, "", 0)?);
    }
    Ok(response)
}

fn wrong() -> Problem {
    // What was wrong is not said: it would tell who works here.
    let detail = "name, password or one-time code is wrong; a code is good for 30 seconds, so \
        check the phone's clock too";
    Problem::new(Kind::WrongSignIn, detail)
}

fn cookie(app: &App, token: &str, max_age_s: i64) -> Result<HeaderValue> {
    app.cookie(STAFF_COOKIE_NAME, token, max_age_s)
}

fn view(staff: &StaffMember) -> StaffView {
    let opens = Access::OF_STAFF
        .into_iter()
        .filter(|(access, _)| access.opens_to(staff.role));
    StaffView {
        name: staff.name.clone(),
        role: staff.role.word(),
        operator: staff.own_operator().map(|operator| operator.0),
        opens: opens.map(|(_, word)| word).collect(),
        session: staff.session.map(|id| id.to_string()),
    }
}

fn session_view(session: &Session, staff: &StaffMember) -> StaffSessionView {
    StaffSessionView {
        session: session.id.to_string(),
        name: session.name.clone(),
        since: session.since.to_string(),
        last_seen: session.last_seen.to_string(),
        expires: session.expires.to_string(),
        user_agent: session.user_agent.clone(),
        address: session.address.to_string(),
        current: staff.session == Some(session.id),
    }
}

const HASHES_AT_ONCE: usize = 2;
