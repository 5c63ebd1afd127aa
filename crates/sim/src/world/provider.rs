//! The payment provider and gateway of short messages: answers the sandbox protocol's bytes with
//! signed bytes. It keeps its own books, which the checkers hold against the back office's.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_codec::crypto::portable::SecretKey;
use ridecode_codec::crypto::{Algorithm, Signer as _, Sm2Id};
use ridecode_pay::sandbox::{Connector, Settings};
use ridecode_pay::{HttpReply, HttpRequest, Method};
use ridecode_words::UnixSeconds;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::seed::Seed;

/// What became of an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OrderState {
    /// Taken, and decided about later.
    Accepted,
    /// Money was taken from the account.
    Collected,
    /// The account is empty.
    Declined,
}

/// An order, with what was done to the account for it.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) payer: String,
    pub(crate) amount_minor: i64,
    pub(crate) state: OrderState,
    /// How often money was taken. More than once is the fault all of this is about.
    pub(crate) deductions: u32,
}

/// What became of a refund.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RefundState {
    /// Taken, and decided about later.
    Accepted,
    /// Money was given back.
    Done,
    /// The account takes nothing back.
    Refused,
}

/// A refund.
#[derive(Clone, Debug)]
pub(crate) struct Refund {
    pub(crate) order: String,
    pub(crate) amount_minor: i64,
    pub(crate) state: RefundState,
}

/// A signed callback.
pub(crate) struct Callback {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// How the provider takes an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mood {
    /// Decides at once.
    Prompt,
    /// Takes orders and decides later.
    Slow,
}

/// The provider's books.
pub(crate) struct Provider {
    key: SecretKey,
    /// Payer by contract number, and whether it is signed.
    contracts: BTreeMap<String, (String, bool)>,
    pub(crate) orders: BTreeMap<String, Order>,
    pub(crate) refunds: BTreeMap<String, Refund>,
    /// Payers whose accounts are empty.
    pub(crate) empty: BTreeSet<String>,
    /// Payers whose accounts take nothing back.
    pub(crate) closed: BTreeSet<String>,
    /// What the books contradict: two amounts under one number, more back than came in.
    pub(crate) faults: Vec<String>,
    nonce: u64,
}

impl Provider {
    pub(crate) fn new(seed: Seed) -> Self {
        Self {
            key: seed.key(Algorithm::EdDsa, "provider", 1),
            contracts: BTreeMap::new(),
            orders: BTreeMap::new(),
            refunds: BTreeMap::new(),
            empty: BTreeSet::new(),
            closed: BTreeSet::new(),
            faults: Vec::new(),
            nonce: 0,
        }
    }

    /// How the back office speaks to it.
    pub(crate) fn connector(&self) -> Connector {
        let mut provider_key = [0; 32];
        provider_key.copy_from_slice(&self.key.public_key().bytes[..32]);
        let settings = Settings {
            merchant: MERCHANT.into(),
            secret: [5; 32],
            provider_key,
        };
        Connector::new(&settings).expect("name and key are as a merchant's must be")
    }

    /// The payer of a contract signs it.
    pub(crate) fn sign(&mut self, contract: &str) {
        if let Some((_, signed)) = self.contracts.get_mut(contract) {
            *signed = true;
        }
    }

    /// Decides about every order and refund that waits. Gives the orders' numbers.
    pub(crate) fn decide(&mut self) -> Vec<String> {
        let mut decided = Vec::new();
        for refund in self.refunds.values_mut() {
            if refund.state == RefundState::Accepted {
                refund.state = give_back(&refund.order, (&self.orders, &self.closed));
            }
        }
        for (number, order) in &mut self.orders {
            if order.state == OrderState::Accepted {
                take(order, &self.empty);
                decided.push(number.clone());
            }
        }
        decided
    }

    /// What was taken from accounts and not given back, in minor units.
    pub(crate) fn balance_minor(&self) -> i64 {
        let taken = self.orders.values();
        let taken = taken.map(|order| order.amount_minor * i64::from(order.deductions));
        let done = |refund: &&Refund| refund.state == RefundState::Done;
        let back = self.refunds.values().filter(done);
        let back = back.map(|refund| refund.amount_minor);
        taken.sum::<i64>() - back.sum::<i64>()
    }

