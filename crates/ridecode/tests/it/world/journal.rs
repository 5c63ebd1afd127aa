//! A validator as the office knows it: a key, a number, a journal on its way up.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ridecode::clock::now;
use ridecode_codec::crypto::native::SecretKey;
use ridecode_codec::crypto::{Algorithm, Signer as _, Sm2Id};
use ridecode_validator::journal::{Chained, Entry, Event, Hash, Head, VoidReason, append};
use ridecode_validator::segment::{Sealing, seal};
use ridecode_validator::{ClockTrust, Outcome, Passage, Place};
use ridecode_words::{LineId, Mode, OperatorId, StopId, UnixSeconds, ValidatorId};
use serde_json::{Value, json};

use super::api::{Api, Reply};
use super::phone::fresh_key;

/// A registered validator and its whole journal.
pub(crate) struct Reader {
    /// The office's interface; validators sign their segments and nothing else.
    pub(crate) api: Api,
    /// Its number.
    pub(crate) id: ValidatorId,
    /// Its operator.
    pub(crate) operator: OperatorId,
    /// Its key.
    pub(crate) key: SecretKey,
    /// Its journal.
    pub(crate) entries: Vec<Chained>,
    head: Head,
}

impl Reader {
    /// Registers with a one-time code.
    pub(crate) async fn register(api: Api, code: &str) -> Self {
        let key = fresh_key(Algorithm::EdDsa);
        let view = api
            .post("/v1/validators", &introduction(code, &key))
            .await
            .expect(201);
        let id = view["validator"].as_str().expect("a number");
        let operator = view["operator"].as_u64().expect("a number");
        Self {
            api,
            id: id.parse().expect("a validator's number"),
            operator: OperatorId(u32::try_from(operator).expect("a small number")),
            key,
            entries: Vec::new(),
            head: Head::EMPTY,
        }
    }

    /// Writes an admitted code into the journal; gives the entry's number.
    pub(crate) fn admit(&mut self, place: &Place, code: Vec<u8>, time: UnixSeconds) -> u64 {
        let outcome = Outcome::Admit;
        self.write(place, Event::Decided { code, outcome }, time)
    }

    /// Writes that an accepted entry is taken back.
    pub(crate) fn void(&mut self, place: &Place, accepted: u64, time: UnixSeconds) -> u64 {
        let reason = VoidReason::NobodyPassed;
        self.write(place, Event::Voided { accepted, reason }, time)
    }

    /// Writes an event into the journal; gives its number.
    pub(crate) fn write(&mut self, place: &Place, event: Event, time: UnixSeconds) -> u64 {
        let entry = Entry {
            sequence: 0,
            time,
            trust: ClockTrust::Synced,
            place: place.clone(),
            event,
            bundle_version: 1,
        };
        let (chained, _) = append(&mut self.head, entry);
        let sequence = chained.entry.sequence;
        self.entries.push(chained);
        sequence
    }

    /// Seals the entries from `first` to `last`, both inclusive.
    pub(crate) fn seal(&self, first: u64, last: u64) -> Vec<u8> {
        let at = |sequence: u64| usize::try_from(sequence - 1).expect("a small number");
        let entries = &self.entries[at(first)..=at(last)];
        let previous = self.hash_before(first);
        seal(
            &Sealing {
                validator: self.id,
                previous,
                entries,
                sealed: now(),
                journal_end: self.head.sequence,
            },
            &self.key,
        )
    }

    /// Seals any entries, as no validator of ours ever would: consecutive or not, chained or not.
    pub(crate) fn forge(&self, entries: &[Chained]) -> Vec<u8> {
        let honest = self.seal(1, 1);
        let first = &self.entries[0];
        let head = honest.len() - SIGNATURE_LENGTH - item(first).len();
        let mut body = honest[..head - 2].to_vec();
        let count = u16::try_from(entries.len()).expect("few entries");
        body.extend_from_slice(&count.to_be_bytes());
        body.extend(entries.iter().flat_map(item));
        let signature = self.key.sign(Sm2Id::DEFAULT, &body);
        body.extend_from_slice(&signature.0);
        body
    }

    /// The hash before an entry.
    fn hash_before(&self, sequence: u64) -> Hash {
        match sequence {
            0 | 1 => Head::EMPTY.hash,
            _ => self.entries[usize::try_from(sequence - 2).expect("a small number")].hash,
        }
    }

    /// Uploads a segment.
    pub(crate) async fn send(&self, sealed: Vec<u8>) -> Reply {
        self.api.upload(&self.path(), sealed).await
    }

    /// Uploads the whole journal.
    pub(crate) async fn upload(&self) -> Value {
        let sealed = self.seal(1, self.head.sequence);
        self.send(sealed).await.expect(200)
    }

    /// Where it uploads.
    pub(crate) fn path(&self) -> String {
        format!("/v1/validators/{}/segments", self.id)
    }

    /// A bus of its operator.
    pub(crate) fn bus(&self, line: &str) -> Place {
        Place {
            line: Some(LineId::new(line).expect("a line")),
            ..Place::new(self.operator, Mode::Bus, Passage::Single)
        }
    }
}

/// An entry as it stands in a segment: length, bytes, hash.
fn item(chained: &Chained) -> Vec<u8> {
    let length = u16::try_from(chained.bytes.len()).expect("a short entry");
    [&length.to_be_bytes(), &chained.bytes[..], &chained.hash].concat()
}

/// A gate of the metro (operator 1).
pub(crate) fn metro_gate(stop: &str, passage: Passage) -> Place {
    Place {
        stop: Some(StopId::new(stop).expect("a stop")),
        ..Place::new(OperatorId(1), Mode::Metro, passage)
    }
}

/// The body that registers a validator.
pub(crate) fn introduction(code: &str, key: &SecretKey) -> Value {
    json!({
        "one_time_code": code,
        "algorithm": "eddsa",
        "public_key": STANDARD.encode(&key.public_key().bytes[..32]),
    })
}

const SIGNATURE_LENGTH: usize = 64;
