//! The Alipay connector against its stand-in, through the closed list of providers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ridecode::carrier::HttpCarrier;
use ridecode::config::Config;
use ridecode_ledger::{Currency, Money};
use ridecode_office::Carrier as _;
use ridecode_pay::native::Vault;
use ridecode_pay::vault::SharedVault;
use ridecode_pay::{
    BillFault, BillLine, BillReply, CallbackFault, ContractAnswer, ContractAsked, ContractOrder,
    ContractState, HttpReply, HttpRequest, Notice, Opening, Order, Outcome, Provider, RefundOrder,
    RefundOutcome, RequestTime, Ride, alipay,
};
use ridecode_words::{ChargeId, MandateId, RefundId, RiderId, ServiceDay, UnixSeconds};
use serde_json::{Value, json};

use super::{StandIn, alipay_settings, merchant_keys};

/// A merchant at Alipay's stand-in, with a signed agreement.
struct Merchant {
    stand_in: StandIn,
    provider: Provider,
    carrier: HttpCarrier,
    config: Config,
    contract: String,
    nonces: AtomicU64,
}

const MANDATE: MandateId = MandateId(0xcd);

impl Merchant {
    async fn new() -> Self {
        let (secret, public) = merchant_keys();
        let stand_in = StandIn::start("alipay.mjs", &public).await;
        let vault = Vault::new(&secret)
            .and_then(|vault| vault.with_provider_key(alipay::KEY, stand_in.told("publicKey")))
            .expect("good keys");
        let vault: SharedVault = Arc::new(vault);
        let connector = alipay::Connector::new(alipay_settings(), vault).expect("good settings");
        let mut config = Config::default();
        config.provider.url = stand_in.url();
        let mut merchant = Self {
            provider: Provider::Alipay(connector),
            carrier: HttpCarrier::new(&config).expect("a client"),
            stand_in,
            config,
            contract: String::new(),
            nonces: AtomicU64::new(1),
        };
        merchant.open_page().await;
        assert_eq!(merchant.ask_contract(None).await, ContractAnswer::NotFound);
        let name = MANDATE.to_string();
        merchant.stand_in.control(json!({ "sign": name })).await;
        let ContractAnswer::Known(news) = merchant.ask_contract(None).await else {
            panic!("the agreement is signed");
        };
        assert_eq!(news.state, ContractState::Active);
        merchant.contract = news.contract;
        merchant
    }

