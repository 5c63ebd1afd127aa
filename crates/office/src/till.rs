//! The till: what is due at providers and gateways, several riders' side by side.
//!
//! A provider takes a tenth of a second to answer, and a city has a million charges a day: one
//! after the other they would take more than the day. What is one rider's stays in order, so that
//! what was taken before is known when the next is decided.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use futures_util::stream::{self, StreamExt as _};
use ridecode_pay::{HttpReply, HttpRequest, RequestTime};
use ridecode_store::StoreFault;
use ridecode_words::{ProviderId, RiderId, UnixSeconds};

use crate::edge::{Carrier, Entropy};

/// What all requests of a round share.
pub(crate) struct Till<'a, C, E> {
    carrier: &'a C,
    entropy: Mutex<&'a mut E>,
    /// When the round began.
    pub(crate) now: UnixSeconds,
    at_once: usize,
}

impl<'a, C: Carrier, E: Entropy> Till<'a, C, E> {
    /// A round, with up to so many riders at once, at least one.
    pub(crate) fn open(
        (carrier, entropy): (&'a C, &'a mut E),
        now: UnixSeconds,
        at_once: u16,
    ) -> Self {
        Self {
            carrier,
            entropy: Mutex::new(entropy),
            now,
            at_once: usize::from(at_once).max(1),
        }
    }

    /// Sends a request. `None` if no complete reply came back in time, whatever happened there.
    pub(crate) async fn carry(
        &self,
        provider: ProviderId,
        request: HttpRequest,
    ) -> Option<HttpReply> {
        self.carrier.carry(provider, request).await
    }

    /// What a request is signed with.
    pub(crate) fn time(&self) -> RequestTime {
        let mut entropy = self.entropy.lock().unwrap_or_else(PoisonError::into_inner);
        RequestTime {
            now: self.now,
            nonce: entropy.number(),
        }
    }

    /// Pursues everything that is due and gives what came of it. A fault ends one rider's turn; the
    /// others' replies are still heard before it is told.
    pub(crate) async fn pursue_all<D, R>(
        &self,
        due: Vec<D>,
        rider: impl Fn(&D) -> RiderId,
        pursue: impl AsyncFn(D) -> Result<Option<R>, StoreFault>,
    ) -> Result<Vec<R>, StoreFault> {
        let turns = turns(due, rider).into_iter().map(async |turn| {
            let mut done = Vec::new();
            for one in turn {
                done.extend(pursue(one).await?);
            }
            Ok(done)
        });
        let mut turns = stream::iter(turns).buffer_unordered(self.at_once);
        let mut all = Ok(Vec::new());
        while let Some(turn) = turns.next().await {
            match (&mut all, turn) {
                (Ok(all), Ok(done)) => all.extend(done),
                (Ok(_), Err(fault)) => all = Err(fault),
                (Err(_), _) => {}
            }
        }
        all
    }
}

/// What is due, a rider at a time, in the order in which riders come up first.
fn turns<D>(due: Vec<D>, rider: impl Fn(&D) -> RiderId) -> Vec<Vec<D>> {
    let mut turns: Vec<Vec<D>> = Vec::new();
    let mut places = BTreeMap::new();
    for one in due {
        let place = *places.entry(rider(&one)).or_insert(turns.len());
        if place == turns.len() {
            turns.push(Vec::new());
        }
        turns[place].push(one);
    }
    turns
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::collections::BTreeSet;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    struct Nobody;

    impl Carrier for Nobody {
        async fn carry(&self, _: ProviderId, _: HttpRequest) -> Option<HttpReply> {
            None
        }
    }

    impl Entropy for Nobody {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    /// Waits for two turns of the others.
    async fn wait() {
        for _ in 0..2 {
            let mut waited = false;
            std::future::poll_fn(|context| {
                context.waker().wake_by_ref();
                match std::mem::replace(&mut waited, true) {
                    true => Poll::Ready(()),
                    false => Poll::Pending,
                }
            })
            .await;
        }
    }

    /// Pursues numbers of riders; the number `fault` fails. Gives the outcome, what was pursued to
    /// its end and the most riders that were waited for at once.
    fn check(
        due: &[(u64, u32)],
        at_once: u16,
        fault: u32,
    ) -> (Result<Vec<u32>, StoreFault>, Vec<u32>, usize) {
        let (carrier, mut entropy) = (Nobody, Nobody);
        let till = Till::open((&carrier, &mut entropy), UnixSeconds(0), at_once);
        let (open, most) = (RefCell::new(BTreeSet::new()), Cell::new(0));
        let done = RefCell::new(Vec::new());
        let pursue = async |(rider, number)| {
            assert!(
                open.borrow_mut().insert(rider),
                "one of a rider's at a time"
            );
            most.set(most.get().max(open.borrow().len()));
            wait().await;
            open.borrow_mut().remove(&rider);
            if number == fault {
                return Err(StoreFault::Corrupt("it fell over".to_owned()));
            }
            done.borrow_mut().push(number);
            Ok((number % 10 != 0).then_some(number))
        };
        let all = till.pursue_all(due.to_vec(), |(rider, _)| RiderId(*rider), pursue);
        let mut all = pin!(all);
        let outcome = loop {
            if let Poll::Ready(outcome) = all.as_mut().poll(&mut Context::from_waker(Waker::noop()))
            {
                break outcome;
            }
        };
        (outcome, done.take(), most.get())
    }

    const DUE: [(u64, u32); 6] = [(1, 11), (2, 21), (1, 12), (3, 31), (2, 20), (4, 41)];

    #[test]
    fn riders_go_side_by_side_and_what_is_one_riders_in_order() {
        let (outcome, done, most) = check(&DUE, 3, 0);
        let mut heard = outcome.expect("no fault");
        heard.sort_unstable();
        assert_eq!(heard, [11, 12, 21, 31, 41], "20 was somebody else's");
        assert_eq!(most, 3);
        let place = |number| done.iter().position(|one| *one == number);
        assert!(place(11) < place(12) && place(21) < place(20));
    }

    #[test]
    fn one_at_once_is_one_after_the_other() {
        for at_once in [0, 1] {
            let (outcome, done, most) = check(&DUE, at_once, 0);
            assert_eq!(outcome.expect("no fault").len(), 5);
            assert_eq!(done, [11, 12, 21, 20, 31, 41]);
            assert_eq!(most, 1);
        }
    }

    #[test]
    fn a_fault_ends_one_riders_turn_and_is_told_after_the_others() {
        for at_once in [1, 3, 9] {
            let (outcome, mut done, _) = check(&DUE, at_once, 11);
            assert!(outcome.is_err());
            done.sort_unstable();
            assert_eq!(done, [20, 21, 31, 41]);
        }
    }
}
