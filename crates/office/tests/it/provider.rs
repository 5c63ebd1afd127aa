//! A payment provider small enough to read: contracts, orders, and a mood for the next request.
//! Speaks the sandbox protocol and signs as the sandbox does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use ridecode_codec::crypto::native::SecretKey;
use ridecode_codec::crypto::{Algorithm, Signer as _, Sm2Id};
use ridecode_office::Carrier;
use ridecode_pay::sandbox::{Connector, Settings};
use ridecode_pay::{HttpReply, HttpRequest, Method};
use ridecode_words::ProviderId;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::phone::key;

/// How the provider takes the requests to come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mood {
    /// Pays what is asked.
    Pays,
    /// The account is empty.
    Empty,
    /// Takes orders and says only later what became of them.
    Slow,
    /// Does what it is asked, and the reply is lost.
    LosesReplies,
    /// Nothing arrives.
    Unreachable,
}

#[derive(Clone)]
pub(crate) struct Provider(Arc<Mutex<Books>>);

struct Books {
    mood: Mood,
    key: SecretKey,
    contracts: BTreeMap<String, &'static str>,
    /// Order number to state, amount and how often money was taken for it.
    orders: BTreeMap<String, (&'static str, i64, u32)>,
    /// Refund number to order number, state and amount.
    refunds: BTreeMap<String, (String, &'static str, i64)>,
    /// Short messages that were taken.
    messages: Vec<String>,
    /// Requests that arrived, as method and target.
    heard: Vec<String>,
}

impl Provider {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Books {
            mood: Mood::Pays,
            key: key(Algorithm::EdDsa, 77),
            contracts: BTreeMap::new(),
            orders: BTreeMap::new(),
            refunds: BTreeMap::new(),
            messages: Vec::new(),
            heard: Vec::new(),
        })))
    }

    pub(crate) fn connector(&self) -> Connector {
        let books = self.0.lock().unwrap();
        let mut provider_key = [0; 32];
        provider_key.copy_from_slice(&books.key.public_key().bytes[..32]);
        Connector::new(&Settings {
            merchant: "office".into(),
            secret: [5; 32],
            provider_key,
        })
        .unwrap()
    }

    pub(crate) fn set_mood(&self, mood: Mood) {
        self.0.lock().unwrap().mood = mood;
    }

    /// Signs the contract of every mandate that waits.
    pub(crate) fn sign_contracts(&self) {
        let mut books = self.0.lock().unwrap();
        books
            .contracts
            .values_mut()
            .for_each(|state| *state = "active");
    }

    /// Decides about every order it took and did not decide.
    pub(crate) fn pay_accepted(&self) {
        let mut books = self.0.lock().unwrap();
        for order in books.orders.values_mut() {
            if order.0 == "accepted" {
                *order = ("collected", order.1, order.2 + 1);
            }
        }
    }

    /// What was taken from accounts in all, in fen, each deduction counted.
    pub(crate) fn taken(&self) -> i64 {
        let books = self.0.lock().unwrap();
        let orders = books.orders.values();
        orders
            .map(|(_, amount, times)| amount * i64::from(*times))
            .sum()
    }

    /// What was given back in all, in fen.
    pub(crate) fn given_back(&self) -> i64 {
        let books = self.0.lock().unwrap();
        let done = books
            .refunds
            .values()
            .filter(|(_, state, _)| *state == "done");
        done.map(|(_, _, amount)| amount).sum()
    }

    /// Short messages that were taken since this was last asked.
    pub(crate) fn messages(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().messages)
    }

    /// Whether a refund was given back.
    pub(crate) fn has_given_back(&self, number: &str) -> bool {
        let books = self.0.lock().unwrap();
        let refund = books.refunds.get(number);
        refund.is_some_and(|(_, state, _)| *state == "done")
    }

    /// Gives back every refund it took and did not decide about.
    pub(crate) fn give_accepted(&self) {
        let mut books = self.0.lock().unwrap();
        for refund in books.refunds.values_mut() {
            if refund.1 == "accepted" {
                refund.1 = "done";
            }
        }
    }

    /// Pays an order all the same, whatever became of it before.
    pub(crate) fn pay_late(&self, number: &str) {
        let mut books = self.0.lock().unwrap();
        let order = books.orders.get_mut(number).unwrap();
        assert_ne!(order.0, "collected", "paid before");
        *order = ("collected", order.1, order.2 + 1);
    }

    /// Every order: its number, state, amount and how often money was taken for it.
    pub(crate) fn orders(&self) -> BTreeMap<String, (&'static str, i64, u32)> {
        self.0.lock().unwrap().orders.clone()
    }

    /// Requests that arrived since this was last asked.
    pub(crate) fn heard(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().heard)
    }
}

impl Carrier for Provider {
    async fn carry(&self, _: ProviderId, request: HttpRequest) -> Option<HttpReply> {
        let mood = self.0.lock().unwrap().mood;
        self.take(mood, &request)
    }
}

impl Provider {
    /// Takes a request in a mood, whatever other threads ask meanwhile.
    pub(crate) fn take(&self, mood: Mood, request: &HttpRequest) -> Option<HttpReply> {
        let mut books = self.0.lock().unwrap();
        books.mood = mood;
        if books.mood == Mood::Unreachable {
            return None;
        }
        let method = match request.method {
            Method::Get => "GET",
            Method::Post => "POST",
        };
        books.heard.push(format!("{method} {}", request.target));
        let (status, body) = books.answer(method, request);
        if books.mood == Mood::LosesReplies {
            return None;
        }
        Some(books.reply(request, status, &body))
    }
}

