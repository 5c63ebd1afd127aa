//! Who may call what: the one place where a caller is recognised and a role is checked.
//!
//! The route table names a role for every route; this layer runs before any handler, so that no
//! handler can forget it. Handlers read the caller from the request and ask nothing more.
//!
//! A caller shows a bearer token or a cookie; `origin` has refused what pages of other sites write.

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use ridecode_office::enrol;
use ridecode_store::{Deed, DeedKind};
use ridecode_words::{OperatorId, RiderId};
use sha2::{Digest as _, Sha256};

use super::App;
use super::problem::{Kind, Problem, Result};
use super::route::{self, Repeat};
use super::staff::sessions::SessionId;
use super::wire::parse;
use crate::clock::now;
use crate::config::{Role, Staff};

/// The role a route is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Access {
    /// Anyone: nothing personal is read.
    Anyone,
    /// Whoever holds the key that the body is signed with; the handler's verb checks it.
    Signed,
    /// A signed-in rider.
    Rider,
    /// Staff of any role, within their operator.
    Staff,
    /// Who looks after validators.
    Operator,
    /// Who helps riders.
    Agent,
    /// Who moves money between companies.
    Accountant,
    /// Who may read the books: accountants and auditors.
    Books,
}

impl Access {
    /// What roles of staff open, with the words the interface has for it.
    pub(super) const OF_STAFF: [(Self, &'static str); 5] = [
        (Self::Staff, "staff"),
        (Self::Operator, "operator"),
        (Self::Agent, "agent"),
        (Self::Accountant, "accountant"),
        (Self::Books, "books"),
    ];

    /// Whether a role of staff opens it. The one place where roles are told apart.
    pub(super) fn opens_to(self, role: Role) -> bool {
        match self {
            Self::Anyone | Self::Signed | Self::Rider => false,
            Self::Staff => true,
            Self::Operator => matches!(role, Role::Operator | Role::Admin),
            Self::Agent => matches!(role, Role::Agent | Role::Admin),
            Self::Accountant => matches!(role, Role::Accountant | Role::Admin),
            Self::Books => matches!(role, Role::Accountant | Role::Auditor | Role::Admin),
        }
    }
}

/// Who calls.
#[derive(Clone, Debug)]
pub(super) enum Caller {
    Anyone,
    Rider(SignedRider),
    Staff(StaffMember),
}

/// A signed-in rider.
#[derive(Clone, Debug)]
pub(super) struct SignedRider {
    /// Who.
    pub(super) rider: RiderId,
    /// What a phone signs to show that it holds its key: bound to this session.
    pub(super) device_nonce: [u8; 32],
    /// The number of this session.
    pub(super) session: String,
}

/// A member of staff.
#[derive(Clone, Debug)]
pub(super) struct StaffMember {
    /// The name in the settings.
    pub(super) name: String,
    /// What this person may do.
    pub(super) role: Role,
    /// The session; `None` where a token of the settings calls.
    pub(super) session: Option<SessionId>,
    operator: Option<OperatorId>,
}

impl StaffMember {
    /// Who an entry of the settings is.
    pub(super) fn of(staff: &Staff) -> Self {
        Self {
            name: staff.name.clone(),
            role: staff.role,
            session: None,
            operator: staff.operator,
        }
    }

    /// The one operator this person sees; `None` for all.
    pub(super) fn own_operator(&self) -> Option<OperatorId> {
        self.operator
    }

    /// Whether this person may see and end sessions of that name.
    pub(super) fn sees_session_of(&self, name: &str) -> bool {
        name == self.name || (self.role == Role::Admin && self.operator.is_none())
    }

    /// Refuses staff of one operator: what is the issuer's, riders and their money, is for staff of
    /// all operators.
    pub(super) fn of_the_issuer(&self) -> Result<()> {
        match self.operator {
            None => Ok(()),
            Some(own) => Err(Problem::new(
                Kind::Forbidden,
                format!(
                    "{} is for operator {own}; riders' money and payouts are for staff of the issuer",
                    self.name
                ),
            )),
        }
    }

    /// What this person does now, for the trail.
    pub(super) fn deed(&self, kind: DeedKind, reason: String) -> Deed {
        Deed {
            at: crate::clock::now(),
            author: self.name.clone(),
            kind,
            rider: None,
            device: None,
            tap: None,
            validator: None,
            operator: None,
            reason,
        }
    }

    /// The operator a request is about: one this office clears with, and one this person may see.
    pub(super) fn operator(&self, app: &App, text: &str) -> Result<OperatorId> {
        let asked: OperatorId = parse("operator", text)?;
        let desk = &app.office.desk;
        if desk.find_operator(asked).is_none() {
            let known = desk.operators.iter();
            let known: Vec<String> = known.map(|known| known.id.to_string()).collect();
            let rule = format!("must be one of {}", known.join(", "));
            return Err(Problem::field("operator", rule));
        }
        match self.operator {
            Some(own) if own != asked => Err(Problem::new(
                Kind::Forbidden,
                format!(
                    "{} is for operator {own}, not for operator {asked}",
                    self.name
                ),
            )
            .at("operator")),
            Some(_) | None => Ok(asked),
        }
    }
}

impl Caller {
    /// Under whose name idempotency keys are kept.
    pub(super) fn scope(&self) -> String {
        match self {
            Self::Anyone => "anyone".to_owned(),
            Self::Rider(rider) => format!("rider/{}", rider.rider),
            Self::Staff(staff) => format!("staff/{}", staff.name),
        }
    }
}

/// Recognises the caller and checks the role of the route, from the route table alone.
pub(super) async fn check(
    State(app): State<App>,
    path: MatchedPath,
    mut request: Request,
    next: Next,
) -> Result<Response> {
    let route = route::find(request.method(), path.as_str());
    let access = route.map_or(Access::Staff, |route| route.access);
    let caller = match access {
        Access::Anyone | Access::Signed => Caller::Anyone,
        Access::Rider => Caller::Rider(find_rider(&app, request.headers()).await?),
        Access::Staff | Access::Operator | Access::Agent | Access::Accountant | Access::Books => {
            Caller::Staff(staff_or_why_not(&app, request.headers(), access).await?)
        }
    };
    let repeat = route.map_or(Repeat::Read, |route| route.repeat);
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(repeat);
    Ok(next.run(request).await)
}

impl FromRequestParts<App> for SignedRider {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        match parts.extensions.get::<Caller>() {
            Some(Caller::Rider(rider)) => Ok(rider.clone()),
            Some(Caller::Anyone | Caller::Staff(_)) | None => Err(wrong_role(&parts.method)),
        }
    }
}

