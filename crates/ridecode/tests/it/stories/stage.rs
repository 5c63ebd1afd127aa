//! Where stories are played: an office on the memory store, riders, and validators that are made as
//! taps name them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use ridecode::city::Cities;
use ridecode_account::{CredentialPolicy, CreditPolicy, Phone, Rider, RiderState};
use ridecode_codec::crypto::native::SecretKey;
use ridecode_codec::crypto::{Algorithm, Signer as _};
use ridecode_codec::key::KeyList;
use ridecode_fare::{Language, Mend, Tap, TapKind, Tariff, TariffBook};
use ridecode_ledger::Currency;
use ridecode_office::{
    ChargePer, CommissionRates, Desk, GoodwillLimits, Office, Policy, audit, close, price,
};
use ridecode_pay::Provider;
use ridecode_pay::sandbox::{Connector, Settings};
use ridecode_store::memory::MemoryStore;
use ridecode_store::{
    Acceptance, EntryVoid, Evidence, Repair, RepairSaved, Store, StoredEntry, Validator,
};
use ridecode_validator::journal::{Entry, Event, Head, VoidReason, append};
use ridecode_validator::{ClockTrust, Outcome, Passage, Place};
use ridecode_words::{IssuerId, ProviderId, RiderId, ServiceDay, TapId, UnixSeconds, ValidatorId};

use super::Seen;
use super::charges;
use super::deed::{Deed, Told, ToldRepair, author, instant};
use super::said::Said;

/// Read once: reading takes longer than playing.
static CITIES: LazyLock<Cities> = LazyLock::new(Cities::embedded);

/// The stage.
pub(super) struct Stage {
    folder: PathBuf,
    office: Office,
    riders: BTreeMap<String, RiderId>,
    /// By what they know of themselves.
    validators: BTreeMap<String, Gate>,
    /// Taps with a name.
    named: BTreeMap<String, Tap>,
    /// The taps of the day, to be done again.
    today: Vec<Told>,
    /// What lies in validators without network.
    late: Vec<Acceptance>,
    day: ServiceDay,
    now: UnixSeconds,
    language: Language,
    said: Said,
    pub(super) seen: Seen,
}

/// A validator with the end of its journal.
struct Gate {
    id: ValidatorId,
    place: Place,
    head: Head,
}

impl Stage {
    pub(super) fn new(folder: &Path) -> Self {
        let operators = CITIES.operators.clone();
        Self {
            folder: folder.to_owned(),
            office: office(CITIES.book.clone()),
            riders: BTreeMap::new(),
            validators: BTreeMap::new(),
            named: BTreeMap::new(),
            today: Vec::new(),
            late: Vec::new(),
            day: ServiceDay(0),
            now: UnixSeconds(0),
            language: Language::English,
            said: Said::new(operators),
            seen: Seen::default(),
        }
    }

    /// Does a deed and gives what is said.
    pub(super) async fn act(&mut self, deed: Deed) -> Vec<String> {
        match deed {
            Deed::Nothing => {}
            Deed::Language(language) => self.language = language,
            Deed::Tariff(file) => self.add_tariff(&file),
            Deed::Day(day) => {
                self.day = day;
                self.today.clear();
            }
            Deed::Tap(told) => {
                self.today.push(told.clone());
                self.tap(told).await;
            }
            Deed::Void { at_s, name } => self.void(at_s, &name).await,
            Deed::Repair(told) => self.repair(told).await,
            Deed::Again(days) => self.again(days).await,
            Deed::Deliver => {
                while let Some(late) = self.late.pop() {
                    self.upload(late).await;
                }
            }
            Deed::Price { at, briefly } => return self.price(at, briefly).await,
            Deed::Close(day) => return self.close(day).await,
            Deed::ChargePer(charge_per) => {
                let policy = Policy::clone(&self.office.policy);
                self.office.policy = Arc::new(Policy {
                    charge_per,
                    ..policy
                });
            }
            Deed::Charges => return self.charges().await,
            Deed::Pay(at) => self.pay(at).await,
        }
        Vec::new()
    }

    /// Nothing is left in a validator, and everything adds up.
    pub(super) async fn end(&self) {
        assert!(self.late.is_empty(), "something late was never delivered");
        let audited = audit::run(&self.office, self.now).await.expect("an audit");
        assert!(audited.findings.is_empty(), "{:#?}", audited.findings);
        assert_eq!(audited.debits_less_credits_minor, 0, "money sums to zero");
    }

    fn add_tariff(&mut self, file: &str) {
        let text = fs::read_to_string(self.folder.join(file)).expect("a tariff beside the story");
        let tariff = Tariff::parse(&text).unwrap_or_else(|fault| panic!("{file}: {fault}"));
        let book = &self.office.book;
        let mut tariffs = book.tariffs().to_vec();
        tariffs.push(tariff);
        let book = TariffBook::new(book.networks().to_vec(), tariffs);
        self.office.book = Arc::new(book.unwrap_or_else(|fault| panic!("{file}: {fault}")));
    }

