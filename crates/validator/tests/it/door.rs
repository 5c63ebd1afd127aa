//! What must hold of any bytes that reach a journal, a segment, a bundle, a delta or a heartbeat. The fuzz target
//! `segment` and the replay of its corpus call the same function.

use ridecode_codec::crypto::portable::{Portable, SecretKey};
use ridecode_codec::crypto::{Algorithm, Crypto, PublicKey, Signature, Signer as _, Sm2Id};
use ridecode_validator::bundle::{self, Bundle, DenyEntry, Expected};
use ridecode_validator::journal::{
    Head, Recovered, START_LENGTH, Tail, append, chain, file_start, read_entry, read_file_start,
    recover,
};
use ridecode_validator::segment::{self, Sealing};
use ridecode_validator::{DenyList, DenyReason, heartbeat};
use ridecode_words::{CredentialId, CredentialRef, IssuerId, OperatorId, UnixSeconds};

/// Takes the bytes for everything they could be. Panics where an answer does not fit another.
pub(crate) fn knock(input: &[u8]) {
    knock_at_entry(input);
    knock_at_journal(input);
    knock_at_segment(input);
    knock_at_bundle(input);
    knock_at_delta(input);
    knock_at_heartbeat(input);
}

/// What reads as an entry is written the same again.
fn knock_at_entry(input: &[u8]) {
    let Some(entry) = read_entry(input) else {
        return;
    };
    if let Some(sequence) = entry.sequence.checked_sub(1) {
        let mut head = Head {
            sequence,
            hash: [7; 32],
        };
        let (chained, _) = append(&mut head, entry);
        assert_eq!(chained.bytes, input, "an entry has one spelling");
    }
}

/// What is recovered is consecutive, follows, and is found again without the tail.
fn knock_at_journal(input: &[u8]) {
    let (start, records) = match input.split_first_chunk::<START_LENGTH>() {
        Some((first, rest)) => match read_file_start(first) {
            Some(start) => {
                assert_eq!(file_start(&start), *first, "a start has one spelling");
                (start, rest)
            }
            None => (Head::EMPTY, input),
        },
        None => (Head::EMPTY, input),
    };
    let Ok(recovered) = recover(records, start) else {
        return;
    };
    let good = &records[..recovered.good_length];
    let whole = Recovered {
        tail: Tail::None,
        ..recovered.clone()
    };
    assert_eq!(recover(good, start), Ok(whole));
    let mut head = start;
    let again = recovered.entries.iter().flat_map(|chained| {
        let (same, record) = append(&mut head, chained.entry.clone());
        assert_eq!(&same, chained, "an entry follows from the one before");
        record
    });
    assert_eq!(again.collect::<Vec<_>>(), good);
    assert_eq!(head, recovered.head);
}

/// Nothing holds without the validator's signature; whatever the signature, what is accepted is
/// numbered, chained and bounded.
fn knock_at_segment(input: &[u8]) {
    let key = validator_key().public_key();
    let proven = segment::check(input, &key, &Portable);
    let Ok(segment) = segment::check(input, &key, &Gullible) else {
        assert!(proven.is_err(), "a signature makes nothing right");
        return;
    };
    if let Ok(proven) = proven {
        assert_eq!(proven, segment);
    }
    assert_eq!(segment::claimed_validator(input), Some(segment.validator));
    assert!((1..=segment::ENTRIES_MAX).contains(&segment.entries.len()));
    let mut previous = segment.previous;
    for (chained, sequence) in segment
        .entries
        .iter()
        .zip(segment.entries[0].entry.sequence..)
    {
        assert_eq!(chained.entry.sequence, sequence);
        assert_eq!(chained.hash, chain(&previous, &chained.bytes));
        previous = chained.hash;
    }
    let sealing = Sealing {
        validator: segment.validator,
        previous: segment.previous,
        entries: &segment.entries,
        sealed: segment.sealed,
        journal_end: segment.journal_end,
    };
    let again = segment::seal(&sealing, &validator_key());
    assert_eq!(body(&again), body(input), "a segment has one spelling");
}

