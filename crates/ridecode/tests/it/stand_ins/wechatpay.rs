//! The WeChat Pay connector against its stand-in.

use std::sync::atomic::{AtomicU64, Ordering};

use ridecode::carrier::HttpCarrier;
use ridecode::config::Config;
use ridecode_ledger::{Currency, Money};
use ridecode_office::Carrier as _;
use ridecode_pay::native::Vault;
use ridecode_pay::wechat::{Advance, Connector, OrderNews, Settings};
use ridecode_pay::{
    BillFault, CallbackFault, ContractAnswer, ContractAsked, ContractState, HttpReply, HttpRequest,
    Notice, Order, Outcome, RequestTime, Ride,
};
use ridecode_words::{ChargeId, MandateId, ServiceDay, UnixSeconds};
use serde_json::{Value, json};

use super::{StandIn, merchant_keys};

/// A merchant at WeChat Pay's stand-in.
struct Merchant {
    stand_in: StandIn,
    connector: Connector<Vault>,
    carrier: HttpCarrier,
    config: Config,
    nonces: AtomicU64,
}

impl Merchant {
    async fn new() -> Self {
        let (secret, public) = merchant_keys();
        let stand_in = StandIn::start("wechatpay.mjs", &public).await;
        let vault = Vault::new(&secret)
            .and_then(|vault| {
                vault.with_provider_key(stand_in.told("serial"), stand_in.told("publicKey"))
            })
            .and_then(|vault| vault.with_envelope_key(stand_in.told("apiv3Key").as_bytes()))
            .expect("good keys");
        let settings = Settings {
            merchant: "1900000109".to_owned(),
            merchant_serial: "3775B6A45ACD588826D15E583A95F5DD".to_owned(),
            app: "wxcbda96de0b165486".to_owned(),
            sub_merchant: Some("1900000110".to_owned()),
            plan: 12535,
            callback_url: "https://ride.example/callbacks/wechat".to_owned(),
        };
        let mut config = Config::default();
        config.provider.url = stand_in.url();
        Self {
            connector: Connector::new(settings, vault).expect("good settings"),
            carrier: HttpCarrier::new(&config).expect("a client"),
            stand_in,
            config,
            nonces: AtomicU64::new(1),
        }
    }

    fn time(&self) -> RequestTime {
        RequestTime {
            now: ridecode::clock::now(),
            nonce: self.nonces.fetch_add(1, Ordering::Relaxed),
        }
    }

    async fn carry(&self, request: HttpRequest) -> Option<HttpReply> {
        self.carrier.carry(self.config.provider.id, request).await
    }

    async fn deduct(&self, order: &Order) -> OrderNews {
        let request = self.connector.deduct(order, self.time());
        let reply = self.carry(request.expect("a good order")).await;
        self.connector
            .read_order(order.charge, ridecode::clock::now(), reply.as_ref())
    }

    async fn query(&self, charge: ChargeId) -> OrderNews {
        let request = self.connector.query_order(charge, self.time());
        let reply = self.carry(request.expect("a good number")).await;
        self.connector
            .read_order(charge, ridecode::clock::now(), reply.as_ref())
    }

    async fn contract(&self, contract: &str) -> ContractAnswer {
        let asked = ContractAsked {
            mandate: MandateId(1),
            contract: Some(contract.to_owned()),
        };
        let request = self.connector.query_contract(&asked, self.time());
        let reply = self.carry(request.expect("a good number")).await;
        self.connector
            .read_contract(&asked, ridecode::clock::now(), reply.as_ref())
    }

    async fn bill(&self, day: ServiceDay) -> Result<usize, BillFault> {
        let reply = self.carry(self.connector.bill(day, self.time())).await;
        let now = ridecode::clock::now();
        let ticket = self.connector.read_bill_ticket(day, now, reply.as_ref())?;
        let request = self.connector.download_bill(&ticket, self.time());
        let reply = self.carry(request).await;
        let lines = self.connector.read_bill(&ticket, reply.as_ref())?;
        assert!(lines.iter().all(|line| line.contract == "W1"));
        Ok(lines.len())
    }
}

fn order(number: u64) -> Order {
    Order {
        charge: format!("00002001-{number}-1").parse().expect("a charge"),
        contract: "W1".to_owned(),
        amount: Money::fen(400),
        description: "公交 1路".to_owned(),
        ride: Ride::Bus {
            boarded: ridecode::clock::now(),
            line: "1路".to_owned(),
            plate: String::new(),
        },
    }
}

