//! The world tests play in: a sandbox provider and a back office on loopback, and actors who do
//! what people and devices do, over HTTP and with real keys.

mod api;
mod journal;
mod phone;
mod program;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use ridecode::config::{Config, Role, Secret, Staff, StaffSignIn, ValidatorCode};
use ridecode::desk::{self, Opened};
use ridecode::entropy::SystemEntropy;
use ridecode::staff::password::Password;
use ridecode::staff::totp::{Totp, step_at};
use ridecode::{clock, sandbox, serve, work};
use ridecode_words::{OperatorId, UnixSeconds};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) use api::{Api, Reply};
pub(crate) use journal::{Reader, introduction, metro_gate};
pub(crate) use phone::{Phone, device_body, fresh_key, read_sms};
pub(crate) use program::Program;

/// 羊城通: `mot` codes on Guangzhou's buses.
pub(crate) const YANGCHENGTONG: u32 = 1;
/// Guangzhou's metro: `compact` codes.
pub(crate) const METRO: u32 = 2;
/// Foshan's buses: `compact` codes.
pub(crate) const FOSHAN_BUS: u32 = 3;

/// A sandbox and an office, alive together.
pub(crate) struct World {
    /// What the office was started with; its port is 0.
    pub(crate) config: Config,
    /// The sandbox.
    pub(crate) sandbox: sandbox::Running,
    office: serve::Running,
    _folder: TempDir,
}

impl World {
    /// Starts both on free ports, in a folder of their own. Rounds of work come when a test asks
    /// for them ([`World::work`]).
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::start_with(folder, |_| {}).await
    }

    /// The same with other settings.
    pub(crate) async fn start_with(folder: TempDir, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = settings(folder.path().join("office"));
        // The provider must know our key and we must know the provider's: keys first.
        let merchant_key = keys_of(&config).merchant_key;
        let sandbox = sandbox::start(sandbox::Config {
            merchants: vec![(config.provider.merchant.clone(), merchant_key)],
            ..sandbox::Config::default()
        })
        .await
        .expect("the sandbox starts");
        config.provider.url = sandbox.url();
        config.provider.key = Some(sandbox.provider_key);
        change(&mut config);
        let office = serve::start(&config).await.expect("the office starts");
        Self {
            config,
            sandbox,
            office,
            _folder: folder,
        }
    }

    /// Where the office listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.office.address
    }

    /// The office's interface, nobody signed in.
    pub(crate) fn api(&self) -> Api {
        Api::new(self.office.url())
    }

    /// The office's interface for staff who may see everything.
    pub(crate) fn staff(&self) -> Api {
        self.api().with_token(STAFF)
    }

    /// The office's interface for staff with one role.
    pub(crate) fn staff_with(&self, role: Role) -> Api {
        self.api().with_token(&token_of(role))
    }

    /// The office's interface for staff with one role who signed in at the console.
    pub(crate) async fn console(&self, role: Role) -> Api {
        self.console_of(role.word()).await
    }

    /// The same for a member of staff by name.
    pub(crate) async fn console_of(&self, name: &str) -> Api {
        let step = step_at(clock::now());
        let body = json!({ "name": name, "password": PASSWORD, "code": totp().code(step) });
        let reply = self.api().post("/v1/staff/sessions", &body).await;
        reply.expect(201);
        self.api().with_cookie(&cookie_of(&reply))
    }

    /// The office's interface for staff of operator 1 alone.
    pub(crate) fn metro_staff(&self) -> Api {
        self.api().with_token(METRO_STAFF)
    }

    /// The sandbox's control and pages.
    pub(crate) fn provider(&self) -> Api {
        Api::new(&self.sandbox.url())
    }

    /// A rider who is signed in and has done nothing else.
    pub(crate) async fn rider(&self, phone: &str) -> Phone {
        Phone::sign_in(self.api(), self.provider(), phone).await
    }

    /// A rider with a signed mandate, a registered phone and credentials of a brand.
    pub(crate) async fn ready_rider(&self, phone: &str, brand: u32) -> Phone {
        let mut rider = self.rider(phone).await;
        rider.sign_mandate().await;
        rider.register(brand).await;
        rider.fetch_credentials(brand).await;
        rider
    }

    /// Takes all money out of the first wallet at the provider.
    pub(crate) async fn empty_wallet(&self) {
        let wallets = self.provider().get("/control/wallets").await.expect(200);
        let wallet = wallets[0]["wallet"].as_str().expect("a wallet");
        let path = format!("/control/wallets/{wallet}");
        let empty = json!({ "balance_minor": 0 });
        self.provider().post(&path, &empty).await.expect(200);
    }

    /// A registered validator of an operator.
    pub(crate) async fn reader(&self, operator: u32) -> Reader {
        let body = json!({ "operator": operator });
        let made = self.staff().post("/v1/validators/codes", &body).await;
        let code = made.expect(201)["one_time_code"].clone();
        Reader::register(self.api(), code.as_str().expect("a code")).await
    }

    /// Does everything that is due: prices, charges.
    pub(crate) async fn work(&self) -> work::Round {
        let carrier = ridecode::carrier::HttpCarrier::new(&self.config).expect("a client");
        work::round(&self.office.office, &carrier, 200)
            .await
            .expect("a round of work")
    }

    /// The audit over everything.
    pub(crate) async fn audit(&self) -> ridecode_office::audit::Audited {
        ridecode_office::audit::run(&self.office.office, clock::now())
            .await
            .expect("the audit runs")
    }

    /// The statements of an operator's day, closed now.
    pub(crate) async fn close(&self, operator: u32, day: UnixSeconds) -> Value {
        let day = work::service_day(day, &self.config.work.zone);
        let path = format!("/v1/days/{day}/close?operator={operator}");
        let closed = self.staff().post(&path, &json!({})).await;
        closed.expect(200)["statement"].clone()
    }

    /// Asks again and again until there is an answer; fails the test after half a minute.
    pub(crate) async fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
        let asking = async {
            let mut pause = tokio::time::interval(Duration::from_millis(20));
            loop {
                pause.tick().await;
                if let Some(answer) = ask().await {
                    return answer;
                }
            }
        };
        let answer = tokio::time::timeout(Duration::from_secs(30), asking).await;
        answer.expect("an answer within half a minute")
    }

    /// Stops the provider; the office stays.
    pub(crate) async fn without_provider(self) -> serve::Running {
        self.sandbox.stop().await.expect("the sandbox stops");
        self.office
    }

    /// Stops both.
    pub(crate) async fn stop(self) {
        self.office.stop().await.expect("the office stops");
        self.sandbox.stop().await.expect("the sandbox stops");
    }
}

