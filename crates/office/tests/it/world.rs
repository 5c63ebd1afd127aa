//! The world: an office with a desk, a provider, and fluent ways to make things happen.

use std::collections::BTreeMap;
use std::sync::Arc;

use ridecode_account::{
    Client, CredentialPolicy, CreditPolicy, MandateLimits, Phone as PhoneNumber,
};
use ridecode_codec::crypto::Algorithm;
use ridecode_codec::crypto::native::Native;
use ridecode_fare::{Period, bill, example};
use ridecode_ledger::Currency;
use ridecode_office::credential::{NewDevice, Wanted};
use ridecode_office::enrol::{self, SignIn};
use ridecode_office::mandate::{self, MandateAsked};
use ridecode_office::upload::{self, Auditor, UploadFault};
use ridecode_office::{ChargePer, CommissionRates, Entropy, GoodwillLimits, Office, Policy};
use ridecode_office::{bundle, charge, credential, notice, price, refund};
use ridecode_store::memory::MemoryStore;
use ridecode_store::{Receipt, RiderFile, Store};
use ridecode_validator::bundle::Expected;
use ridecode_validator::{Place, State};
use ridecode_words::{BrandId, Month, OperatorId, RiderId, ServiceDay, UnixSeconds};

use crate::desk::desk;
use crate::gate::Gate;
use crate::phone::{Phone, key};
use crate::provider::Provider;

/// 2026-11-21, eight in the morning in the example city.
pub(crate) const MORNING: UnixSeconds = UnixSeconds(20_778 * 86_400);

/// The service day of that morning.
pub(crate) const DAY: ServiceDay = example::DAY;

/// The compact brand of operators 1 and 2.
pub(crate) const COMPACT: BrandId = BrandId(2);

/// The `mot` brand of operator 2.
pub(crate) const MOT: BrandId = BrandId(1);

pub(crate) struct World {
    pub(crate) office: Office,
    pub(crate) provider: Provider,
    pub(crate) chance: Chance,
    pub(crate) auditor: Auditor<Native>,
}

/// Seeded randomness.
#[derive(Clone)]
pub(crate) struct Chance(pub(crate) fastrand::Rng);