impl FromRequestParts<App> for StaffMember {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        match parts.extensions.get::<Caller>() {
            Some(Caller::Staff(staff)) => Ok(staff.clone()),
            Some(Caller::Anyone | Caller::Rider(_)) | None => Err(wrong_role(&parts.method)),
        }
    }
}

/// The nonce of a session: whoever knows the token can compute it, nobody else.
pub(super) fn device_nonce(token: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"ridecode device nonce")
        .chain_update(token.as_bytes())
        .finalize()
        .into()
}

async fn find_rider(app: &App, headers: &HeaderMap) -> Result<SignedRider> {
    let Some(token) = token(headers, COOKIE_NAME) else {
        if find_staff(app, headers).is_ok() {
            return Err(not_for_staff());
        }
        return Err(Problem::new(
            Kind::SignedOut,
            "no session cookie and no bearer token; sign in with POST /v1/riders/sessions",
        ));
    };
    if let Some(rider) = enrol::find_session(&app.office, token, now()).await? {
        return Ok(SignedRider {
            rider,
            device_nonce: device_nonce(token),
            session: enrol::session_number(token),
        });
    }
    if find_staff(app, headers).is_ok() {
        return Err(not_for_staff());
    }
    Err(Problem::new(
        Kind::SignedOut,
        "the session has ended; sign in again with POST /v1/riders/sessions",
    ))
}

fn not_for_staff() -> Problem {
    Problem::new(
        Kind::Forbidden,
        "this path is for riders; staff do not open it",
    )
}

async fn staff_or_why_not(app: &App, headers: &HeaderMap, access: Access) -> Result<StaffMember> {
    match find_staff(app, headers) {
        Ok(staff) if access.opens_to(staff.role) => Ok(staff),
        Ok(staff) => Err(wrong_staff(&staff, access)),
        Err(nobody) => match find_rider(app, headers).await {
            Ok(_) => Err(Problem::new(
                Kind::Forbidden,
                "this path is for staff; a rider's session does not open it",
            )),
            Err(_) => Err(nobody),
        },
    }
}

fn wrong_staff(staff: &StaffMember, access: Access) -> Problem {
    let roles = Role::ALL.into_iter().filter(|role| access.opens_to(*role));
    let roles: Vec<&str> = roles.map(Role::word).collect();
    let rule = format!(
        "this path is for the role {}; {} has the role {}",
        roles.join(" or "),
        staff.name,
        staff.role.word()
    );
    Problem::new(Kind::Forbidden, rule)
}

fn find_staff(app: &App, headers: &HeaderMap) -> Result<StaffMember> {
    match token(headers, STAFF_COOKIE_NAME) {
        None => Err(Problem::new(
            Kind::SignedOut,
            "this path is for staff; sign in at /console, or send the token of the settings as \
             Authorization: Bearer",
        )),
        Some(token) if bearer(headers).is_some() => find_token(app, token),
        Some(token) => find_session(app, token),
    }
}

fn find_token(app: &App, token: &str) -> Result<StaffMember> {
    let digest = Sha256::digest(token.as_bytes());
    // Digests are compared, so that timing tells nothing about the token.
    let own = |staff: &&Staff| {
        let token = staff.token.as_ref();
        token.is_some_and(|token| Sha256::digest(token.reveal().as_bytes()) == digest)
    };
    let found = app.staff.iter().find(own);
    found.map(StaffMember::of).ok_or_else(|| {
        Problem::new(
            Kind::SignedOut,
            "this token is nobody's; check the section [[staff]] of the settings",
        )
    })
}

fn find_session(app: &App, token: &str) -> Result<StaffMember> {
    let session = app.door.sessions.find(token, now());
    let found = session.and_then(|session| {
        let staff = app.staff.iter().find(|staff| staff.name == session.name)?;
        let mut member = StaffMember::of(staff);
        member.session = Some(session.id());
        Some(member)
    });
    found.ok_or_else(|| {
        Problem::new(
            Kind::SignedOut,
            "the session has ended; sign in again at /console",
        )
    })
}

/// The bearer token, or else the cookie of this name.
fn token<'a>(headers: &'a HeaderMap, cookie_name: &str) -> Option<&'a str> {
    bearer(headers).or_else(|| cookie(headers, cookie_name))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

fn wrong_role(method: &Method) -> Problem {
    tracing::error!(%method, "a handler asks for a caller its route does not have");
    Problem::internal()
}

/// The rider's session cookie.
pub(super) const COOKIE_NAME: &str = "ridecode_session";

/// The session cookie of staff.
pub(super) const STAFF_COOKIE_NAME: &str = "ridecode_staff";