    async fn tap(&mut self, told: Told) {
        let rider = self.rider(&told.who).await;
        let time = instant(self.day, told.at_s);
        let gate = self.gate(&told).await;
        let (id, entry) = gate.write(
            time,
            Event::Decided {
                code: told.code.clone().unwrap_or_default().into_bytes(),
                outcome: Outcome::Admit,
            },
        );
        let tap = Tap {
            time,
            id,
            rider,
            issuer: IssuerId(4_401),
            kind: told.kind,
            operator: told.operator,
            mode: told.mode,
            line: told.line,
            stop: told.stop,
            direction: told.direction,
            vehicle: told.vehicle,
            category: 0,
            showing: told.code.as_deref().map(showing),
        };
        self.seen.kinds.insert(told.kind.word().to_owned());
        self.said.name_tap(&tap);
        if let Some(name) = told.name {
            self.named.insert(name, tap.clone());
        }
        let acceptance = acceptance((id, entry), (vec![tap], Vec::new()), time);
        if told.late {
            self.late.push(acceptance);
        } else {
            self.upload(acceptance).await;
        }
    }

    async fn void(&mut self, at_s: i64, name: &str) {
        let time = instant(self.day, at_s);
        let tap = self.named[name].clone();
        let mut gates = self.validators.values_mut();
        let gate = gates.find(|gate| gate.id == tap.id.validator);
        let accepted = tap.id.sequence;
        let (id, entry) = gate.expect("the gate of the tap").write(
            time,
            Event::Voided {
                accepted,
                reason: VoidReason::NobodyPassed,
            },
        );
        let void = EntryVoid {
            sequence: id.sequence,
            accepted,
            time,
        };
        self.seen.kinds.insert("void".into());
        let acceptance = acceptance((id, entry), (Vec::new(), vec![void]), time);
        self.upload(acceptance).await;
    }

    async fn repair(&mut self, told: ToldRepair) {
        let tap = &self.named[&told.name];
        let repairs = self.office.store.load_repairs(tap.rider).await;
        let repairs = repairs.expect("a verb");
        let before = repairs.iter().filter(|repair| repair.tap == tap.id).count();
        let (stop, time) = match told.supplied {
            Some((stop, at_s)) => (Some(stop), instant(self.day, at_s)),
            None => (tap.stop.clone(), tap.time),
        };
        let repair = Repair {
            rider: tap.rider,
            tap: tap.id,
            number: u8::try_from(before + 1).expect("few repairs"),
            mend: told.mend,
            time,
            stop,
            made: instant(self.day, told.at_s),
            author: author(told.mend).into(),
            evidence: match told.mend {
                Mend::Unridden => Evidence::Gate,
                Mend::Entry(_) | Mend::Exit(_) | Mend::Excused => Evidence::Word,
            },
            note: String::new(),
        };
        let kind = format!("{} by {}", told.mend.word(), told.mend.by().word());
        self.seen.kinds.insert(kind);
        let saved = self.office.store.save_repair(repair).await;
        assert_eq!(saved.expect("a verb"), RepairSaved::Saved);
    }

    async fn again(&mut self, days: u32) {
        let (day, today) = (self.day, self.today.clone());
        for after in 1..=i32::try_from(days).expect("few days") {
            self.day = ServiceDay(day.0 + after);
            for told in &today {
                let unnamed = Told {
                    name: None,
                    ..told.clone()
                };
                self.tap(unnamed).await;
            }
        }
    }

    async fn price(&mut self, at: UnixSeconds, briefly: bool) -> Vec<String> {
        self.now = at;
        while price::run(&self.office, at, 100)
            .await
            .expect("pricing")
            .bills
            > 0
        {}
        let language = (!briefly).then_some(self.language);
        let (riders, seen) = (&self.riders, &mut self.seen);
        self.said
            .fares((&self.office, riders), (at, language), seen)
            .await
    }

    async fn close(&mut self, day: ServiceDay) -> Vec<String> {
        let mut said = Vec::new();
        for operator in self.said.operators() {
            let statement = close::day(&self.office, operator, day).await;
            if let Some(statement) = statement.expect("a day closes") {
                said.extend(self.said.statement(&statement));
            }
        }
        said
    }

    async fn charges(&mut self) -> Vec<String> {
        let mut said = Vec::new();
        for (name, rider) in &self.riders {
            let page = self.office.store.load_rides(*rider).await.expect("a verb");
            said.extend(self.said.charges(name, &page));
        }
        said
    }

    async fn pay(&mut self, at: UnixSeconds) {
        self.now = at;
        for rider in self.riders.values() {
            let page = self.office.store.load_rides(*rider).await.expect("a verb");
            charges::pay(&self.office, &page, at).await;
        }
    }