    async fn open_page(&self) {
        let order = ContractOrder {
            mandate: MANDATE,
            rider: RiderId(7),
            return_url: "https://ride.example/".to_owned(),
            callback_url: String::new(),
        };
        let Opening::Page(page) = self.provider.open_contract(&order, self.time()) else {
            panic!("Alipay's page needs no asking");
        };
        let opened = self.stand_in.control(json!({ "page": page })).await;
        assert_eq!(opened, json!({ "opened": MANDATE.to_string() }));
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

    async fn ask_contract(&self, contract: Option<&str>) -> ContractAnswer {
        let asked = asked(contract);
        let time = self.time();
        let request = self.provider.query_contract(&asked, time);
        let reply = self.carry(request.expect("a good number")).await;
        self.provider.read_contract(&asked, time, reply.as_ref())
    }

    async fn deduct(&self, number: u64) -> Outcome {
        let time = self.time();
        let request = self.provider.deduct(&self.order(number), time);
        let reply = self.carry(request.expect("a good order")).await;
        self.provider
            .read_order(charge(number), time, reply.as_ref())
    }

    async fn query(&self, number: u64) -> Outcome {
        let time = self.time();
        let request = self.provider.query_order(charge(number), time);
        let reply = self.carry(request.expect("a good number")).await;
        self.provider
            .read_order(charge(number), time, reply.as_ref())
    }

    /// Sends one that goes wrong, then asks.
    async fn check(&self, number: u64, wish: Value, expected: (Outcome, Option<Money>)) {
        self.stand_in.control(wish.clone()).await;
        let (sent, asked) = expected;
        assert_eq!(self.deduct(number).await, sent, "{wish}");
        let found = self.query(number).await;
        match asked {
            Some(amount) => assert!(is_collected(&found, amount), "{wish}: {found:?}"),
            None => assert_eq!(found, Outcome::NotFound, "{wish}"),
        }
    }

    fn order(&self, number: u64) -> Order {
        Order {
            charge: charge(number),
            contract: self.contract.clone(),
            amount: Money::fen(400),
            description: "公交 1路".to_owned(),
            ride: Ride::Bus {
                boarded: ridecode::clock::now(),
                line: "1路".to_owned(),
                plate: String::new(),
            },
        }
    }

    async fn refund(&self, order: &RefundOrder) -> RefundOutcome {
        let time = self.time();
        let reply = self.carry(self.provider.refund(order, time)).await;
        self.provider
            .read_refund(order.refund, time, reply.as_ref())
    }

    async fn query_refund(&self, refund: RefundId) -> RefundOutcome {
        let time = self.time();
        let reply = self.carry(self.provider.query_refund(refund, time)).await;
        self.provider.read_refund(refund, time, reply.as_ref())
    }

    async fn bill(&self, day: ServiceDay) -> Result<Vec<BillLine>, BillFault> {
        let time = self.time();
        let reply = self.carry(self.provider.bill(day, time)).await;
        let BillReply::Ticket(ticket) = self.provider.read_bill(day, time, reply.as_ref())? else {
            panic!("Alipay names an address first");
        };
        let request = self.provider.download_bill(&ticket, self.time());
        let reply = self.carry(request.expect("its own ticket")).await;
        self.provider.read_bill_file(&ticket, reply.as_ref())
    }

    fn read(&self, call: &Value, now: UnixSeconds) -> Result<Notice, CallbackFault> {
        let body = call["body"].as_str().expect("a text").as_bytes();
        self.provider.read_callback(&[], body, now)
    }
}

fn asked(contract: Option<&str>) -> ContractAsked {
    ContractAsked {
        mandate: MANDATE,
        contract: contract.map(str::to_owned),
    }
}

fn charge(number: u64) -> ChargeId {
    format!("00002001-{number}-1").parse().expect("a charge")
}

fn declined(reason: &str) -> Outcome {
    Outcome::Declined {
        reason: reason.to_owned(),
    }
}

fn is_collected(outcome: &Outcome, expected: Money) -> bool {
    matches!(outcome, Outcome::Collected { amount, .. } if *amount == expected)
}

const FARE: Money = Money::fen(400);

#[tokio::test]
async fn a_ride_is_paid_once_however_often_it_is_sent() {
    let merchant = Merchant::new().await;
    let first = merchant.deduct(1).await;
    assert!(is_collected(&first, FARE), "{first:?}");
    assert_eq!(merchant.query(1).await, first);
    // A repeat is answered that it is paid, which says too little: asking tells.
    assert_eq!(merchant.deduct(1).await, Outcome::Unknown);
    assert_eq!(merchant.query(1).await, first);
    assert_eq!(merchant.query(2).await, Outcome::NotFound);
}

#[tokio::test]
async fn declines_are_declines_and_nothing_else_is() {
    let merchant = Merchant::new().await;
    let cases = [
        (
            "ACQ.BUYER_BALANCE_NOT_ENOUGH",
            "40004",
            declined("insufficient_balance"),
        ),
        (
            "ACQ.BUYER_ENABLE_STATUS_FORBID",
            "40004",
            declined("account_abnormal"),
        ),
        ("ACQ.PAYMENT_FAIL", "40004", declined("pay_fail")),
        ("ACQ.SYSTEM_ERROR", "40004", Outcome::Unknown),
        ("ACQ.INVALID_PARAMETER", "40004", Outcome::Unknown),
        ("ACQ.NEVER_HEARD_OF", "40004", Outcome::Unknown),
        ("aop.ACQ.SYSTEM_ERROR", "20000", Outcome::Unknown),
        ("isv.app-call-limited", "40005", Outcome::Unknown),
    ];
    for (number, (sub_code, code, expected)) in (1..).zip(cases) {
        let wish = json!({ "next": "code", "code": code, "subCode": sub_code });
        merchant.check(number, wish, (expected, None)).await;
    }
    let name = MANDATE.to_string();
    merchant.stand_in.control(json!({ "stop": name })).await;
    assert_eq!(merchant.deduct(90).await, declined("contract_suspended"));
    merchant
        .stand_in
        .control(json!({ "terminate": name }))
        .await;
    assert_eq!(merchant.deduct(91).await, declined("contract_ended"));
    let found = merchant.ask_contract(Some(&merchant.contract)).await;
    assert_eq!(found, ContractAnswer::Ended);
}

#[tokio::test]
async fn what_is_not_believed_is_found_out_by_asking() {
    let merchant = Merchant::new().await;
    let cases = [
        ("timeout-before", None),
        ("html", None),
        ("timeout-after", Some(FARE)),
        ("html-after", Some(FARE)),
        ("system-error-after", Some(FARE)),
        ("unsigned", Some(FARE)),
        ("stranger", Some(FARE)),
        ("other-order", Some(FARE)),
    ];
    for (number, (next, taken)) in (1..).zip(cases) {
        let expected = (Outcome::Unknown, taken);
        merchant
            .check(number, json!({ "next": next }), expected)
            .await;
    }
    for (number, next, amount) in [
        (51, "other-amount", Money::fen(401)),
        (52, "other-currency", Money::new(400, Currency(*b"HKD"))),
    ] {
        merchant.stand_in.control(json!({ "next": next })).await;
        let found = merchant.deduct(number).await;
        assert!(is_collected(&found, amount), "{next}: {found:?}");
    }
}

#[tokio::test]
async fn a_late_success_and_a_closed_order_are_told_when_asked() {
    let merchant = Merchant::new().await;
    for (number, status) in [(1, "TRADE_SUCCESS"), (2, "TRADE_CLOSED")] {
        merchant.stand_in.control(json!({ "next": "paying" })).await;
        assert_eq!(merchant.deduct(number).await, Outcome::Accepted);
        assert_eq!(merchant.query(number).await, Outcome::Accepted);
        let late = json!({ "number": format!("00002001_{number}_1"), "status": status });
        merchant.stand_in.control(json!({ "settle": late })).await;
    }
    assert!(is_collected(&merchant.query(1).await, FARE));
    assert_eq!(merchant.query(2).await, declined("order_closed"));
    assert_eq!(merchant.deduct(2).await, declined("order_closed"));
}

#[tokio::test]
async fn money_is_given_back_in_parts_and_never_more_than_came() {
    let merchant = Merchant::new().await;
    let Outcome::Collected { transaction, .. } = merchant.deduct(1).await else {
        panic!("it is paid");
    };
    let order = |number, minor| RefundOrder {
        refund: RefundId {
            charge: charge(1),
            number,
        },
        transaction: transaction.clone(),
        amount: Money::fen(minor),
        collected: FARE,
        reason: "退款".to_owned(),
    };
    let done = |minor| RefundOutcome::Done {
        amount: Money::fen(minor),
    };
    let part = order(1, 150);
    assert_eq!(
        merchant.query_refund(part.refund).await,
        RefundOutcome::NotFound
    );
    for _ in 0..2 {
        assert_eq!(merchant.refund(&part).await, RefundOutcome::Accepted);
        assert_eq!(merchant.query_refund(part.refund).await, done(150));
    }
    // Other content under the same number moves nothing.
    assert_eq!(
        merchant.refund(&order(1, 160)).await,
        RefundOutcome::Unknown
    );
    let refused = |reason: &str| RefundOutcome::Refused {
        reason: reason.to_owned(),
    };
    let too_much = merchant.refund(&order(2, 251)).await;
    assert_eq!(too_much, refused("more_than_collected"));
    for (next, expected) in [
        ("timeout-before", RefundOutcome::Unknown),
        ("ACQ.SELLER_BALANCE_NOT_ENOUGH", refused("merchant_balance")),
    ] {
        merchant
            .stand_in
            .control(json!({ "nextRefund": next }))
            .await;
        let rest = order(2, 250);
        assert_eq!(merchant.refund(&rest).await, expected, "{next}");
        let found = merchant.query_refund(rest.refund).await;
        assert_eq!(found, RefundOutcome::NotFound, "{next}");
    }
    let lost = json!({ "nextRefund": "timeout-after" });
    merchant.stand_in.control(lost).await;
    let rest = order(2, 250);
    assert_eq!(merchant.refund(&rest).await, RefundOutcome::Unknown);
    assert_eq!(merchant.query_refund(rest.refund).await, done(250));
    // Given back whole, the trade is closed; it was paid all the same.
    assert!(is_collected(&merchant.query(1).await, FARE));
}

#[tokio::test]
async fn notifications_are_read_while_they_are_fresh_and_signed_for_us() {
    let merchant = Merchant::new().await;
    let outcome = merchant.deduct(1).await;
    let number = "00002001_1_1";
    let told = json!({ "callback": number });
    let call = merchant.stand_in.control(told).await;
    let now = ridecode::clock::now();
    let charge = charge(1);
    let notice = Notice::Order { charge, outcome };
    for _ in 0..2 {
        assert_eq!(merchant.read(&call, now), Ok(notice.clone()));
    }
    let day = 24 * 3_600;
    assert_eq!(merchant.read(&call, now.plus_s(day)), Ok(notice));
    let stale = Err(CallbackFault::Stale);
    assert_eq!(merchant.read(&call, now.plus_s(3 * day)), stale);
    assert_eq!(merchant.read(&call, now.plus_s(-400)), stale);
    let mut forged = call.clone();
    let body = call["body"].as_str().expect("a text");
    forged["body"] = json!(body.replace("4.00", "0.01"));
    let bad = Err(CallbackFault::BadSignature);
    assert_eq!(merchant.read(&forged, now), bad);
    for (other, what) in [
        (
            json!({ "app_id": "2021000000000009" }),
            "it is another app's",
        ),
        (
            json!({ "seller_id": "2088000000000009" }),
            "it is another merchant's",
        ),
        (json!({ "notify_type": "party" }), "the event is unknown"),
    ] {
        let wish = json!({ "callback": number, "callbackAs": other });
        let call = merchant.stand_in.control(wish).await;
        let malformed = Err(CallbackFault::Malformed(what));
        assert_eq!(merchant.read(&call, now), malformed);
    }
}

#[tokio::test]
async fn the_bill_of_the_day_comes_packed_and_in_gbk() {
    let merchant = Merchant::new().await;
    let now = ridecode::clock::now();
    let china_day = (now.0 + 8 * 3_600).div_euclid(86_400);
    let day = ServiceDay(i32::try_from(china_day).expect("a day"));
    assert_eq!(merchant.bill(day).await, Err(BillFault::NoSuchDay(day)));
    for number in 1..=3 {
        merchant.deduct(number).await;
    }
    let lines = merchant.bill(day).await.expect("a bill");
    let charges: Vec<_> = lines.iter().map(|line| line.charge).collect();
    assert_eq!(charges, [charge(1), charge(2), charge(3)]);
    assert!(lines.iter().all(|line| line.contract == merchant.contract));
    let twice = json!({ "duplicateBill": true });
    merchant.stand_in.control(twice).await;
    assert_eq!(merchant.bill(day).await.map(|lines| lines.len()), Ok(6));
    merchant
        .stand_in
        .control(json!({ "bill": "torn-sum" }))
        .await;
    let fault = BillFault::Malformed {
        line: 13,
        what: "the sum is not that of the lines",
    };
    assert_eq!(merchant.bill(day).await, Err(fault));
}