fn declined(reason: &str) -> Outcome {
    Outcome::Declined {
        reason: reason.to_owned(),
    }
}

fn is_collected(outcome: &Outcome, expected: Money) -> bool {
    matches!(outcome, Outcome::Collected { amount, .. } if *amount == expected)
}

#[tokio::test]
async fn a_ride_is_paid_once_however_often_it_is_sent() {
    let merchant = Merchant::new().await;
    let first = merchant.deduct(&order(1)).await;
    assert!(is_collected(&first.outcome, Money::fen(400)), "{first:?}");
    assert_eq!(merchant.query(order(1).charge).await, first);
    // Other content under the same number is refused there, and is no decline here.
    let mut other = order(1);
    other.amount = Money::fen(500);
    assert_eq!(merchant.deduct(&other).await.outcome, Outcome::Unknown);
    assert_eq!(merchant.query(order(1).charge).await, first);
    let nothing = merchant.query(order(2).charge).await;
    assert_eq!(nothing.outcome, Outcome::NotFound);
}

#[tokio::test]
async fn declines_are_declines_and_nothing_else_is() {
    let merchant = Merchant::new().await;
    let mut number = 0;
    for (code, status, expected) in [
        ("NOT_ENOUGH", 403, declined("insufficient_balance")),
        ("ACCOUNT_ERROR", 403, declined("account_abnormal")),
        ("CONTRACT_NOT_EXIST", 400, declined("contract_ended")),
        ("SYSTEM_ERROR", 500, Outcome::Unknown),
        ("FREQUENCY_LIMITED", 429, Outcome::Unknown),
        ("RULE_LIMIT", 403, Outcome::Unknown),
        ("NEVER_HEARD_OF", 403, Outcome::Unknown),
    ] {
        number += 1;
        let wish = json!({"next": "code", "code": code, "status": status});
        merchant.stand_in.control(wish).await;
        let found = merchant.deduct(&order(number)).await;
        assert_eq!(found.outcome, expected, "{code}");
        let asked = merchant.query(order(number).charge).await;
        assert_eq!(asked.outcome, Outcome::NotFound, "{code}");
    }
    merchant.stand_in.control(json!({"next": "pay-fail"})).await;
    let failed = merchant.deduct(&order(90)).await;
    assert_eq!(failed.outcome, declined("pay_fail"));
    let mut stranger = order(91);
    stranger.contract = "W9".to_owned();
    let found = merchant.deduct(&stranger).await;
    assert_eq!(found.outcome, declined("contract_ended"));
}

#[tokio::test]
async fn what_is_not_believed_is_found_out_by_asking() {
    let merchant = Merchant::new().await;
    let mut number = 0;
    for (next, taken) in [
        ("timeout-before", false),
        ("html", false),
        ("timeout-after", true),
        ("html-after", true),
        ("system-error-after", true),
        ("unsigned", true),
        ("stranger", true),
        ("serial", true),
        ("stale", true),
        ("other-merchant", true),
    ] {
        number += 1;
        merchant.stand_in.control(json!({ "next": next })).await;
        let found = merchant.deduct(&order(number)).await;
        assert_eq!(found.outcome, Outcome::Unknown, "{next}");
        let asked = merchant.query(order(number).charge).await.outcome;
        match taken {
            true => assert!(is_collected(&asked, Money::fen(400)), "{next}: {asked:?}"),
            false => assert_eq!(asked, Outcome::NotFound, "{next}"),
        }
    }
    for (next, amount) in [
        ("other-amount", Money::fen(401)),
        ("other-currency", Money::new(400, Currency(*b"HKD"))),
    ] {
        number += 1;
        merchant.stand_in.control(json!({ "next": next })).await;
        let found = merchant.deduct(&order(number)).await.outcome;
        assert!(is_collected(&found, amount), "{next}: {found:?}");
    }
}

