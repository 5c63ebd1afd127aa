//! The settings file as it is written: every key optional, with its default and its limits.

use std::path::PathBuf;

use ridecode_ledger::Commission;
use ridecode_words::ServiceDay;
use serde::{Deserialize, Serialize};

use super::Role;
use crate::payout::account::PayoutAccount;

use super::value::{
    Address, Authenticator, BaseUrl, Code, Day, Hash, Key, LocalTime, ServerAddress, Token, Whole,
    Zone,
};

/// The whole file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    pub(super) folder: PathBuf,
    pub(super) serve: ServeFile,
    pub(super) store: StoreFile,
    pub(super) city: CityFile,
    pub(super) desk: DeskFile,
    pub(super) provider: ProviderFile,
    pub(super) wechat: WeChatFile,
    pub(super) alipay: AlipayFile,
    pub(super) messages: MessagesFile,
    pub(super) policy: PolicyFile,
    pub(super) work: WorkFile,
    pub(super) log: LogFile,
    pub(super) staff: Vec<StaffFile>,
    pub(super) validator_code: Vec<ValidatorCodeFile>,
    pub(super) payout_account: Vec<PayoutAccount>,
}

impl Default for File {
    fn default() -> Self {
        Self {
            folder: PathBuf::from("ridecode-data"),
            serve: ServeFile::default(),
            store: StoreFile::default(),
            city: CityFile::default(),
            desk: DeskFile::default(),
            provider: ProviderFile::default(),
            wechat: WeChatFile::default(),
            alipay: AlipayFile::default(),
            messages: MessagesFile::default(),
            policy: PolicyFile::default(),
            work: WorkFile::default(),
            log: LogFile::default(),
            staff: Vec::new(),
            validator_code: Vec::new(),
            payout_account: Vec::new(),
        }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ServeFile {
    pub(super) listen: Address,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) public_url: Option<BaseUrl>,
    pub(super) request_timeout_s: Whole<1, 300>,
    pub(super) body_max_bytes: Whole<1_024, 1_048_576>,
    pub(super) audit_threads: Whole<0, 256>,
    pub(super) credentials_max: Whole<0, 10_000_000>,
    pub(super) staff_idle_s: Whole<60, 86_400>,
    pub(super) staff_session_s: Whole<60, 604_800>,
    pub(super) behind_proxy: bool,
}

impl Default for ServeFile {
    fn default() -> Self {
        Self {
            listen: Address(([127, 0, 0, 1], 8080).into()),
            public_url: None,
            request_timeout_s: Whole(30),
            body_max_bytes: Whole(65_536),
            audit_threads: Whole(0),
            credentials_max: Whole(200_000),
            staff_idle_s: Whole(1_800),
            staff_session_s: Whole(43_200),
            behind_proxy: false,
        }
    }
}

/// Which engine remembers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// An embedded database file.
    Sqlite,
    /// A PostgreSQL server, which several processes may use.
    Postgres,
    /// Nothing outlives the process.
    Memory,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct StoreFile {
    pub(super) engine: Engine,
    pub(super) file: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<ServerAddress>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) password_file: Option<PathBuf>,
    pub(super) connections: Whole<1, 100>,
}

impl Default for StoreFile {
    fn default() -> Self {
        Self {
            engine: Engine::Sqlite,
            file: PathBuf::from("ridecode.db"),
            address: None,
            password_file: None,
            connections: Whole(8),
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CityFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) folder: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DeskFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) brands: Option<PathBuf>,
}

/// Which payment provider.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ProviderWord {
    Sandbox,
    Wechat,
    Alipay,
}

impl ProviderWord {
    /// The word, as settings and the path of callbacks write it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Wechat => "wechat",
            Self::Alipay => "alipay",
        }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ProviderFile {
    pub(super) kind: ProviderWord,
    pub(super) id: Whole<1, 4_294_967_295>,
    pub(super) url: BaseUrl,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) files_url: Option<BaseUrl>,
    pub(super) merchant: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) public_key: Option<Key>,
}

