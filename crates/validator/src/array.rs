//! Gates side by side tell each other which codes they accepted, so that one code opens one gate.
//!
//! Each gate keeps a log of its own uses, numbered by its journal. A use is sent to all peers at
//! once. Every second a hello says how much each gate knows of the others, and whoever lags is
//! sent what it lacks, in order: datagrams may be lost, late, repeated or out of order, and peers
//! come and go. Everything is under a key the array shares. Nobody waits for a peer, and nothing
//! here reads a clock or opens a socket.

mod canonical;

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

use ridecode_words::{UnixSeconds, ValidatorId};

use crate::replay::CodeKey;

/// The key an array shares.
#[derive(Clone)]
pub struct ArrayKey(pub [u8; 32]);

impl core::fmt::Debug for ArrayKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ArrayKey(..)")
    }
}

/// Something the other gates should know, with the journal entry it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shared {
    pub(crate) sequence: u64,
    pub(crate) at: UnixSeconds,
    pub(crate) memory_s: u32,
    pub(crate) code: CodeKey,
    pub(crate) what: What,
}

/// What became of a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum What {
    /// It was accepted.
    Used,
    /// The accept was taken back.
    TakenBack,
}

/// One gate of an array.
#[derive(Debug)]
pub struct Array {
    me: ValidatorId,
    key: ArrayKey,
    log: VecDeque<Shared>,
    peers: BTreeMap<ValidatorId, Peer>,
}

#[derive(Clone, Copy, Debug)]
struct Peer {
    /// Through this entry its uses are known here.
    through: u64,
    heard_ms: u64,
    answered_ms: Option<u64>,
}

/// What a datagram brought.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Received {
    /// What other gates' codes became, in order.
    pub learned: Vec<Shared>,
    /// Datagrams to send back to where it came from.
    pub replies: Vec<Vec<u8>>,
}

/// Why a datagram is dropped.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, thiserror::Error)]
pub enum ArrayFault {
    /// It is none of an array's, or cut off.
    #[error("the datagram is none of an array's")]
    Malformed,
    /// Whoever sent it does not have the array's key.
    #[error("the datagram was not made with the array's key")]
    WrongKey,
    /// It is this gate's own: two gates have one folder, or a network loop.
    #[error("the datagram is this validator's own")]
    Own,
    /// More gates than an array has.
    #[error("an array has at most {PEERS_MAX} other gates")]
    TooManyPeers,
}

/// A datagram, taken apart.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Message {
    /// How far the sender knows the uses of others.
    Hello(Vec<(ValidatorId, u64)>),
    /// Uses of the sender's, behind the one with number `previous`.
    Uses { previous: u64, uses: Vec<Shared> },
}

impl Array {
    /// A gate that knows nothing of the others yet.
    pub fn new(me: ValidatorId, key: ArrayKey) -> Self {
        Self {
            me,
            key,
            log: VecDeque::new(),
            peers: BTreeMap::new(),
        }
    }

    /// Adds a use of this gate's to its log. Gives the datagram that tells it to all peers.
    pub fn share(&mut self, shared: Shared) -> Vec<u8> {
        let previous = self.log.back().map_or(0, |last| last.sequence);
        self.log.push_back(shared);
        while self.log.len() > LOG_MAX
            || self.log.front().is_some_and(|it| it.is_outlived(shared.at))
        {
            self.log.pop_front();
        }
        let uses = alloc::vec![shared];
        self.write(&Message::Uses { previous, uses })
    }

    /// The datagram for all peers every second.
    pub fn hello(&self) -> Vec<u8> {
        let known = self.peers.iter().map(|(id, peer)| (*id, peer.through));
        self.write(&Message::Hello(known.collect()))
    }

