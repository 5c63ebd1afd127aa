//! The fuzz corpus of the target `segment`, replayed without the fuzzer, and some changes to it.
//!
//! The seeds are made here; with `RIDECODE_BLESS=1` they are written into the corpus anew. What a
//! fuzzer finds stands beside them under other names.

use std::fs;
use std::path::{Path, PathBuf};

use ridecode_codec::Unreadable;
use ridecode_codec::crypto::Signer as _;
use ridecode_codec::key::{CompactProfile, IdProfile, IssuerKey, MotIssuer, RootKey};
use ridecode_testing::{changed, read_corpus};
use ridecode_validator::bundle::{
    self, BrandRule, Bundle, Delta, DenyEntry, FlatFare, IssuerRules, Lines, Phase, ProgrammeRule,
};
use ridecode_validator::heartbeat::{self, Heartbeat, Waits};
use ridecode_validator::journal::{
    Chained, Entry, Event, Head, START_LENGTH, VoidReason, append, file_start,
};
use ridecode_validator::segment::{self, Sealing};
use ridecode_validator::{ClockTrust, DenyChange, DenyList, DenyReason, Outcome, Passage, Place};
use ridecode_words::{
    BrandId, CredentialId, CredentialRef, IssuerId, LineId, Mode, OperatorId, StopId, Text,
    UnixSeconds, ValidatorId, VehicleId,
};

use crate::door::{self, delta_base, office_key, validator_key};

#[test]
fn the_corpus_breaks_nothing() {
    let seed = ridecode_testing::seed(20_261_121);
    println!("RIDECODE_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let inputs = read_corpus("segment");
    assert!(inputs.len() >= seeds().len());
    for input in &inputs {
        door::knock(input);
        for _ in 0..20 {
            door::knock(&changed(input, &mut random));
        }
    }
}

#[test]
fn the_seeds_are_in_the_corpus() {
    for (name, bytes) in seeds() {
        let path = corpus().join(name);
        if blessing() {
            fs::create_dir_all(corpus()).expect("a folder");
            fs::write(&path, &bytes).expect("written");
        }
        let found = fs::read(&path).unwrap_or_default();
        assert!(
            found == bytes,
            "{} is not what the seed gives; if that is meant, run with RIDECODE_BLESS=1",
            path.display()
        );
    }
}

/// One of each form, and one for each way to be wrong that a signature would not hide.
fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let (journal, chained) = journal();
    let torn = journal[..journal.len() - 5].to_vec();
    let mut damaged = journal.clone();
    damaged[START_LENGTH + 40] ^= 1;
    let good = seal(&chained);
    let mut wrong_hash = chained.clone();
    wrong_hash[2].hash[0] ^= 1;
    let hole = [chained[0].clone(), chained[2].clone()];
    let repeat = [chained[0].clone(), chained[0].clone()];
    let mut forged = good.clone();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let mut cut = good.clone();
    cut.truncate(100);
    vec![
        ("journal", journal),
        ("journal-torn", torn),
        ("journal-damaged", damaged),
        ("journal-empty", file_start(&Head::EMPTY).to_vec()),
        ("entry-admit", chained[1].bytes.clone()),
        ("entry-void", chained[5].bytes.clone()),
        ("segment", good.clone()),
        ("segment-from-the-middle", seal_from(&chained, 3)),
        ("segment-forged", forged),
        ("segment-cut", cut),
        ("segment-hole", respelled(&good, &chained, &hole)),
        ("segment-repeat", respelled(&good, &chained, &repeat)),
        (
            "segment-wrong-hash",
            respelled(&good, &chained, &wrong_hash),
        ),
        ("segment-no-entries", respelled(&good, &chained, &[])),
        ("bundle-empty", bundle::seal(&empty_bundle(), &office_key())),
        ("bundle-full", bundle::seal(&full_bundle(), &office_key())),
    ]
    .into_iter()
    .chain(deltas())
    .chain(heartbeats())
    .collect()
}