    /// A signed callback about an order.
    pub(crate) fn call_back(&mut self, number: &str, now: UnixSeconds) -> Option<Callback> {
        let mut event = show(number, self.orders.get(number)?);
        event["event"] = "order".into();
        let body = bytes(&event);
        self.nonce += 1;
        let (timestamp, nonce) = (now.0.to_string(), format!("{:016x}", self.nonce));
        let digest = hex::encode(Sha256::digest(&body));
        let text = format!("CALLBACK\n{MERCHANT}\n{timestamp}\n{nonce}\n{digest}\n");
        let headers = vec![
            ("sandbox-timestamp".into(), timestamp),
            ("sandbox-nonce".into(), nonce),
            ("sandbox-signature".into(), self.signature(&text)),
        ];
        Some(Callback { headers, body })
    }

    /// Takes a request.
    pub(crate) fn take(&mut self, request: &HttpRequest, mood: Mood) -> HttpReply {
        let path: Vec<&str> = request.target.split('/').skip(1).collect();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let (status, answer) = match (request.method, path.as_slice()) {
            (Method::Post, ["v1", "contracts"]) => self.open_contract(&body),
            (Method::Get, ["v1", "contracts", number]) => self.find_contract(number),
            (Method::Post, ["v1", "orders"]) => self.order(&body, mood),
            (Method::Get, ["v1", "orders", number]) => match self.orders.get(*number) {
                Some(order) => (200, show(number, order)),
                None => (404, json!({ "code": "no_such_order" })),
            },
            (Method::Post, ["v1", "refunds"]) => self.refund(&body, mood),
            (Method::Get, ["v1", "refunds", number]) => match self.refunds.get(*number) {
                Some(refund) => (200, show_refund(number, refund)),
                None => (404, json!({ "code": "no_such_refund" })),
            },
            (Method::Post, ["sms"]) => (201, json!({ "message": 1 })),
            _ => (404, json!({ "code": "no_such_path" })),
        };
        self.reply(request, status, &bytes(&answer))
    }

    fn open_contract(&mut self, body: &Value) -> (u16, Value) {
        let (number, payer) = (text(body, "number"), text(body, "payer"));
        let contract = self.contracts.entry(number.clone());
        contract.or_insert((payer, false));
        (201, self.find_contract(&number).1)
    }

    fn find_contract(&self, number: &str) -> (u16, Value) {
        let Some((_, signed)) = self.contracts.get(number) else {
            return (404, json!({ "code": "no_such_contract" }));
        };
        let state = if *signed { "active" } else { "pending" };
        let mut contract = json!({
            "number": number, "contract": format!("c-{number}"), "state": state,
        });
        if !signed {
            contract["sign_url"] = "https://provider.example/sign".into();
        }
        (200, contract)
    }

    /// Takes an order. One that was paid is never paid again under its number; one that was
    /// declined is tried again.
    fn order(&mut self, body: &Value, mood: Mood) -> (u16, Value) {
        let number = text(body, "order");
        let amount_minor = body["amount_minor"].as_i64().unwrap_or_default();
        let contract = text(body, "contract");
        let contract = contract.strip_prefix("c-").unwrap_or_default();
        let Some((payer, true)) = self.contracts.get(contract).cloned() else {
            return (422, json!({ "code": "no_such_contract" }));
        };
        let order = self.orders.entry(number.clone()).or_insert(Order {
            payer,
            amount_minor,
            state: OrderState::Declined,
            deductions: 0,
        });
        if order.amount_minor != amount_minor {
            let held = order.amount_minor;
            let fault = format!("order {number} came for {held} and for {amount_minor}");
            self.faults.push(fault);
            return (409, json!({ "code": "other_content" }));
        }
        match (order.state, mood) {
            (OrderState::Declined, Mood::Prompt) => take(order, &self.empty),
            (OrderState::Declined, Mood::Slow) => order.state = OrderState::Accepted,
            (OrderState::Accepted | OrderState::Collected, _) => {}
        }
        (200, show(&number, order))
    }