    /// Takes in a datagram. What it brings twice, or late, is not learned again.
    pub fn receive(&mut self, datagram: &[u8], now_ms: u64) -> Result<Received, ArrayFault> {
        let (from, message) = canonical::read(datagram, &self.key)?;
        if from == self.me {
            return Err(ArrayFault::Own);
        }
        if !self.peers.contains_key(&from) && self.peers.len() >= PEERS_MAX {
            self.forget_silent(now_ms)?;
        }
        let peer = self.peers.entry(from).or_insert(Peer {
            through: 0,
            heard_ms: now_ms,
            answered_ms: None,
        });
        peer.heard_ms = now_ms;
        match message {
            Message::Uses { previous, uses } => Ok(Received {
                learned: peer.learn(previous, uses),
                replies: Vec::new(),
            }),
            Message::Hello(known) => {
                let soon = |answered: u64| now_ms.saturating_sub(answered) < ANSWER_EVERY_MS;
                if peer.answered_ms.is_some_and(soon) {
                    return Ok(Received::default());
                }
                let through = known.iter().find(|(id, _)| *id == self.me);
                let replies = self.uses_behind(through.map_or(0, |(_, through)| *through));
                let answered = (!replies.is_empty()).then_some(now_ms);
                let peer = self.peers.get_mut(&from).expect("inserted above");
                peer.answered_ms = answered.or(peer.answered_ms);
                Ok(Received {
                    learned: Vec::new(),
                    replies,
                })
            }
        }
    }

    /// How many peers were heard of within the last `within_ms` milliseconds.
    pub fn count_heard(&self, now_ms: u64, within_ms: u64) -> usize {
        let heard = |peer: &&Peer| now_ms.saturating_sub(peer.heard_ms) <= within_ms;
        self.peers.values().filter(heard).count()
    }

    /// Makes room for a new gate by dropping one that was silent for long.
    fn forget_silent(&mut self, now_ms: u64) -> Result<(), ArrayFault> {
        let silent = |peer: &Peer| now_ms.saturating_sub(peer.heard_ms) > FORGET_MS;
        let before = self.peers.len();
        self.peers.retain(|_, peer| !silent(peer));
        if self.peers.len() == before {
            return Err(ArrayFault::TooManyPeers);
        }
        Ok(())
    }

    /// What the log holds behind an entry, in a bounded number of datagrams.
    fn uses_behind(&self, through: u64) -> Vec<Vec<u8>> {
        let first = self
            .log
            .partition_point(|shared| shared.sequence <= through);
        let behind: Vec<Shared> = self.log.range(first..).copied().collect();
        let mut previous = through;
        let batches = behind.chunks(USES_MAX).take(REPLIES_MAX).map(|uses| {
            let message = Message::Uses {
                previous,
                uses: uses.to_vec(),
            };
            previous = uses.last().map_or(previous, |last| last.sequence);
            self.write(&message)
        });
        batches.collect()
    }

    fn write(&self, message: &Message) -> Vec<u8> {
        canonical::write(self.me, message, &self.key)
    }
}

impl Peer {
    /// The uses that are news. What comes behind a gap is news as well, but is asked for again:
    /// a void in the gap must not be missed.
    fn learn(&mut self, previous: u64, mut uses: Vec<Shared>) -> Vec<Shared> {
        uses.retain(|shared| shared.sequence > self.through);
        if previous <= self.through
            && let Some(last) = uses.last()
        {
            self.through = last.sequence;
        }
        uses
    }
}

impl Shared {
    /// Whether it need not be told any more by that time: no gate would take the code.
    pub fn is_outlived(&self, now: UnixSeconds) -> bool {
        let since = self.at.max(self.code.generated);
        now.since_s(since) > i64::from(self.memory_s)
    }
}

/// The most other gates in an array.
pub const PEERS_MAX: usize = 64;

/// The most bytes of a datagram: what passes every network whole.
pub const DATAGRAM_MAX: usize = 1_200;

/// Uses in a datagram.
const USES_MAX: usize = 22;

/// Datagrams sent at once to one that lags: twenty minutes of a busy gate.
const REPLIES_MAX: usize = 64;

/// A gate that asks more often is not answered, so that a repeated hello cannot be made a flood.
const ANSWER_EVERY_MS: u64 = 500;

/// A gate silent for so long may be forgotten for another.
const FORGET_MS: u64 = 10 * 60_000;

/// Uses kept for those who lag.
const LOG_MAX: usize = 20_000;

#[cfg(test)]
mod tests;
