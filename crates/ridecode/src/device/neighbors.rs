//! The other gates of an array, over the local network: UDP datagrams under the array's key.
//!
//! A code accepted here is told to all peers at once, and every second each gate says what it
//! knows, so that whoever was cut off catches up within two seconds of the cable being back.
//! Nobody waits for a peer: cut off, a gate works on with what it knows.

use std::io;
use std::net::SocketAddr;
use std::sync::mpsc;
use std::time::Duration;

use anyhow::Context as _;
use ridecode_validator::array::{Array, ArrayFault, ArrayKey, DATAGRAM_MAX, Shared};
use ridecode_words::ValidatorId;
use tokio::net::UdpSocket;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::clock::Stopwatch;

/// Where the other gates are.
#[derive(Clone, Debug)]
pub struct ArraySettings {
    /// The address here.
    pub listen: SocketAddr,
    /// The other gates' addresses.
    pub peers: Vec<SocketAddr>,
    /// The key all of them share.
    pub key: ArrayKey,
}

/// A gate with its socket.
#[derive(Debug)]
pub struct Neighbors {
    socket: UdpSocket,
    peers: Vec<SocketAddr>,
    array: Array,
    running: Stopwatch,
}

/// What goes to and comes from the neighbors.
#[derive(Debug)]
pub struct Talk {
    /// What happened here.
    pub told: UnboundedReceiver<Shared>,
    /// What happened there.
    pub learned: mpsc::Sender<Shared>,
    /// How many neighbors are heard.
    pub heard: watch::Sender<usize>,
}

impl Neighbors {
    /// Opens the socket.
    pub async fn open(settings: &ArraySettings, me: ValidatorId) -> anyhow::Result<Self> {
        let listen = settings.listen;
        let socket = UdpSocket::bind(listen).await;
        let socket = socket.with_context(|| {
            format!("array: listen {listen} is not free here; write an address of this machine")
        })?;
        Ok(Self {
            socket,
            peers: settings.peers.clone(),
            array: Array::new(me, settings.key.clone()),
            running: Stopwatch::start(),
        })
    }

    /// The address here.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Talks for as long as anyone tells and listens.
    pub async fn talk(mut self, mut talk: Talk) {
        let mut hello = tokio::time::interval(HELLO_EVERY);
        hello.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // One byte more than there can be, so that a datagram that is too long shows.
        let mut buffer = [0; DATAGRAM_MAX + 1];
        loop {
            tokio::select! {
                told = talk.told.recv() => {
                    let Some(shared) = told else { return };
                    let datagram = self.array.share(shared);
                    self.send_to_all(&datagram).await;
                }
                received = self.socket.recv_from(&mut buffer) => {
                    // A peer that is switched off shows as an error of the next call: no matter.
                    let Ok((length, from)) = received else { continue };
                    if !self.take(&buffer[..length], from, &talk.learned).await {
                        return;
                    }
                }
                _ = hello.tick() => {
                    let datagram = self.array.hello();
                    self.send_to_all(&datagram).await;
                    let heard = self.array.count_heard(self.now_ms(), HEARD_WITHIN_MS);
                    talk.heard.send_if_modified(|was| std::mem::replace(was, heard) != heard);
                }
            }
        }
    }

    async fn take(
        &mut self,
        datagram: &[u8],
        from: SocketAddr,
        learned: &mpsc::Sender<Shared>,
    ) -> bool {
        let received = match self.array.receive(datagram, self.now_ms()) {
            Ok(received) => received,
            Err(fault @ (ArrayFault::Malformed | ArrayFault::WrongKey)) => {
                tracing::debug!(%from, %fault, "a datagram was dropped");
                return true;
            }
            Err(fault @ (ArrayFault::Own | ArrayFault::TooManyPeers)) => {
                tracing::warn!(%from, %fault, "a datagram was dropped");
                return true;
            }
        };
        for reply in received.replies {
            self.send(&reply, from).await;
        }
        let mut all = received.learned.into_iter();
        all.all(|shared| learned.send(shared).is_ok())
    }

    async fn send_to_all(&self, datagram: &[u8]) {
        for peer in &self.peers {
            self.send(datagram, *peer).await;
        }
    }

    /// Whatever does not arrive is asked for again.
    async fn send(&self, datagram: &[u8], to: SocketAddr) {
        if let Err(fault) = self.socket.send_to(datagram, to).await {
            tracing::debug!(%to, %fault, "a datagram was not sent");
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.running.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

const HELLO_EVERY: Duration = Duration::from_secs(1);

/// A neighbor that is silent for so long is cut off.
const HEARD_WITHIN_MS: u64 = 5_000;

#[cfg(test)]
mod tests;