    /// Takes a refund. One refund number gives back once, and one that was refused is tried again;
    /// no order gives back more than it took.
    fn refund(&mut self, body: &Value, mood: Mood) -> (u16, Value) {
        let (number, order) = (text(body, "refund"), text(body, "order"));
        let amount_minor = body["amount_minor"].as_i64().unwrap_or_default();
        let held = self.refunds.get(&number).map(|refund| refund.state);
        if held.is_none_or(|state| state == RefundState::Refused) {
            let others = self.refunds.iter().filter(|(held, other)| {
                **held != number && other.order == order && other.state != RefundState::Refused
            });
            let given: i64 = others.map(|(_, other)| other.amount_minor).sum();
            let taken = self
                .orders
                .get(&order)
                .map_or(0, |order| order.amount_minor * i64::from(order.deductions));
            if given + amount_minor > taken {
                let fault = format!("order {order} took {taken}, gave back {given}, is to give");
                self.faults.push(format!("{fault} {amount_minor} more"));
                return (409, json!({ "code": "too_much" }));
            }
            let state = match mood {
                Mood::Slow => RefundState::Accepted,
                Mood::Prompt => give_back(&order, (&self.orders, &self.closed)),
            };
            let refund = Refund {
                order,
                amount_minor,
                state,
            };
            self.refunds.insert(number.clone(), refund);
        }
        (200, show_refund(&number, &self.refunds[&number]))
    }

    fn reply(&self, request: &HttpRequest, status: u16, body: &[u8]) -> HttpReply {
        let header = |name: &str| {
            let found = request.headers.iter().find(|(held, _)| held == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let (nonce, timestamp) = (header("sandbox-nonce"), header("sandbox-timestamp"));
        let digest = hex::encode(Sha256::digest(body));
        let text = format!("REPLY\n{status}\n{nonce}\n{timestamp}\n{digest}\n");
        HttpReply {
            status,
            headers: vec![
                ("sandbox-timestamp".into(), timestamp),
                ("sandbox-signature".into(), self.signature(&text)),
            ],
            body: body.to_vec(),
        }
    }

    fn signature(&self, text: &str) -> String {
        hex::encode(self.key.sign(Sm2Id::DEFAULT, text.as_bytes()).0)
    }
}

fn take(order: &mut Order, empty: &BTreeSet<String>) {
    if empty.contains(&order.payer) {
        order.state = OrderState::Declined;
    } else {
        order.state = OrderState::Collected;
        order.deductions += 1;
    }
}

fn show(number: &str, order: &Order) -> Value {
    let state = match order.state {
        OrderState::Accepted => "accepted",
        OrderState::Collected => "collected",
        OrderState::Declined => "declined",
    };
    let mut shown = json!({
        "order": number, "state": state, "amount_minor": order.amount_minor, "currency": "CNY",
    });
    match order.state {
        OrderState::Accepted => {}
        OrderState::Collected => shown["transaction"] = format!("t-{number}").into(),
        OrderState::Declined => shown["reason"] = "insufficient_balance".into(),
    }
    shown
}

/// What becomes of a refund of an order.
fn give_back(
    order: &str,
    (orders, closed): (&BTreeMap<String, Order>, &BTreeSet<String>),
) -> RefundState {
    let payer = orders.get(order).map(|order| &order.payer);
    if payer.is_some_and(|payer| closed.contains(payer)) {
        RefundState::Refused
    } else {
        RefundState::Done
    }
}

fn show_refund(number: &str, refund: &Refund) -> Value {
    let state = match refund.state {
        RefundState::Accepted => "accepted",
        RefundState::Done => "done",
        RefundState::Refused => "refused",
    };
    let mut shown = json!({
        "refund": number, "order": refund.order, "state": state,
        "amount_minor": refund.amount_minor, "currency": "CNY",
    });
    if refund.state == RefundState::Refused {
        shown["reason"] = "account_closed".into();
    }
    shown
}

fn text(body: &Value, field: &str) -> String {
    body[field].as_str().unwrap_or_default().to_owned()
}

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

const MERCHANT: &str = "office";
