//! The line between the back office and the provider, and what weather does to it: requests that
//! never arrive or arrive twice, replies that are lost or come as something else, and workers that
//! die before a request leaves or before its reply is heard.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ridecode_office::Carrier;
use ridecode_pay::{Door, HttpReply, HttpRequest};
use ridecode_words::{ProviderId, UnixSeconds};

use super::provider::{Mood, OrderState, Provider};
use crate::seed::{Chances, Seed};

/// How things stand between office and provider. Chances are in a thousand requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Weather {
    pub(crate) lost: u32,
    pub(crate) twice: u32,
    pub(crate) reply_lost: u32,
    pub(crate) garbled: u32,
    pub(crate) dies: u32,
    /// Orders that are taken and decided about later.
    pub(crate) slow: u32,
}

/// The line.
pub(crate) struct Line {
    seed: Seed,
    end: Mutex<End>,
    /// The worker at this end has died.
    pub(crate) dead: AtomicBool,
}

/// The far end, and the weather on the way.
pub(crate) struct End {
    pub(crate) provider: Provider,
    pub(crate) weather: Weather,
    pub(crate) now: UnixSeconds,
    /// Orders whose outcome the office may not know, and since when.
    pub(crate) unknown: BTreeMap<String, UnixSeconds>,
    /// The longest an outcome stayed unknown so far, in seconds.
    pub(crate) unknown_s_max: i64,
    /// Something of a rider's where it does not belong.
    pub(crate) leaks: Vec<String>,
    /// Counts requests: each has a fate of its own.
    requests: u64,
}

impl Line {
    pub(crate) fn new(seed: Seed, provider: Provider, now: UnixSeconds) -> Self {
        let end = End {
            provider,
            weather: Weather::default(),
            now,
            unknown: BTreeMap::new(),
            unknown_s_max: 0,
            leaks: Vec::new(),
            requests: 0,
        };
        Self {
            seed,
            end: Mutex::new(end),
            dead: AtomicBool::new(false),
        }
    }

    /// The far end. Never held while the office works.
    pub(crate) fn end(&self) -> MutexGuard<'_, End> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn die(&self) {
        self.dead.store(true, Ordering::Relaxed);
        pending::<()>().await;
    }
}

/// What happens to a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    DiesBefore,
    Lost,
    Twice,
    DiesAfter,
    ReplyLost,
    Garbled,
    Arrives,
}

impl Fate {
    fn draw(weather: &Weather, chances: &mut Chances) -> Self {
        let mut left = chances.0.u32(0..1_000);
        let mut is = |per_mille: u32| {
            let hit = left < per_mille;
            left = left.wrapping_sub(per_mille);
            hit
        };
        if is(weather.dies / 2) {
            Self::DiesBefore
        } else if is(weather.dies / 2) {
            Self::DiesAfter
        } else if is(weather.lost) {
            Self::Lost
        } else if is(weather.twice) {
            Self::Twice
        } else if is(weather.reply_lost) {
            Self::ReplyLost
        } else if is(weather.garbled) {
            Self::Garbled
        } else {
            Self::Arrives
        }
    }
}

impl Carrier for Line {
    async fn carry(&self, _: ProviderId, request: HttpRequest) -> Option<HttpReply> {
        let (fate, mood) = {
            let mut end = self.end();
            end.requests += 1;
            let mut chances = self.seed.chances("request", end.requests);
            end.note_leak(&request);
            let fate = Fate::draw(&end.weather, &mut chances);
            let slow = chances.happens(end.weather.slow);
            (fate, if slow { Mood::Slow } else { Mood::Prompt })
        };
        if fate == Fate::DiesBefore {
            self.die().await;
        }
        let reply = self.end().deliver(&request, (fate, mood));
        if fate == Fate::DiesAfter {
            self.die().await;
        }
        reply
    }
}

impl End {
    fn deliver(&mut self, request: &HttpRequest, (fate, mood): (Fate, Mood)) -> Option<HttpReply> {
        let order = order_of(request);
        if let Some(order) = &order {
            let now = self.now;
            self.unknown.entry(order.clone()).or_insert(now);
        }
        if fate == Fate::Lost {
            return None;
        }
        if fate == Fate::Twice {
            self.provider.take(request, mood);
        }
        let reply = self.provider.take(request, mood);
        match fate {
            Fate::DiesBefore | Fate::Lost | Fate::DiesAfter | Fate::ReplyLost => None,
            Fate::Garbled => Some(HttpReply {
                status: 502,
                body: b"<!doctype html><title>502</title>".to_vec(),
                ..reply
            }),
            Fate::Twice | Fate::Arrives => {
                self.note_known(order);
                Some(reply)
            }
        }
    }

    /// A reply about an order was heard, or a callback. Known is what is decided.
    pub(crate) fn note_known(&mut self, order: Option<String>) {
        let Some(order) = order else { return };
        let decided = self.provider.orders.get(&order);
        let decided = decided.is_none_or(|order| match order.state {
            OrderState::Accepted => false,
            OrderState::Collected | OrderState::Declined => true,
        });
        if decided && let Some(since) = self.unknown.remove(&order) {
            self.unknown_s_max = self.unknown_s_max.max(self.now.since_s(since));
        }
    }

    /// Whoever takes payments learns no phone number; messages alone need one.
    fn note_leak(&mut self, request: &HttpRequest) {
        let text = String::from_utf8_lossy(&request.body);
        let says = text.contains(PHONE_START) || request.target.contains(PHONE_START);
        if says && request.door != Door::Messages {
            self.leaks.push(request.target.clone());
        }
    }
}

/// The order a request is about.
fn order_of(request: &HttpRequest) -> Option<String> {
    if let Some(number) = request.target.strip_prefix("/v1/orders/") {
        return Some(number.to_owned());
    }
    if request.target != "/v1/orders" {
        return None;
    }
    let body: serde_json::Value = serde_json::from_slice(&request.body).ok()?;
    Some(body["order"].as_str()?.to_owned())
}

/// How every phone number of the city begins.
pub(crate) const PHONE_START: &str = "+86138";
