//! Random verbs from a seed, told to the memory engine and to another one. Every answer must be
//! the same, and so must everything that is held in the end.

mod draw;
mod verb;

use std::fmt::Write;

use ridecode_words::UnixSeconds;

use self::draw::Draw;
use self::verb::Verb;
use super::office::{assert_sums, pages};
use super::world::OPERATOR;
use crate::memory::MemoryStore;
use crate::{FleetOf, LedgerRange, PulseQuery, Store, TrailQuery};

/// Random verbs as they were told, to the memory engine and to another one.
pub struct Told {
    draw: Draw,
    verbs: Vec<Verb>,
}

impl Told {
    /// None yet; the verbs to come follow from the seed.
    pub fn new(seed: u64) -> Self {
        Self {
            draw: Draw::new(seed),
            verbs: Vec::new(),
        }
    }

    /// Tells both the next verb, and says whether both gave the same answer.
    pub async fn next(&mut self, oracle: &Store, engine: &Store) -> bool {
        let verb = self.draw.verb(oracle).await;
        let (expected, found) = (verb.tell(oracle).await, verb.tell(engine).await);
        self.verbs.push(verb);
        expected == found
    }
}

/// Draws `count` verbs from a seed and holds an engine against the memory engine. `empty` gives an
/// empty store and whatever must outlive it. Panics with the seed and a short list of verbs that
/// shows the first difference.
pub async fn compare<K>(empty: impl Fn() -> (Store, K), seed: u64, count: usize) {
    let oracle = Store::Memory(MemoryStore::default());
    let (engine, _kept) = empty();
    let mut told = Told::new(seed);
    for _ in 0..count {
        if !told.next(&oracle, &engine).await {
            let shortest = shorten(&empty, told.verbs).await;
            panic!("RIDECODE_SEED={seed}\n{}", explain(&empty, &shortest).await);
        }
    }
    let (expected, found) = (everything(&oracle).await, everything(&engine).await);
    assert_eq!(
        expected, found,
        "RIDECODE_SEED={seed}: what is held in the end"
    );
    assert_sums(&pages(&engine, 2).await);
}

/// All that an engine shows of what it holds.
pub async fn everything(store: &Store) -> String {
    let late = UnixSeconds(i64::MAX);
    let due = verb::due_bills(store, late, usize::MAX).await;
    let charges = store.due_charges(late, usize::MAX).await;
    let refunds = store.due_refunds(late, usize::MAX).await;
    let given_up = store.due_write_offs(late, usize::MAX).await;
    let adjustments = store.load_adjustments(usize::MAX).await;
    let notices = store.due_notices(late, usize::MAX).await;
    let denied = store.load_denied(UnixSeconds(0)).await;
    let state = store.office_state(late).await;
    let held = store.load_held(OPERATOR).await;
    let whole = LedgerRange {
        first: 1,
        last: u64::MAX,
        after: None,
    };
    let ledger = store.ledger_page(whole, usize::MAX).await;
    let days = store.load_ledger_days().await;
    let fleet = store.load_validators(FleetOf::All).await;
    let ever = PulseQuery {
        operator: None,
        since: UnixSeconds(0),
        until: late,
    };
    let pulses = store.load_pulses(ever).await;
    let trail = store.load_trail(TrailQuery::default(), usize::MAX).await;
    let pages = pages(store, 2).await;
    format!(
        "{ledger:#?}\n{days:#?}\n{pages:#?}\n{due:#?}\n{charges:#?}\n{refunds:#?}\n{given_up:#?}\n{adjustments:#?}\n{notices:#?}\n{denied:#?}\n{state:#?}\n{held:#?}\n{fleet:#?}\n{pulses:#?}\n{trail:#?}"
    )
}

/// The first verb about which the engines differ, if they do.
async fn first_difference<K>(
    empty: &impl Fn() -> (Store, K),
    verbs: &[Verb],
) -> Option<(usize, String, String)> {
    let oracle = Store::Memory(MemoryStore::default());
    let (engine, _kept) = empty();
    for (place, verb) in verbs.iter().enumerate() {
        let (expected, found) = (verb.tell(&oracle).await, verb.tell(&engine).await);
        if expected != found {
            return Some((place, expected, found));
        }
    }
    None
}

/// Leaves out whatever the difference does not need.
async fn shorten<K>(empty: &impl Fn() -> (Store, K), mut verbs: Vec<Verb>) -> Vec<Verb> {
    let mut size = verbs.len() / 2;
    while size > 0 {
        let mut start = 0;
        while start < verbs.len() {
            let mut fewer = verbs.clone();
            fewer.drain(start..(start + size).min(verbs.len()));
            match first_difference(empty, &fewer).await {
                Some((place, ..)) => {
                    fewer.truncate(place + 1);
                    verbs = fewer;
                }
                None => start += size,
            }
        }
        size /= 2;
    }
    verbs
}

async fn explain<K>(empty: &impl Fn() -> (Store, K), verbs: &[Verb]) -> String {
    let mut text = String::new();
    for verb in verbs {
        let _ = writeln!(text, "{verb:?}");
    }
    if let Some((_, expected, found)) = first_difference(empty, verbs).await {
        let _ = writeln!(text, "memory: {expected}\nengine: {found}");
    }
    text
}