/// Deltas on the bundle of the door: good ones, and one for each way to be wrong.
fn deltas() -> [(&'static str, Vec<u8>); 6] {
    let mut next = delta_base();
    next.version = 8;
    let nothing = sealed_delta(7, &next, &DenyChange::default());
    let entries: Vec<DenyEntry> = next.denied.iter().collect();
    let change = DenyChange {
        removed: vec![entries[0].credential],
        added: vec![DenyEntry {
            reason: DenyReason::Lost,
            ..entries[1]
        }],
    };
    next.denied = next.denied.changed(&change);
    let good = sealed_delta(7, &next, &change);
    let late = sealed_delta(6, &next, &change);
    let mut forged = good.clone();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let mut cut = good.clone();
    cut.truncate(good.len() / 2);
    next.denied = DenyList::default();
    let wrong_length = sealed_delta(7, &next, &change);
    [
        ("delta", good),
        ("delta-nothing-denied-anew", nothing),
        ("delta-out-of-order", late),
        ("delta-forged", forged),
        ("delta-cut", cut),
        ("delta-wrong-length", wrong_length),
    ]
}

fn sealed_delta(from: u64, bundle: &Bundle, change: &DenyChange) -> Vec<u8> {
    let delta = Delta {
        from,
        bundle,
        change,
    };
    bundle::seal_delta(&delta, &office_key())
}

/// A validator that is well, one that is not, and one that somebody else made up.
fn heartbeats() -> [(&'static str, Vec<u8>); 4] {
    let well = Heartbeat {
        validator: ValidatorId(0x2001),
        sealed: UnixSeconds(1_795_219_260),
        trust: ClockTrust::Synced,
        journal_end: 6,
        held_through: 6,
        complete_to: UnixSeconds(1_795_219_260),
        bundle_version: 7,
        free_bytes: Some(1 << 30),
        waits: Waits::default(),
        ailments: Vec::new(),
        place: None,
        software: None,
    };
    let ill = Heartbeat {
        trust: ClockTrust::FreeRunning { bound_s: 9 },
        held_through: 2,
        free_bytes: None,
        ailments: ["disk_full", "scanner_gone"]
            .map(|word| Text::new(word).expect("short"))
            .to_vec(),
        ..well.clone()
    };
    let good = heartbeat::seal(&well, &validator_key());
    let mut forged = good.clone();
    forged[30] ^= 1;
    let mut cut = good.clone();
    cut.truncate(good.len() - 65);
    [
        ("heartbeat", good),
        ("heartbeat-ill", heartbeat::seal(&ill, &validator_key())),
        ("heartbeat-forged", forged),
        ("heartbeat-cut", cut),
    ]
}

/// A journal file with every kind of entry.
fn journal() -> (Vec<u8>, Vec<Chained>) {
    let decided = |outcome, code: &[u8]| Event::Decided {
        code: code.to_vec(),
        outcome,
    };
    let events = [
        Event::Started,
        decided(Outcome::Admit, b"R1:ABC"),
        decided(Outcome::Denied(DenyReason::Overdue), &[0x80; 332]),
        decided(Outcome::Unreadable(Unreadable::UnknownKind), b"?"),
        Event::Passed { accepted: 2 },
        Event::Voided {
            accepted: 2,
            reason: VoidReason::NobodyPassed,
        },
    ];
    let mut head = Head::EMPTY;
    let mut file = file_start(&head).to_vec();
    let mut chained = Vec::new();
    for event in events {
        let (one, record) = append(&mut head, entry(event));
        file.extend_from_slice(&record);
        chained.push(one);
    }
    (file, chained)
}

fn entry(event: Event) -> Entry {
    Entry {
        sequence: 0,
        time: UnixSeconds(1_795_219_200),
        trust: ClockTrust::Drifting { bound_s: 3 },
        place: Place {
            operator: OperatorId(1),
            mode: Mode::Metro,
            passage: Passage::In,
            line: LineId::new("gz-gf").ok(),
            stop: StopId::new("西塱").ok(),
            direction: Some(1),
            vehicle: VehicleId::new("gate-3").ok(),
            fare_minor: Some(200),
        },
        event,
        bundle_version: 7,
    }
}

fn seal(entries: &[Chained]) -> Vec<u8> {
    seal_from(entries, 0)
}

fn seal_from(entries: &[Chained], from: usize) -> Vec<u8> {
    let sealing = Sealing {
        validator: ValidatorId(0x2001),
        previous: from
            .checked_sub(1)
            .map_or([0; 32], |last| entries[last].hash),
        entries: &entries[from..],
        sealed: UnixSeconds(1_795_219_260),
        journal_end: 6,
    };
    segment::seal(&sealing, &validator_key())
}

/// A segment with other entries in the place of its own, signed: what `seal` refuses to make.
fn respelled(good: &[u8], own: &[Chained], entries: &[Chained]) -> Vec<u8> {
    let items = |entries: &[Chained]| {
        let mut items = length(entries.len()).to_vec();
        for chained in entries {
            items.extend_from_slice(&length(chained.bytes.len()));
            items.extend_from_slice(&chained.bytes);
            items.extend_from_slice(&chained.hash);
        }
        items
    };
    let head = good.len() - 64 - items(own).len();
    let mut body = good[..head].to_vec();
    body.extend(items(entries));
    let signature = validator_key().sign(ridecode_codec::crypto::Sm2Id::DEFAULT, &body);
    body.extend_from_slice(&signature.0);
    body
}

fn length(length: usize) -> [u8; 2] {
    let length = u16::try_from(length).expect("short");
    length.to_be_bytes()
}

fn empty_bundle() -> Bundle {
    Bundle::new(1, OperatorId(1), UnixSeconds(1_795_219_200))
}

fn full_bundle() -> Bundle {
    let mut bundle = empty_bundle();
    let key = office_key().public_key();
    let expires = UnixSeconds(i64::MAX);
    bundle.keys.issuer_keys.push(IssuerKey {
        issuer: IssuerId(4401),
        key_id: 1,
        profile: CompactProfile::EdDsaEs256,
        key,
        expires,
    });
    bundle.keys.root_keys.push(RootKey {
        index: 9,
        key,
        expires,
    });
    bundle.keys.mot_issuers.push(MotIssuer {
        issuer: IssuerId(0x9999_0101),
        certificate_issuer: IssuerId(0x9999_0101),
        id_profile: IdProfile::ShanghaiLocal,
    });
    let issuers = [4401, 4406].map(|issuer| IssuerRules::default_for(IssuerId(issuer)));
    bundle.issuers = issuers.to_vec();
    bundle.issuers[1].liability_max_minor = Some(100_000);
    let on = |mode, lines: &[&str]| Lines {
        mode,
        lines: lines
            .iter()
            .map(|line| LineId::new(line).expect("an id"))
            .collect(),
    };
    bundle.programmes.push(ProgrammeRule {
        on: on(Mode::Bus, &["8", "107"]),
        phase: Phase::Advisory,
    });
    bundle.flat_fares.push(FlatFare {
        on: on(Mode::Bus, &[]),
        fare_minor: 200,
    });
    bundle.brands.push(BrandRule {
        brand: BrandId(2),
        issuer: IssuerId(4401),
        product: Some(5),
        operator: OperatorId(1),
        modes: Mode::ALL.to_vec(),
        lines: vec![LineId::new("gz-gf").expect("an id")],
        fare_ceiling_minor: Some(900),
    });
    let denied = DenyReason::ALL.map(|reason| DenyEntry {
        credential: CredentialRef {
            issuer: IssuerId(4401),
            credential: CredentialId([reason.byte(); 10]),
        },
        reason,
    });
    bundle.denied = DenyList::from_ascending(denied).expect("in order");
    bundle
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/segment")
}

#[expect(
    clippy::disallowed_methods,
    reason = "a corpus is written only when asked for"
)]
fn blessing() -> bool {
    std::env::var("RIDECODE_BLESS").is_ok_and(|value| value == "1")
}
