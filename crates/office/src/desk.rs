//! What an issuer's office has on its desk: brands, operators, keys, policies.

use std::sync::Arc;

use ridecode_account::{CredentialPolicy, CreditPolicy, MandateLimits};
use ridecode_codec::Scheme;
use ridecode_codec::crypto::Signer;
use ridecode_codec::key::{CompactProfile, IdProfile, KeyList};
use ridecode_codec::mot::Certificate;
use ridecode_ledger::{Commission, Currency};
use ridecode_pay::{Provider, sandbox};
use ridecode_validator::bundle::{BrandRule, FlatFare, IssuerRules, ProgrammeRule};
use ridecode_words::{BrandId, IssuerId, OperatorId, ProviderId, ServiceDay, Text, UnixSeconds};

/// A brand this office issues codes under.
#[derive(Clone)]
pub struct Brand {
    /// Its number.
    pub id: BrandId,
    /// Its name, such as 羊城通乘車碼.
    pub name: Text,
    /// The city it belongs to, as in the tariff book.
    pub city: Text,
    /// The issuer its codes name.
    pub issuer: IssuerId,
    /// The scheme its codes have.
    pub scheme: Scheme,
    /// The product number (`compact`) or platform code (`mot`) its codes carry.
    pub product: u32,
    /// Key id of the issuer key (`compact`); unused in `mot`.
    pub key_id: u32,
    /// Signature pair (`compact`); unused in `mot`.
    pub profile: CompactProfile,
    /// The issuer certificate (`mot`).
    pub certificate: Option<Certificate>,
    /// How SM2 identities are chosen (`mot`).
    pub id_profile: IdProfile,
    /// Signs its credentials.
    pub signer: Arc<dyn Signer + Send + Sync>,
}

/// An operator this office clears with.
#[derive(Clone, Debug)]
pub struct Operator {
    /// Its number.
    pub id: OperatorId,
    /// Its name, such as 广州地铁.
    pub name: Text,
}

/// Brands, operators, keys.
pub struct Desk {
    /// Counts the changes to this desk: bundles made from a newer desk have a higher version.
    pub version: u32,
    /// Brands issued here.
    pub brands: Vec<Brand>,
    /// Operators cleared with.
    pub operators: Vec<Operator>,
    /// Keys validators trust; at least those of the brands issued here.
    pub keys: KeyList,
    /// Where which brand is accepted.
    pub acceptance: Vec<BrandRule>,
    /// Settings per issuer for validators.
    pub issuers: Vec<IssuerRules>,
    /// How far pass programmes are on lines of each operator; the first of a place counts.
    pub programmes: Vec<(OperatorId, ProgrammeRule)>,
    /// Flat fares on lines of each operator, for the screen and the ceiling; the first of a place
    /// counts. What riders are charged stands in the tariff.
    pub flat_fares: Vec<(OperatorId, FlatFare)>,
    /// Signs bundles.
    pub bundle_signer: Arc<dyn Signer + Send + Sync>,
    /// The payment provider and how to speak to it.
    pub provider: (ProviderId, Provider),
    /// Who sends our short messages: a gateway that speaks the sandbox's protocol.
    pub messages: sandbox::Connector,
}

impl Desk {
    /// A brand issued here.
    pub fn find_brand(&self, brand: BrandId) -> Option<&Brand> {
        self.brands.iter().find(|held| held.id == brand)
    }

    /// An operator cleared with.
    pub fn find_operator(&self, operator: OperatorId) -> Option<&Operator> {
        self.operators.iter().find(|held| held.id == operator)
    }
}

/// What the issuer has decided.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Credentials.
    pub credential: CredentialPolicy,
    /// Credit and retries.
    pub credit: CreditPolicy,
    /// What one charge takes.
    pub charge_per: ChargePer,
    /// What riders agree may be taken when they sign a mandate.
    pub limits: MandateLimits,
    /// What is kept of fares.
    pub commission: CommissionRates,
    /// The currency.
    pub currency: Currency,
    /// Seconds a signed-in rider stays signed in.
    pub session_s: u32,
    /// Seconds after which a charge or a refund nobody answered for is asked about.
    pub ask_after_s: u32,
    /// Riders for whom a worker may have a request open at once, at a provider or gateway.
    pub riders_at_once: u16,
    /// Goodwill.
    pub goodwill: GoodwillLimits,
}

/// What is kept of fares on each service day: a rate that statements were made with stays.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommissionRates {
    /// Until the first change.
    pub first: Commission,
    /// From which day each later rate is in force, ascending.
    pub changes: Vec<(ServiceDay, Commission)>,
}

impl CommissionRates {
    /// One rate for all days.
    pub fn always(basis_points: u16) -> Self {
        Self {
            first: Commission { basis_points },
            changes: Vec::new(),
        }
    }

    /// The rate of the statements of a day.
    pub fn on(&self, day: ServiceDay) -> Commission {
        let begun = self.changes.iter().take_while(|(from, _)| *from <= day);
        begun.last().map_or(self.first, |(_, rate)| *rate)
    }
}

/// What one charge takes. A ride stays with what was in force when its fare was first posted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ChargePer {
    /// The fare of one ride, as soon as it is known.
    #[default]
    Ride,
    /// The fares of a rider's service day, once it is over.
    Day {
        /// Seconds after the day's end, in which late taps may still come in.
        after_s: u32,
    },
}

/// What one person may give riders alone within a day, in minor units; more needs another person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GoodwillLimits {
    /// An agent. Default 20 yuan.
    pub agent_minor: i64,
    /// An administrator. Default 200 yuan.
    pub admin_minor: i64,
}

impl Default for GoodwillLimits {
    fn default() -> Self {
        Self {
            agent_minor: 2_000,
            admin_minor: 20_000,
        }
    }
}

impl Policy {
    /// When to ask again about what was planned at `since` and is not known: after as long as it
    /// has waited already, but no earlier than the policy says and within the hour.
    pub fn ask_again(&self, since: UnixSeconds, now: UnixSeconds) -> UnixSeconds {
        let least = i64::from(self.ask_after_s);
        let most = least.max(ASK_WITHIN_S);
        now.plus_s(now.since_s(since).clamp(least, most))
    }
}

/// What is not known is asked about at least this often, in seconds.
const ASK_WITHIN_S: i64 = 3_600;