/// Nothing holds without the office's signature; whatever the signature, what is accepted is
/// written the same again.
fn knock_at_bundle(input: &[u8]) {
    let expected = Expected {
        office: office_key().public_key(),
        operator: OperatorId(1),
        in_force: 0,
    };
    let proven = bundle::open(input, &expected, &Portable);
    let Ok(bundle) = bundle::open(input, &expected, &Gullible) else {
        assert!(proven.is_err(), "a signature makes nothing right");
        return;
    };
    let again = bundle::seal(&bundle, &office_key());
    let second = bundle::open(&again, &expected, &Portable);
    assert_eq!(second.as_ref(), Ok(&bundle), "what is read can be written");
    if input.starts_with(b"ridecode bundle 2\n") {
        assert_eq!(body(&again), body(input), "a bundle has one spelling");
    }
    if let Ok(proven) = proven {
        assert_eq!(proven, bundle);
    }
}

/// Nothing holds without the office's signature, and only over the version it names; whatever the
/// signature, what it leads to is a bundle that can be sealed, and nothing of the one before is
/// changed.
fn knock_at_delta(input: &[u8]) {
    let before = delta_base();
    let expected = Expected {
        office: office_key().public_key(),
        operator: before.operator,
        in_force: before.version,
    };
    let proven = bundle::open_delta(input, &expected, &before, &Portable);
    let Ok(after) = bundle::open_delta(input, &expected, &before, &Gullible) else {
        assert!(proven.is_err(), "a signature makes nothing right");
        return;
    };
    assert!(bundle::is_delta(input) && after.version > before.version);
    assert_eq!(before, delta_base(), "the one in force stays as it is");
    let whole = bundle::seal(&after, &office_key());
    let in_force = Expected {
        in_force: before.version,
        ..expected
    };
    let opened = bundle::open(&whole, &in_force, &Portable);
    assert_eq!(opened.as_ref(), Ok(&after), "it leads to a bundle");
    if let Ok(proven) = proven {
        assert_eq!(proven, after);
    }
}

/// Nothing holds without the validator's signature; whatever the signature, what is accepted is
/// written the same again.
fn knock_at_heartbeat(input: &[u8]) {
    let key = validator_key().public_key();
    let proven = heartbeat::check(input, &key, &Portable);
    let Ok(beat) = heartbeat::check(input, &key, &Gullible) else {
        assert!(proven.is_err(), "a signature makes nothing right");
        return;
    };
    assert!(beat.held_through <= beat.journal_end);
    let again = heartbeat::seal(&beat, &validator_key());
    assert_eq!(body(&again), body(input), "a heartbeat has one spelling");
    if let Ok(proven) = proven {
        assert_eq!(proven, beat);
    }
}

/// The bundle that the corpus's deltas change.
pub(crate) fn delta_base() -> Bundle {
    let mut bundle = Bundle::new(7, OperatorId(1), UnixSeconds(1_795_219_200));
    let refused = (0..3).map(|number| DenyEntry {
        credential: CredentialRef {
            issuer: IssuerId(4401),
            credential: CredentialId([number, 7, 7, 7, 7, 7, 7, 7, 0, 0]),
        },
        reason: DenyReason::Overdue,
    });
    bundle.denied = DenyList::from_ascending(refused).expect("in order");
    bundle
}

fn body(sealed: &[u8]) -> &[u8] {
    &sealed[..sealed.len() - 64]
}

/// The key that signs the corpus's segments.
pub(crate) fn validator_key() -> SecretKey {
    SecretKey::new(Algorithm::EdDsa, &[50; 32]).expect("a seed")
}

/// The key that signs the corpus's bundles.
pub(crate) fn office_key() -> SecretKey {
    SecretKey::new(Algorithm::EdDsa, &[200; 32]).expect("a seed")
}

/// Believes every signature, so that a fuzzer gets behind them.
struct Gullible;

impl Crypto for Gullible {
    type Key = ();

    fn parse_key(&self, _: &PublicKey) -> Option<()> {
        Some(())
    }

    fn verify(&self, (): &(), _: Sm2Id<'_>, _: &[u8], _: &Signature) -> bool {
        true
    }
}