#[tokio::test]
async fn a_late_success_and_an_advance_are_told_when_asked() {
    let merchant = Merchant::new().await;
    let stand_in = &merchant.stand_in;
    stand_in.control(json!({"next": "accepted"})).await;
    let found = merchant.deduct(&order(1)).await;
    assert_eq!(found.outcome, Outcome::Accepted);
    let late = json!({"settle": {"number": "00002001x1x1", "state": "SUCCESS"}});
    stand_in.control(late).await;
    let found = merchant.query(order(1).charge).await;
    assert!(is_collected(&found.outcome, Money::fen(400)), "{found:?}");
    assert_eq!(found.advance, None);

    stand_in.control(json!({"next": "advance"})).await;
    let found = merchant.deduct(&order(2)).await;
    assert!(is_collected(&found.outcome, Money::fen(400)), "{found:?}");
    assert_eq!(found.advance, Some(Advance::Owed));
    stand_in.control(json!({"repaid": "00002001x2x1"})).await;
    let found = merchant.query(order(2).charge).await;
    assert_eq!(found.advance, Some(Advance::Repaid));
}

#[tokio::test]
async fn contracts_are_as_the_stand_in_has_them() {
    let merchant = Merchant::new().await;
    let state = |answer| match answer {
        ContractAnswer::Known(news) => news.state,
        answer => panic!("no contract: {answer:?}"),
    };
    assert_eq!(state(merchant.contract("W1").await), ContractState::Active);
    let wish = json!({"contract": {"id": "W1", "state": "BLOCKED", "reason": "DELETED"}});
    merchant.stand_in.control(wish).await;
    assert_eq!(state(merchant.contract("W1").await), ContractState::Ended);
    let found = merchant.deduct(&order(1)).await;
    assert_eq!(found.outcome, declined("account_abnormal"));
    assert_eq!(merchant.contract("W9").await, ContractAnswer::Ended);
}

#[tokio::test]
async fn callbacks_sealed_and_signed_elsewhere_are_read() {
    let merchant = Merchant::new().await;
    let found = merchant.deduct(&order(1)).await;
    let told = merchant
        .stand_in
        .control(json!({"callback": "00002001x1x1"}))
        .await;
    let read = |told: &Value, now: UnixSeconds| {
        let headers = told["headers"].as_object().expect("headers").iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| {
                let value = value.as_str().expect("a text");
                (name.to_ascii_lowercase(), value.to_owned())
            })
            .collect();
        let body = told["body"].as_str().expect("a text");
        merchant
            .connector
            .read_callback(&headers, body.as_bytes(), now)
    };
    let now = ridecode::clock::now();
    let notice = Notice::Order {
        charge: order(1).charge,
        outcome: found.outcome,
    };
    assert_eq!(read(&told, now), Ok(notice.clone()));
    assert_eq!(read(&told, now), Ok(notice));
    assert_eq!(read(&told, now.plus_s(400)), Err(CallbackFault::Stale));
    let mut forged = told.clone();
    forged["body"] = json!(
        told["body"]
            .as_str()
            .expect("a text")
            .replace("SUCCESS", "FAIL")
    );
    assert_eq!(read(&forged, now), Err(CallbackFault::BadSignature));
    let wish = json!({"callback": "00002001x1x1", "event": "TRANSACTION.FAIL"});
    let told = merchant.stand_in.control(wish).await;
    let differs = CallbackFault::Malformed("the event is not what the order says");
    assert_eq!(read(&told, now), Err(differs));
}

#[tokio::test]
async fn the_bill_of_the_day_shows_each_payment() {
    let merchant = Merchant::new().await;
    let now = ridecode::clock::now();
    let china_day = (now.0 + 8 * 3_600).div_euclid(86_400);
    let day = ServiceDay(i32::try_from(china_day).expect("a day"));
    assert_eq!(merchant.bill(day).await, Err(BillFault::NoSuchDay(day)));
    for number in 1..=3 {
        merchant.deduct(&order(number)).await;
    }
    assert_eq!(merchant.bill(day).await, Ok(3));
    // Twice each, and then so often that the file is longer than any other reply may be.
    for copies in [2, 3_000] {
        let wish = json!({ "copiesInBill": copies });
        merchant.stand_in.control(wish).await;
        assert_eq!(merchant.bill(day).await, Ok(3 * copies));
    }
    merchant
        .stand_in
        .control(json!({"bill": "other-merchant"}))
        .await;
    let fault = BillFault::Malformed {
        line: 2,
        what: "the payment is another merchant's",
    };
    assert_eq!(merchant.bill(day).await, Err(fault));
}