impl Default for ProviderFile {
    fn default() -> Self {
        Self {
            kind: ProviderWord::Sandbox,
            id: Whole(1),
            files_url: None,
            url: BaseUrl::known("http://127.0.0.1:8090"),
            merchant: "ridecode".to_owned(),
            public_key: None,
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct WeChatFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) merchant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) merchant_serial: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) merchant_key_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) app: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sub_merchant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) plan: Option<Whole<1, 4_294_967_295>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) apiv3_key_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) platform_keys: Vec<PlatformKeyFile>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AlipayFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) app: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seller: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sign_scene: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) app_key_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) alipay_key_file: Option<PathBuf>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlatformKeyFile {
    pub(super) id: String,
    pub(super) file: PathBuf,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct MessagesFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<BaseUrl>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) merchant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) public_key: Option<Key>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PolicyFile {
    pub(super) credential_lifetime_min: Whole<1, 4_320>,
    pub(super) credential_batch: Whole<1, 32>,
    pub(super) fare_ceiling_minor: Whole<1, 16_777_215>,
    pub(super) charge_per: ChargePerFile,
    pub(super) charge_day_after_s: Whole<0, 86_400>,
    pub(super) unpaid_rides_max: Whole<1, 1_000>,
    pub(super) retry_after_s: Vec<Whole<1, 2_592_000>>,
    pub(super) retry_until_s: Whole<1, 31_536_000>,
    pub(super) write_off_after_s: Whole<86_400, 315_360_000>,
    pub(super) remind_every: Whole<0, 1_000>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) essential_ride: Option<EssentialRideFile>,
    pub(super) mandate_ride_limit_minor: Whole<1, 100_000_000>,
    pub(super) mandate_day_limit_minor: Whole<1, 100_000_000>,
    pub(super) commission_basis_points: Whole<0, 10_000>,
    pub(super) commission_change: CommissionChanges,
    pub(super) session_s: Whole<60, 31_536_000>,
    pub(super) ask_after_s: Whole<1, 86_400>,
    pub(super) riders_at_once: Whole<1, 1_000>,
    pub(super) goodwill_agent_minor: Whole<0, 10_000_000>,
    pub(super) goodwill_admin_minor: Whole<0, 10_000_000>,
}

/// Later commissions, ascending by day.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(try_from = "Vec<CommissionChange>", into = "Vec<CommissionChange>")]
pub(super) struct CommissionChanges(Vec<CommissionChange>);

/// A commission and the service day from which it is in force.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CommissionChange {
    from: Day,
    basis_points: Whole<0, 10_000>,
}

impl CommissionChanges {
    /// The days with their rates.
    pub(super) fn rates(&self) -> Vec<(ServiceDay, Commission)> {
        let rate = |change: &CommissionChange| {
            let basis_points = change.basis_points.as_u16();
            (change.from.0, Commission { basis_points })
        };
        self.0.iter().map(rate).collect()
    }
}

impl TryFrom<Vec<CommissionChange>> for CommissionChanges {
    type Error = String;

    fn try_from(changes: Vec<CommissionChange>) -> Result<Self, String> {
        let wrong = changes
            .windows(2)
            .find(|pair| pair[0].from.0 >= pair[1].from.0);
        match wrong {
            Some([_, later]) => Err(format!(
                "the change from {} comes after a later one; write changes in the order of their days",
                later.from.0
            )),
            Some(_) | None => Ok(Self(changes)),
        }
    }
}

impl From<CommissionChanges> for Vec<CommissionChange> {
    fn from(changes: CommissionChanges) -> Self {
        changes.0
    }
}

/// The ride home of blocked riders.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EssentialRideFile {
    pub(super) limit_minor: Whole<1, 16_777_215>,
    pub(super) valid_for_s: Whole<60, 86_400>,
}

/// What one charge takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ChargePerFile {
    Ride,
    Day,
}

impl Default for PolicyFile {
    fn default() -> Self {
        Self {
            credential_lifetime_min: Whole(1_440),
            credential_batch: Whole(4),
            fare_ceiling_minor: Whole(2_000),
            charge_per: ChargePerFile::Ride,
            charge_day_after_s: Whole(4 * 3_600),
            unpaid_rides_max: Whole(1),
            retry_after_s: [3_600, 21_600, 86_400, 259_200, 86_400].map(Whole).to_vec(),
            retry_until_s: Whole(14 * 86_400),
            write_off_after_s: Whole(180 * 86_400),
            remind_every: Whole(3),
            essential_ride: None,
            mandate_ride_limit_minor: Whole(10_000),
            mandate_day_limit_minor: Whole(30_000),
            commission_basis_points: Whole(50),
            commission_change: CommissionChanges::default(),
            session_s: Whole(90 * 86_400),
            ask_after_s: Whole(30),
            riders_at_once: Whole(16),
            goodwill_agent_minor: Whole(2_000),
            goodwill_admin_minor: Whole(20_000),
        }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct WorkFile {
    pub(super) enabled: bool,
    pub(super) tick_ms: Whole<10, 3_600_000>,
    pub(super) batch: Whole<1, 10_000>,
    pub(super) close_at: LocalTime,
    pub(super) zone: Zone,
}

impl Default for WorkFile {
    fn default() -> Self {
        Self {
            enabled: true,
            tick_ms: Whole(5_000),
            batch: Whole(200),
            close_at: LocalTime(jiff::civil::time(4, 0, 0, 0)),
            zone: Zone::known("Asia/Shanghai"),
        }
    }
}

/// How log lines look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines, one object a line.
    Json,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LogFile {
    pub(super) filter: String,
    pub(super) format: LogFormat,
}

impl Default for LogFile {
    fn default() -> Self {
        Self {
            filter: "info".to_owned(),
            format: LogFormat::Text,
        }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StaffFile {
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<Token>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) password: Option<Hash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) totp: Option<Authenticator>,
    pub(super) role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) operator: Option<Whole<1, 4_294_967_295>>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ValidatorCodeFile {
    pub(super) code: Code,
    pub(super) operator: Whole<1, 4_294_967_295>,
}
