//! Gates on several loopback addresses, with a proxy on each cable that cuts and delays.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ridecode_validator::Outcome;
use ridecode_validator::journal::VoidReason;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use super::*;
use crate::device::tests::rig::{self, NOW, at, code};
use crate::device::{Rules, Validator};

/// A code accepted at one gate is refused at the others within this time while cables hold.
const REFUSED_WITHIN: Duration = Duration::from_millis(500);

/// And within this time once a cable is back.
const HEALED_WITHIN: Duration = Duration::from_millis(2_500);

#[tokio::test(flavor = "multi_thread")]
async fn a_code_opens_one_gate_of_an_array_whatever_the_cable_does() {
    let first_cable = Cable::new(30).await;
    let second_cable = Cable::new(5).await;
    let mut a = Gate::start(1, [first_cable.left(), second_cable.left()]).await;
    let mut b = Gate::start(2, [first_cable.right()]).await;
    first_cable.join(a.address, b.address);

    // The cable holds.
    a.admits(1);
    b.learns(1, REFUSED_WITHIN);
    b.refuses(1);

    // Nobody passed at gate a: the code is good at both again.
    assert!(a.validator.undo(VoidReason::NobodyPassed, at(1)).is_some());
    a.tell();
    b.learns(1, REFUSED_WITHIN);
    b.admits(1);
    a.learns(1, REFUSED_WITHIN);
    a.refuses(1);

    // The cable is pulled: both work on, and neither waits.
    first_cable.cut(true);
    for rider in 2..=60 {
        a.admits(rider);
    }
    b.admits(61);
    first_cable.dropped(60).await;
    assert!(b.learned.try_recv().is_err(), "nothing came through");

    // Healed: both catch up.
    first_cable.cut(false);
    b.learns(59, HEALED_WITHIN);
    for rider in 2..=60 {
        b.refuses(rider);
    }
    a.learns(1, HEALED_WITHIN);
    a.refuses(61);

    // A gate that comes late learns what was used before it came, and one that leaves is missed.
    let mut c = Gate::start(3, [second_cable.right()]).await;
    second_cable.join(a.address, c.address);
    c.learns(61, HEALED_WITHIN);
    c.refuses(60);
    a.hears(2).await;
    c.talking.abort();
    a.hears(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_in_the_network_opens_and_closes_nothing() {
    let cable = Cable::new(0).await;
    let mut a = Gate::start(1, [cable.left()]).await;
    let stranger = ArraySettings {
        listen: cable.right(),
        peers: vec![a.address],
        key: ArrayKey([9; 32]),
    };
    let stranger = Neighbors {
        peers: vec![a.address],
        ..Neighbors::open(&loopback(9, stranger.peers, stranger.key), ValidatorId(9))
            .await
            .unwrap()
    };
    stranger.send(b"", a.address).await;
    stranger.send(&[0; 1_400], a.address).await;
    stranger.send(&stranger.array.hello(), a.address).await;
    a.admits(1);
    // What was sent before has been read once a's own hello is out again.
    cable.seen(2).await;
    assert!(a.learned.try_recv().is_err());
    assert_eq!(*a.heard.borrow(), 0);
}

struct Gate {
    address: SocketAddr,
    validator: Validator,
    told: UnboundedSender<Shared>,
    learned: mpsc::Receiver<Shared>,
    heard: watch::Receiver<usize>,
    talking: JoinHandle<()>,
}

impl Gate {
    async fn start(number: u8, peers: impl Into<Vec<SocketAddr>>) -> Self {
        let settings = loopback(number, peers.into(), ArrayKey([7; 32]));
        let me = ValidatorId(number.into());
        let neighbors = Neighbors::open(&settings, me).await.unwrap();
        let (told, told_receiver) = unbounded_channel();
        let (learned_sender, learned) = mpsc::channel();
        let (heard_sender, heard) = watch::channel(0);
        let talk = Talk {
            told: told_receiver,
            learned: learned_sender,
            heard: heard_sender,
        };
        Self {
            address: neighbors.address().unwrap(),
            validator: rig::validator(rig::simulated(number.into()), Rules::default()),
            told,
            learned,
            heard,
            talking: tokio::spawn(neighbors.talk(talk)),
        }
    }

    fn admits(&mut self, rider: u8) {
        assert_eq!(self.decides(rider), Outcome::Admit);
    }

    fn refuses(&mut self, rider: u8) {
        let refresh = Outcome::AlreadyUsed { silent: false };
        assert_eq!(self.decides(rider), refresh, "rider {rider}");
    }

    fn decides(&mut self, rider: u8) -> Outcome {
        let shown = self.validator.scan(&code(rider, NOW), at(1)).unwrap();
        self.tell();
        shown.decision.outcome
    }

    fn tell(&mut self) {
        for shared in self.validator.take_outbox() {
            self.told.send(shared).unwrap();
        }
    }

    /// Learns so many things in time.
    fn learns(&mut self, things: usize, within: Duration) {
        let watch = Stopwatch::start();
        // A loaded machine is given four times the time it takes on a quiet one.
        let left = || (4 * within).saturating_sub(watch.elapsed());
        let mut learned = Vec::new();
        while learned.len() < things {
            let next = tokio::task::block_in_place(|| self.learned.recv_timeout(left()));
            learned.push(next.unwrap_or_else(|_| panic!("{} of {things}", learned.len())));
        }
        for shared in learned {
            self.validator.learn(&shared, at(1).clock);
        }
    }

    async fn hears(&mut self, neighbors: usize) {
        let heard = self.heard.wait_for(|heard| *heard == neighbors);
        let heard = tokio::time::timeout(Duration::from_secs(60), heard).await;
        heard.expect("in time").unwrap();
    }
}

fn loopback(number: u8, peers: Vec<SocketAddr>, key: ArrayKey) -> ArraySettings {
    ArraySettings {
        listen: SocketAddrV4::new(Ipv4Addr::new(127, 0, 1, number), 0).into(),
        peers,
        key,
    }
}

/// A cable between two gates: what goes in at one end comes out at the other, late or never.
struct Cable {
    ends: [Arc<UdpSocket>; 2],
    gates: [watch::Sender<Option<SocketAddr>>; 2],
    is_cut: Arc<AtomicBool>,
    dropped: Counter,
    seen: Counter,
}

type Counter = Arc<watch::Sender<u64>>;

impl Cable {
    async fn new(delay_ms: u64) -> Self {
        let mut ends = Vec::new();
        for _ in 0..2 {
            ends.push(Arc::new(UdpSocket::bind("127.0.2.1:0").await.unwrap()));
        }
        let cable = Self {
            ends: [Arc::clone(&ends[0]), Arc::clone(&ends[1])],
            gates: [watch::channel(None).0, watch::channel(None).0],
            is_cut: Arc::default(),
            dropped: Arc::default(),
            seen: Arc::default(),
        };
        for (from, to) in [(0, 1), (1, 0)] {
            let way = Way {
                from: Arc::clone(&ends[from]),
                to: Arc::clone(&ends[to]),
                gate: cable.gates[to].subscribe(),
                is_cut: Arc::clone(&cable.is_cut),
                dropped: Arc::clone(&cable.dropped),
                seen: Arc::clone(&cable.seen),
                delay: Duration::from_millis(delay_ms),
            };
            tokio::spawn(way.carry());
        }
        cable
    }

    /// The end the first gate sends to.
    fn left(&self) -> SocketAddr {
        self.ends[0].local_addr().unwrap()
    }

    /// The end the second gate sends to.
    fn right(&self) -> SocketAddr {
        self.ends[1].local_addr().unwrap()
    }

    fn join(&self, first: SocketAddr, second: SocketAddr) {
        self.gates[0].send_replace(Some(first));
        self.gates[1].send_replace(Some(second));
    }

    fn cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Ordering::SeqCst);
    }

    /// Waits until the cut cable swallowed so many datagrams.
    async fn dropped(&self, datagrams: u64) {
        let mut dropped = self.dropped.subscribe();
        dropped
            .wait_for(|dropped| *dropped >= datagrams)
            .await
            .unwrap();
    }

    /// Waits until so many datagrams came in at either end.
    async fn seen(&self, datagrams: u64) {
        let mut seen = self.seen.subscribe();
        seen.wait_for(|seen| *seen >= datagrams).await.unwrap();
    }
}

/// One direction of a cable.
struct Way {
    from: Arc<UdpSocket>,
    to: Arc<UdpSocket>,
    gate: watch::Receiver<Option<SocketAddr>>,
    is_cut: Arc<AtomicBool>,
    dropped: Counter,
    seen: Counter,
    delay: Duration,
}

impl Way {
    async fn carry(self) {
        let mut buffer = [0; 2_000];
        while let Ok((length, _)) = self.from.recv_from(&mut buffer).await {
            self.seen.send_modify(|seen| *seen += 1);
            let target = *self.gate.borrow();
            let Some(target) = target.filter(|_| !self.is_cut.load(Ordering::SeqCst)) else {
                self.dropped.send_modify(|dropped| *dropped += 1);
                continue;
            };
            let (to, datagram, delay) =
                (Arc::clone(&self.to), buffer[..length].to_vec(), self.delay);
            tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                let _ = to.send_to(&datagram, target).await;
            });
        }
    }
}