/// Settings for an office of tests: free port, short waits, known tokens.
pub(crate) fn settings(folder: PathBuf) -> Config {
    let mut config = Config {
        folder,
        ..Config::default()
    };
    config.serve.listen.set_port(0);
    config.serve.audit_threads = 2;
    config.work.enabled = false;
    config.staff = vec![
        staff(("all", STAFF), Role::Admin, None),
        staff(("metro", METRO_STAFF), Role::Admin, Some(1)),
    ];
    for role in Role::ALL {
        let token = token_of(role);
        config.staff.push(staff((role.word(), &token), role, None));
    }
    config.validator_codes = vec![ValidatorCode {
        code: Secret::new(KNOWN_CODE),
        operator: OperatorId(2),
    }];
    config
}

/// The token of staff that may see everything.
pub(crate) fn staff_token() -> &'static str {
    STAFF
}

/// The keys of a folder, made now if there are none.
pub(crate) fn keys_of(config: &Config) -> Opened {
    let mut config = config.clone();
    config.store.engine = ridecode::config::Engine::Memory;
    desk::open(&config, &mut SystemEntropy).expect("keys are made")
}

/// The seed of this run: from the environment, or another each time. Printed by whoever fails.
#[expect(clippy::disallowed_methods, reason = "a test's seed is no setting")]
pub(crate) fn seed() -> u64 {
    let given = std::env::var("RIDECODE_SEED").ok();
    let seed = given.map_or_else(
        || clock::now().0.unsigned_abs(),
        |seed| seed.parse().expect("RIDECODE_SEED is a number"),
    );
    println!("RIDECODE_SEED={seed}");
    seed
}

/// The cookie that a reply sets, as a browser sends it back.
pub(crate) fn cookie_of(reply: &Reply) -> String {
    let set = reply.headers["set-cookie"].to_str().expect("a text");
    set.split(';').next().unwrap_or_default().to_owned()
}

/// The secret of every authenticator here.
pub(crate) fn totp() -> Totp {
    Totp::parse("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").expect("a secret")
}

fn staff((name, token): (&str, &str), role: Role, operator: Option<u32>) -> Staff {
    Staff {
        name: name.to_owned(),
        token: Some(Secret::new(token)),
        sign_in: Some(StaffSignIn {
            password: HASH.clone(),
            totp: totp(),
        }),
        role,
        operator: operator.map(OperatorId),
    }
}

fn token_of(role: Role) -> String {
    format!("staff-with-role-{}", role.word())
}

/// The password of all staff.
pub(crate) const PASSWORD: &str = "correct horse battery";

static HASH: LazyLock<Password> =
    LazyLock::new(|| Password::make(PASSWORD, &mut SystemEntropy).expect("long enough"));

/// A validator code of the settings, for operator 2.
pub(crate) const KNOWN_CODE: &str = "bus-0b44d1e9";
const STAFF: &str = "staff-of-all-operators";
const METRO_STAFF: &str = "staff-of-the-metro";