    async fn rider(&mut self, who: &str) -> RiderId {
        if let Some(rider) = self.riders.get(who) {
            return *rider;
        }
        let number = self.riders.len() + 1;
        let id = RiderId(u64::try_from(number).expect("few riders"));
        let rider = Rider {
            id,
            phone: Phone::new(&format!("+86138{number:08}")).expect("a number"),
            state: RiderState::Active,
            opened: UnixSeconds(0),
        };
        self.office.store.open_rider(rider).await.expect("a verb");
        self.riders.insert(who.to_owned(), id);
        id
    }

    /// The validator of a place, made when a tap first names it.
    async fn gate(&mut self, told: &Told) -> &mut Gate {
        let place = Place {
            operator: told.operator,
            mode: told.mode,
            passage: match told.kind {
                TapKind::In => Passage::In,
                TapKind::Out => Passage::Out,
                TapKind::Single | TapKind::Void { .. } | TapKind::Repair { .. } => Passage::Single,
            },
            line: told.line.clone(),
            stop: told.stop.clone(),
            direction: told.direction,
            vehicle: told.vehicle.clone(),
            fare_minor: None,
        };
        let key = format!("{place:?}");
        let number = u32::try_from(self.validators.len() + 1).expect("few gates");
        if !self.validators.contains_key(&key) {
            let validator = Validator {
                id: ValidatorId(number),
                operator: told.operator,
                key: secret(number).public_key(),
                registered: UnixSeconds(0),
                retired: None,
            };
            let registered = self.office.store.register_validator(validator).await;
            registered.expect("a verb");
        }
        self.validators.entry(key).or_insert(Gate {
            id: ValidatorId(number),
            place,
            head: Head::EMPTY,
        })
    }

    async fn upload(&self, acceptance: Acceptance) {
        let accepted = self.office.store.accept_segment(acceptance).await;
        accepted.expect("a verb").expect("no conflict");
    }
}

impl Gate {
    fn write(&mut self, time: UnixSeconds, event: Event) -> (TapId, StoredEntry) {
        let previous = self.head.hash;
        let entry = Entry {
            sequence: 0,
            time,
            trust: ClockTrust::Synced,
            place: self.place.clone(),
            event,
            bundle_version: 1,
        };
        let (chained, _) = append(&mut self.head, entry);
        let id = TapId {
            validator: self.id,
            sequence: chained.entry.sequence,
        };
        let stored = StoredEntry {
            sequence: id.sequence,
            previous,
            hash: chained.hash,
            bytes: chained.bytes,
        };
        (id, stored)
    }
}

fn acceptance(
    (id, entry): (TapId, StoredEntry),
    (taps, voids): (Vec<Tap>, Vec<EntryVoid>),
    time: UnixSeconds,
) -> Acceptance {
    Acceptance {
        validator: id.validator,
        journal_end: entry.sequence,
        entries: vec![entry],
        taps,
        voids,
        disagreements: Vec::new(),
        seen: Vec::new(),
        rides_home: Vec::new(),
        sealed: time,
        received: time,
    }
}

fn office(book: Arc<TariffBook>) -> Office {
    let provider_key = secret_of(Algorithm::EdDsa, 77).public_key();
    let connector = || {
        let settings = Settings {
            merchant: "office".into(),
            secret: [5; 32],
            provider_key: provider_key.bytes[..32].try_into().expect("32 bytes"),
        };
        Connector::new(&settings).expect("a connector")
    };
    Office {
        store: Store::Memory(MemoryStore::default()),
        book,
        desk: Arc::new(Desk {
            version: 1,
            brands: Vec::new(),
            operators: Vec::new(),
            keys: KeyList::default(),
            acceptance: Vec::new(),
            issuers: Vec::new(),
            programmes: Vec::new(),
            flat_fares: Vec::new(),
            bundle_signer: Arc::new(secret(14)),
            provider: (ProviderId(1), Provider::Sandbox(connector())),
            messages: connector(),
        }),
        policy: Arc::new(Policy {
            credential: CredentialPolicy::default(),
            credit: CreditPolicy::default(),
            charge_per: ChargePer::Ride,
            commission: CommissionRates::always(50),
            currency: Currency::CNY,
            session_s: 86_400,
            ask_after_s: 60,
            riders_at_once: 8,
            goodwill: GoodwillLimits::default(),
            limits: Default::default(),
        }),
    }
}

/// A code in sixteen bytes.
fn showing(code: &str) -> [u8; 16] {
    let mut showing = [0; 16];
    let length = code.len().min(16);
    showing[..length].copy_from_slice(&code.as_bytes()[..length]);
    showing
}

fn secret(number: u32) -> SecretKey {
    secret_of(Algorithm::Es256, number)
}

fn secret_of(algorithm: Algorithm, number: u32) -> SecretKey {
    let mut secret = [0; 32];
    secret[28..].copy_from_slice(&number.to_be_bytes());
    SecretKey::new(algorithm, &secret).expect("a small scalar is a key")
}