impl Books {
    fn answer(&mut self, method: &str, request: &HttpRequest) -> (u16, Value) {
        let path: Vec<&str> = request.target.split('/').skip(2).collect();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        match (method, path.as_slice()) {
            ("POST", ["contracts"]) => {
                let number = body["number"].as_str().unwrap().to_owned();
                self.contracts.entry(number.clone()).or_insert("pending");
                (201, self.contract(&number))
            }
            ("GET", ["contracts", number]) if self.contracts.contains_key(*number) => {
                (200, self.contract(number))
            }
            ("GET", ["contracts", _]) => (404, json!({ "code": "no_such_contract" })),
            ("POST", ["orders"]) => {
                let number = body["order"].as_str().unwrap().to_owned();
                self.order(&number, body["amount_minor"].as_i64().unwrap());
                (200, self.show(&number))
            }
            ("GET", ["orders", number]) if self.orders.contains_key(*number) => {
                (200, self.show(number))
            }
            ("GET", ["orders", _]) => (404, json!({ "code": "no_such_order" })),
            ("POST", ["refunds"]) => {
                let number = body["refund"].as_str().unwrap().to_owned();
                let order = body["order"].as_str().unwrap().to_owned();
                self.refund(&number, (order, body["amount_minor"].as_i64().unwrap()));
                (200, self.show_refund(&number))
            }
            ("GET", ["refunds", number]) if self.refunds.contains_key(*number) => {
                (200, self.show_refund(number))
            }
            ("GET", ["refunds", _]) => (404, json!({ "code": "no_such_refund" })),
            ("POST", []) if request.target == "/sms" => {
                if self.mood == Mood::Empty {
                    return (422, json!({ "code": "malformed" }));
                }
                self.messages
                    .push(body["text"].as_str().unwrap().to_owned());
                (201, json!({ "message": self.messages.len() }))
            }
            _ => panic!("no such request: {method} {}", request.target),
        }
    }

    /// Takes an order. One that was paid is never paid again under the same number.
    fn order(&mut self, number: &str, amount: i64) {
        let mood = self.mood;
        let order = self.orders.entry(number.to_owned());
        let order = order.or_insert(("declined", amount, 0));
        assert_eq!(order.1, amount, "an order number keeps its amount");
        if order.0 == "declined" {
            *order = match mood {
                Mood::Pays | Mood::LosesReplies => ("collected", amount, order.2 + 1),
                Mood::Slow => ("accepted", amount, order.2),
                Mood::Empty | Mood::Unreachable => ("declined", amount, order.2),
            };
        }
    }

    /// Takes a refund. One that was given back is never given back again under the same number, and
    /// no order is given back more than was paid.
    fn refund(&mut self, number: &str, (order, amount): (String, i64)) {
        let others = self.refunds.iter().filter(|(held, (of, state, _))| {
            *held != number && *of == order && *state != "refused"
        });
        let given: i64 = others.map(|(_, (_, _, amount))| amount).sum();
        let (state, paid, _) = self.orders[&order];
        assert_eq!(state, "collected", "only what was paid is given back");
        assert!(given + amount <= paid, "{order} is given back too much");
        let mood = self.mood;
        let refund = self.refunds.entry(number.to_owned());
        let refund = refund.or_insert((order.clone(), "refused", amount));
        assert_eq!(
            (&refund.0, refund.2),
            (&order, amount),
            "a number keeps its content"
        );
        if refund.1 == "refused" {
            refund.1 = match mood {
                Mood::Pays | Mood::LosesReplies => "done",
                Mood::Slow => "accepted",
                Mood::Empty | Mood::Unreachable => "refused",
            };
        }
    }

    fn show_refund(&self, number: &str) -> Value {
        let (order, state, amount) = &self.refunds[number];
        let mut refund = json!({
            "refund": number, "order": order, "state": state, "amount_minor": amount,
            "currency": "CNY",
        });
        if *state == "refused" {
            refund["reason"] = "account_closed".into();
        }
        refund
    }

    fn contract(&self, number: &str) -> Value {
        let state = self.contracts[number];
        let mut contract =
            json!({ "number": number, "contract": format!("c-{number}"), "state": state });
        if state == "pending" {
            contract["sign_url"] = "https://provider.example/sign".into();
        }
        contract
    }

    fn show(&self, number: &str) -> Value {
        let (state, amount, _) = self.orders[number];
        let mut order = json!({
            "order": number, "state": state, "amount_minor": amount, "currency": "CNY",
        });
        match state {
            "collected" => order["transaction"] = format!("t-{number}").into(),
            "declined" => order["reason"] = "insufficient_balance".into(),
            _ => {}
        }
        order
    }

    fn reply(&self, request: &HttpRequest, status: u16, body: &Value) -> HttpReply {
        let header = |name: &str| {
            let found = request.headers.iter().find(|(held, _)| held == name);
            found.map(|(_, value)| value.clone()).unwrap()
        };
        let body = serde_json::to_vec(body).unwrap();
        let (nonce, timestamp) = (header("sandbox-nonce"), header("sandbox-timestamp"));
        let digest = hex::encode(Sha256::digest(&body));
        let text = format!("REPLY\n{status}\n{nonce}\n{timestamp}\n{digest}\n");
        let signature = self.key.sign(Sm2Id::DEFAULT, text.as_bytes());
        HttpReply {
            status,
            headers: vec![
                ("sandbox-timestamp".into(), timestamp),
                ("sandbox-signature".into(), hex::encode(signature.0)),
            ],
            body,
        }
    }
}