impl Entropy for Chance {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self::with_store(seed, Store::Memory(MemoryStore::default()))
    }

    pub(crate) fn with_store(seed: u64, store: Store) -> Self {
        let provider = Provider::new();
        let office = Office {
            store,
            book: Arc::new(example::book()),
            desk: Arc::new(desk(&provider)),
            policy: Arc::new(policy()),
        };
        let auditor = Auditor::new(&office, Native, 1_000);
        Self {
            office,
            provider,
            chance: Chance(fastrand::Rng::with_seed(seed)),
            auditor,
        }
    }

    /// A rider who signed in, with a signed mandate and a phone full of credentials.
    pub(crate) async fn rider(&mut self, number: u32, brand: BrandId) -> Phone {
        let rider = self.enrol(number).await;
        self.sign_mandate(rider).await;
        let mut phone = self.phone(rider, brand, 1_000 + u64::from(number)).await;
        self.refill(&mut phone, brand, MORNING).await;
        phone
    }

    pub(crate) async fn enrol(&mut self, number: u32) -> RiderId {
        let phone = PhoneNumber::new(&format!("+86138{number:08}")).unwrap();
        let sent = enrol::send_code(&self.office, phone, MORNING, &mut self.chance).await;
        let sent = sent.unwrap();
        let answer = SignIn {
            phone: sent.phone,
            code: sent.code,
            client: Client::Other,
            key: None,
        };
        let signed_in = enrol::sign_in(&self.office, answer, MORNING, &mut self.chance).await;
        signed_in.ok().unwrap().rider
    }

    pub(crate) async fn sign_mandate(&mut self, rider: RiderId) {
        let asked = MandateAsked {
            rider,
            return_url: "https://app.example/back".into(),
            callback_url: "https://office.example/callback".into(),
        };
        let edge = (&self.provider, &mut self.chance);
        let to_sign = mandate::ask(&self.office, asked, MORNING, edge)
            .await
            .unwrap();
        self.provider.sign_contracts();
        let edge = (&self.provider, &mut self.chance);
        mandate::query(&self.office, to_sign.mandate.id, MORNING, edge)
            .await
            .unwrap();
    }

    pub(crate) async fn phone(&mut self, rider: RiderId, brand: BrandId, secret: u64) -> Phone {
        let algorithm = if brand == MOT {
            Algorithm::Sm2
        } else {
            Algorithm::Es256
        };
        let mut phone = Phone::new(rider, key(algorithm, secret));
        let new = NewDevice {
            rider,
            key: phone.key(),
        };
        let device = credential::register_device(&self.office, new, MORNING, &Native).await;
        phone.device = device.unwrap().id;
        phone
    }

    /// Gives a phone new credentials.
    pub(crate) async fn refill(&mut self, phone: &mut Phone, brand: BrandId, now: UnixSeconds) {
        let wanted = Wanted {
            rider: phone.rider,
            device: phone.device,
            brand,
        };
        let granted = credential::grant(&self.office, wanted, now, &mut self.chance).await;
        phone.credentials = granted.unwrap();
    }

    /// A registered gate with the bundle of the morning.
    pub(crate) async fn gate(&self, id: u32, place: Place) -> Gate {
        let bundle = self.open_bundle(place.operator, MORNING).await;
        let gate = Gate::new(id, place, State::new(bundle, Native, 1_000));
        self.office
            .store
            .register_validator(gate.record(MORNING))
            .await
            .unwrap();
        gate
    }

    pub(crate) async fn open_bundle(
        &self,
        operator: OperatorId,
        now: UnixSeconds,
    ) -> ridecode_validator::bundle::Bundle {
        let sealed = bundle::make(&self.office, operator, now).await.unwrap();
        let expected = Expected {
            office: self.office.desk.bundle_signer.public_key(),
            operator,
            in_force: 0,
        };
        ridecode_validator::bundle::open(&sealed, &expected, &Native).unwrap()
    }

    pub(crate) async fn upload(
        &mut self,
        sealed: &[u8],
        now: UnixSeconds,
    ) -> Result<Receipt, UploadFault> {
        upload::accept(&self.office, sealed, &mut self.auditor, now).await
    }

    /// Prices until nothing is due.
    pub(crate) async fn price(&self, now: UnixSeconds) {
        loop {
            let priced = price::run(&self.office, now, 100).await.unwrap();
            assert_eq!((priced.failed, priced.moved, priced.unpriced), (0, 0, 0));
            if priced.bills == 0 {
                return;
            }
        }
    }

    /// One round of charging.
    pub(crate) async fn charge(&mut self, now: UnixSeconds) -> charge::Charged {
        let edge = (&self.provider, &mut self.chance);
        charge::run(&self.office, now, 1_000, edge).await.unwrap()
    }

    /// One round of refunds.
    pub(crate) async fn refund(&mut self, now: UnixSeconds) -> refund::Refunded {
        let edge = (&self.provider, &mut self.chance);
        refund::run(&self.office, now, 1_000, edge).await.unwrap()
    }

    /// One round of sending notices.
    pub(crate) async fn send_notices(&mut self, now: UnixSeconds) -> notice::Sent {
        let edge = (&self.provider, &mut self.chance);
        notice::run(&self.office, now, 1_000, edge).await.unwrap()
    }

    pub(crate) async fn file(&self, rider: RiderId, now: UnixSeconds) -> RiderFile {
        self.office
            .store
            .load_rider(rider, now)
            .await
            .unwrap()
            .unwrap()
    }

    /// A rider's bill of November as bytes, made from the taps the store holds.
    pub(crate) async fn bill_bytes(&self, rider: RiderId, now: UnixSeconds) -> Vec<u8> {
        let taps = self.office.store.load_rides(rider).await.unwrap().taps;
        let month = Month {
            year: 2026,
            month: 11,
        };
        bill(Period { rider, month }, &taps, &self.office.book, now).to_bytes()
    }

    /// Audits and expects nothing.
    pub(crate) async fn audit_clean(&self, now: UnixSeconds) -> ridecode_office::audit::Audited {
        let audited = ridecode_office::audit::run(&self.office, now)
            .await
            .unwrap();
        assert_eq!(audited.findings, []);
        assert_eq!(audited.debits_less_credits_minor, 0);
        audited
    }

    /// What stands on each operator's side: legs of all fares, by operator, in fen.
    pub(crate) async fn owed_to_operators(&self) -> BTreeMap<OperatorId, i64> {
        let mut owed = BTreeMap::new();
        let page = self.office.store.audit_page(None, 1_000).await.unwrap();
        for transfer in page.transfers {
            for account in [transfer.debit, transfer.credit] {
                if let ridecode_ledger::Account::OperatorPayable(operator) = account {
                    *owed.entry(operator).or_default() -= transfer.debit_less_credit_minor(account);
                }
            }
        }
        owed
    }
}

pub(crate) fn policy() -> Policy {
    Policy {
        credential: CredentialPolicy {
            lifetime_min: 3 * 1_440,
            ..CredentialPolicy::default()
        },
        credit: CreditPolicy::default(),
        charge_per: ChargePer::Ride,
        limits: MandateLimits::default(),
        commission: CommissionRates::always(50),
        currency: Currency::CNY,
        session_s: 86_400,
        ask_after_s: 60,
        riders_at_once: 8,
        goodwill: GoodwillLimits::default(),
    }
}
