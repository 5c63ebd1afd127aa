//! WeChat Pay's side is played by a second vault, whose keys are drawn anew for each test.

mod bill;
mod contract;

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ridecode_ledger::Money;
use ridecode_words::{MandateId, RefundId, RiderId};

use self::contract::{asked, contract_known, signed_body};
use super::*;
use crate::connector::{
    BillFault, BillLine, CallbackFault, ContractAnswer, ContractAsked, ContractNews, ContractOrder,
    ContractState, Notice, Outcome, RefundOrder, RefundOutcome,
};
use crate::drawn::key_pair;
use crate::http::{HttpReply, find_header};
use crate::native::Vault;
use crate::vault::RsaVault as _;

const NOW: UnixSeconds = UnixSeconds(1_767_225_660);
const TIME: RequestTime = RequestTime {
    now: NOW,
    nonce: 0xab,
};
const APIV3_KEY: &[u8; 32] = b"0123456789abcdef0123456789abcdef";
const NUMBER: &str = "00002001x17x1";

fn charge() -> ChargeId {
    "00002001-17-1".parse().unwrap()
}

/// A merchant's connector, and the vault WeChat Pay signs with.
struct World {
    connector: Connector<Vault>,
    platform: Vault,
}

fn settings() -> Settings {
    Settings {
        merchant: "1900000109".to_string(),
        merchant_serial: "3775B6A45ACD588826D15E583A95F5DD".to_string(),
        app: "wxcbda96de0b165486".to_string(),
        sub_merchant: Some("1900000110".to_string()),
        plan: 12535,
        callback_url: "https://ride.example/callbacks/wechat".to_string(),
    }
}

impl World {
    fn new() -> Self {
        let (merchant_secret, merchant_public) = key_pair();
        let (platform_secret, platform_public) = key_pair();
        let vault = Vault::new(&merchant_secret)
            .and_then(|vault| vault.with_provider_key("PUB_KEY_ID_1", &platform_public))
            .and_then(|vault| vault.with_envelope_key(APIV3_KEY))
            .unwrap();
        let platform = Vault::new(&platform_secret)
            .and_then(|vault| vault.with_provider_key("merchant", &merchant_public))
            .unwrap();
        let connector = Connector::new(settings(), vault).unwrap();
        Self {
            connector,
            platform,
        }
    }

    fn headers(&self, signed: i64, body: &str) -> Vec<(String, String)> {
        let text = format!("{signed}\nNONCE\n{body}\n");
        let signature = STANDARD.encode(self.platform.sign(text.as_bytes()));
        [
            ("wechatpay-timestamp", signed.to_string()),
            ("wechatpay-nonce", "NONCE".to_string()),
            ("wechatpay-serial", "PUB_KEY_ID_1".to_string()),
            ("wechatpay-signature", signature),
        ]
        .map(|(name, value)| (name.to_string(), value))
        .into()
    }

    fn reply(&self, status: u16, body: &str) -> HttpReply {
        HttpReply {
            status,
            headers: self.headers(NOW.0, body),
            body: body.as_bytes().to_vec(),
        }
    }

    fn check_order(&self, reply: Option<&HttpReply>, expected: &Outcome) {
        let found = self.connector.read_order(charge(), NOW, reply).outcome;
        let body = reply.map(|reply| String::from_utf8_lossy(&reply.body));
        assert_eq!(&found, expected, "{body:?}");
    }

    fn check_callback(&self, event: &str, order: &str, expected: Result<Notice, CallbackFault>) {
        let body = event_body(event, order);
        let headers = self.headers(NOW.0, &body);
        let found = self.connector.read_callback(&headers, body.as_bytes(), NOW);
        assert_eq!(found, expected, "{event} {order}");
    }

    /// Holds a request against its line and body as documented, and its signature.
    fn check_request(&self, request: HttpRequest, line: &str, body: &str) {
        let found = format!("{} {}", request.method.word(), request.target);
        assert_eq!(found, line);
        assert_eq!(String::from_utf8_lossy(&request.body), body);
        let header = find_header(&request.headers, "authorization").unwrap();
        let (head, signature) = header.split_once(",signature=\"").unwrap();
        assert_eq!(
            head,
            "WECHATPAY2-SHA256-RSA2048 mchid=\"1900000109\",nonce_str=\"00000000000000AB\",\
             timestamp=\"1767225660\",serial_no=\"3775B6A45ACD588826D15E583A95F5DD\""
        );
        let signature = STANDARD.decode(signature.trim_end_matches('"')).unwrap();
        let (method, target) = (request.method.word(), &request.target);
        let text = format!("{method}\n{target}\n1767225660\n00000000000000AB\n{body}\n");
        assert!(
            self.platform
                .is_signed("merchant", text.as_bytes(), &signature)
        );
    }
}

fn order_body(state: &str) -> String {
    format!(
        r#"{{"appid":"wxcbda96de0b165486","sp_mchid":"1900000109","sub_mchid":"1900000110","out_trade_no":"{NUMBER}","transaction_id":"4200000001","trade_state":"{state}","bank_type":"CMC","amount":{{"total":400,"currency":"CNY"}}}}"#
    )
}

fn event_body(event: &str, order: &str) -> String {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, APIV3_KEY).unwrap());
    let mut sealed = order.as_bytes().to_vec();
    let nonce = Nonce::assume_unique_for_key(*b"0123456789ab");
    key.seal_in_place_append_tag(nonce, Aad::from(b"transaction"), &mut sealed)
        .unwrap();
    let sealed = STANDARD.encode(sealed);
    format!(
        r#"{{"id":"E1","event_type":"{event}","resource_type":"encrypt-resource","resource":{{"algorithm":"AEAD_AES_256_GCM","ciphertext":"{sealed}","associated_data":"transaction","nonce":"0123456789ab"}}}}"#
    )
}

fn paid() -> Outcome {
    Outcome::Collected {
        transaction: "4200000001".to_string(),
        amount: Money::fen(400),
    }
}

fn declined(reason: &str) -> Outcome {
    Outcome::Declined {
        reason: reason.to_string(),
    }
}

#[test]
fn settings_are_checked() {
    let check = |change: fn(&mut Settings), expected: SettingsFault| {
        let mut settings = settings();
        change(&mut settings);
        let vault = Vault::new(&key_pair().0).unwrap();
        let found = Connector::new(settings, vault).err();
        assert_eq!(found, Some(expected));
    };
    check(|s| s.merchant.push('1'), SettingsFault::Merchant);
    check(
        |s| s.sub_merchant = Some("x".to_string()),
        SettingsFault::Merchant,
    );
    check(|s| s.merchant_serial.push('"'), SettingsFault::Serial);
    check(|s| s.app.push('&'), SettingsFault::App);
    check(
        |s| s.callback_url.push_str("?a=1"),
        SettingsFault::CallbackUrl,
    );
    check(
        |s| s.callback_url = "http://ride.example/".to_string(),
        SettingsFault::CallbackUrl,
    );
}

#[test]
fn replies_that_are_not_wechats_leave_the_order_unknown() {
    let world = World::new();
    let unknown = Outcome::Unknown;
    world.check_order(None, &unknown);
    let good = world.reply(200, &order_body("SUCCESS"));
    world.check_order(Some(&good), &paid());
    let names = good.headers.iter().map(|(name, _)| name.clone());
    for name in names.collect::<Vec<_>>() {
        let mut lacking = good.clone();
        lacking.headers.retain(|(key, _)| *key != name);
        world.check_order(Some(&lacking), &unknown);
    }
    let mut changed = good.clone();
    changed.body = order_body("PAY_FAIL").into_bytes();
    world.check_order(Some(&changed), &unknown);
    // A serial that is on no list, and a signature by another key.
    for (header, value) in [(2, "PUB_KEY_ID_2"), (3, "AAAA"), (3, "not base64")] {
        let mut forged = good.clone();
        forged.headers[header].1 = value.to_string();
        world.check_order(Some(&forged), &unknown);
    }
    world.check_order(
        Some(&World::new().reply(200, &order_body("SUCCESS"))),
        &unknown,
    );
    for signed in [NOW.0 - 301, NOW.0 + 301] {
        let mut old = good.clone();
        old.headers = world.headers(signed, &order_body("SUCCESS"));
        world.check_order(Some(&old), &unknown);
    }
    let html = "<html><body>502 Bad Gateway</body></html>";
    for status in [200, 403, 404, 502] {
        world.check_order(Some(&world.reply(status, html)), &unknown);
        let unsigned = HttpReply {
            status,
            headers: Vec::new(),
            body: html.as_bytes().to_vec(),
        };
        world.check_order(Some(&unsigned), &unknown);
    }
}

#[test]
fn another_order_or_merchant_leaves_the_order_unknown() {
    let world = World::new();
    for (from, to) in [
        (NUMBER, "00002001x17x2"),
        (NUMBER, "00002001-17-1"),
        ("1900000109", "1900000209"),
        ("1900000110", "1900000111"),
        (r#""sub_mchid":"1900000110","#, ""),
        ("wxcbda96de0b165486", "wx0000000000000000"),
        ("SUCCESS", "SUCCEEDED"),
        (r#""total":400"#, r#""total":0"#),
        (r#""total":400"#, r#""total":"400""#),
        (r#""total":400"#, r#""total":4.5"#),
        ("CNY", "yuan"),
        (r#""transaction_id":"4200000001","#, ""),
        ("4200000001", "42 0"),
    ] {
        let body = order_body("SUCCESS").replace(from, to);
        world.check_order(Some(&world.reply(200, &body)), &Outcome::Unknown);
    }
    // Another amount or currency is told as it is: it does not pay this charge.
    for (from, to, amount) in [
        ("400", "401", Money::fen(401)),
        ("CNY", "HKD", Money::new(400, Currency(*b"HKD"))),
    ] {
        let body = order_body("SUCCESS").replace(from, to);
        let transaction = "4200000001".to_string();
        let other = Outcome::Collected {
            transaction,
            amount,
        };
        world.check_order(Some(&world.reply(200, &body)), &other);
    }
}

#[test]
fn a_signed_reply_says_how_the_order_stands() {
    let world = World::new();
    let check =
        |state, expected| world.check_order(Some(&world.reply(200, &order_body(state))), &expected);
    check("ACCEPTED", Outcome::Accepted);
    check("SUCCESS", paid());
    check("REFUND", paid());
    check("PAY_FAIL", declined("pay_fail"));
    let check = |status, code: &str, expected: Outcome| {
        let body = format!(r#"{{"code":"{code}","message":"…"}}"#);
        world.check_order(Some(&world.reply(status, &body)), &expected);
    };
    check(404, "ORDER_NOT_EXIST", Outcome::NotFound);
    check(403, "NOT_ENOUGH", declined("insufficient_balance"));
    check(403, "ACCOUNT_ERROR", declined("account_abnormal"));
    check(400, "CONTRACT_NOT_EXIST", declined("contract_ended"));
    for (status, code) in [
        (400, "PARAM_ERROR"),
        (400, "INVALID_REQUEST"),
        (400, "ORDER_CLOSED"),
        (401, "SIGN_ERROR"),
        (403, "NO_AUTH"),
        (403, "RULE_LIMIT"),
        (403, "TRADE_ERROR"),
        (403, "SOMETHING_NEW"),
        (403, "ORDER_NOT_EXIST"),
        (404, "NOT_FOUND"),
        (429, "FREQUENCY_LIMITED"),
        (500, "SYSTEM_ERROR"),
        (500, "NOT_ENOUGH"),
        (502, "BANK_ERROR"),
    ] {
        check(status, code, Outcome::Unknown);
    }
}

#[test]
fn an_advance_is_told_beside_the_payment() {
    let world = World::new();
    let check = |rest: &str, state, expected| {
        let body = order_body(state).replace(r#""bank_type":"CMC""#, rest);
        let reply = world.reply(200, &body);
        let found = world.connector.read_order(charge(), NOW, Some(&reply));
        assert_eq!(found.advance, expected, "{rest}");
    };
    let advanced = |state: &str| format!(r#""bank_type":"BPA","user_repay_state":"{state}""#);
    check(r#""bank_type":"BPA""#, "SUCCESS", Some(Advance::Owed));
    check(&advanced("NOT_REPAY"), "SUCCESS", Some(Advance::Owed));
    check(&advanced("REPAID"), "SUCCESS", Some(Advance::Repaid));
    check(&advanced("ALL_REFUND"), "REFUND", Some(Advance::Refunded));
    check(&advanced("NOT_REPAY"), "ACCEPTED", None);
    check(&advanced("FORGIVEN"), "SUCCESS", None);
    check(&advanced("REPAID").replace("BPA", "CMC"), "SUCCESS", None);
}

fn refund() -> RefundId {
    "00002001-17-1-r1".parse().unwrap()
}

fn refund_body(status: &str) -> String {
    format!(
        r#"{{"mchid":"1900000109","sub_mchid":"1900000110","out_refund_no":"00002001-17-1-r1","out_trade_no":"{NUMBER}","refund_id":"50001","status":"{status}","amount":{{"total":400,"refund":150,"currency":"CNY"}}}}"#
    )
}

fn refused(reason: &str) -> RefundOutcome {
    RefundOutcome::Refused {
        reason: reason.to_string(),
    }
}

#[test]
fn refunds_are_done_waiting_refused_or_not_known() {
    let world = World::new();
    let check = |status, body: &str, expected: RefundOutcome| {
        let reply = world.reply(status, body);
        let found = world.connector.read_refund(refund(), NOW, Some(&reply));
        assert_eq!(found, expected, "{body}");
    };
    let unknown = RefundOutcome::Unknown;
    let amount = Money::fen(150);
    check(200, &refund_body("SUCCESS"), RefundOutcome::Done { amount });
    check(200, &refund_body("PROCESSING"), RefundOutcome::Accepted);
    check(200, &refund_body("ABNORMAL"), refused("account_abnormal"));
    check(200, &refund_body("CLOSED"), refused("refund_closed"));
    check(200, &refund_body("MAYBE"), unknown.clone());
    for (from, to) in [
        ("-r1", "-r2"),
        (NUMBER, "00002001x18x1"),
        (":150", ":0"),
        (":150", ":-1"),
    ] {
        check(
            200,
            &refund_body("SUCCESS").replace(from, to),
            unknown.clone(),
        );
    }
    let code = |code: &str| format!(r#"{{"code":"{code}"}}"#);
    check(404, &code("RESOURCE_NOT_EXISTS"), RefundOutcome::NotFound);
    check(403, &code("NOT_ENOUGH"), refused("merchant_balance"));
    check(
        403,
        &code("USER_ACCOUNT_ABNORMAL"),
        refused("account_abnormal"),
    );
    check(400, &code("INVALID_REQUEST"), refused("not_refundable"));
    check(500, &code("NOT_ENOUGH"), unknown.clone());
    check(400, &code("PARAM_ERROR"), unknown.clone());
    check(502, "<html>", unknown.clone());
    assert_eq!(world.connector.read_refund(refund(), NOW, None), unknown);
}

#[test]
fn faults_of_ours_are_told_from_the_riders() {
    let world = World::new();
    let check = |status, body: &str, expected: Option<&str>| {
        let reply = world.reply(status, body);
        let found = world.connector.find_own_fault(NOW, Some(&reply));
        assert_eq!(found.as_deref(), expected, "{body}");
    };
    check(400, r#"{"code":"PARAM_ERROR"}"#, Some("PARAM_ERROR"));
    check(401, r#"{"code":"SIGN_ERROR"}"#, Some("SIGN_ERROR"));
    check(403, r#"{"code":"NOT_ENOUGH"}"#, None);
    check(200, r#"{"code":"PARAM_ERROR"}"#, None);
    let mut rotated = world.reply(200, "{}");
    for (name, value) in &mut rotated.headers {
        if name == "wechatpay-serial" {
            *value = "PUB_KEY_ID_2".to_string();
        }
    }
    let found = world.connector.find_own_fault(NOW, Some(&rotated));
    assert_eq!(found.as_deref(), Some("no platform key PUB_KEY_ID_2"));
    assert_eq!(world.connector.find_own_fault(NOW, None), None);
}

#[test]
fn callbacks_are_opened_and_held_against_their_event() {
    let world = World::new();
    let notice = |outcome| {
        Ok(Notice::Order {
            charge: charge(),
            outcome,
        })
    };
    let malformed = |what| Err(CallbackFault::Malformed(what));
    let success = order_body("SUCCESS");
    let check = |event, order: &str, expected| world.check_callback(event, order, expected);
    check("TRANSACTION.SUCCESS", &success, notice(paid()));
    check("TRANSACTION.PAY_BACK", &success, notice(paid()));
    let failed = order_body("PAY_FAIL");
    check("TRANSACTION.FAIL", &failed, notice(declined("pay_fail")));
    let differs = "the event is not what the order says";
    check("TRANSACTION.FAIL", &success, malformed(differs));
    check("TRANSACTION.SUCCESS", &failed, malformed(differs));
    check("PARTY.STARTED", &success, malformed("the event is unknown"));
    check(
        "TRANSACTION.SUCCESS",
        "{}",
        malformed("the order is not readable"),
    );
    let signed = signed_body("SIGNED");
    let ContractAnswer::Known(news) = contract_known(ContractState::Active) else {
        unreachable!()
    };
    check("PAPAY.SIGN", &signed, Ok(Notice::Contract(news.clone())));
    let ended = ContractNews {
        state: ContractState::Ended,
        ..news
    };
    let terminated = signed_body("TERMINATED");
    check("PAPAY.TERMINATE", &terminated, Ok(Notice::Contract(ended)));
    let differs = "the event is not what the contract says";
    check("PAPAY.TERMINATE", &signed, malformed(differs));
    let stranger = signed.replace("1900000109", "1900000209");
    let what = "the contract is not this merchant's";
    check("PAPAY.SIGN", &stranger, malformed(what));
    let given = refund_body("SUCCESS").replace("\"status\"", "\"refund_status\"");
    let amount = Money::fen(150);
    let outcome = RefundOutcome::Done { amount };
    let refund = refund();
    check(
        "REFUND.SUCCESS",
        &given,
        Ok(Notice::Refund { refund, outcome }),
    );
    let stuck = given.replace("SUCCESS", "ABNORMAL");
    let outcome = refused("account_abnormal");
    check(
        "REFUND.ABNORMAL",
        &stuck,
        Ok(Notice::Refund { refund, outcome }),
    );
    check(
        "REFUND.SUCCESS",
        &stuck,
        malformed("the event is not what the refund says"),
    );
    let stranger = given.replace("1900000109", "1900000209");
    check(
        "REFUND.SUCCESS",
        &stranger,
        malformed("the refund is not this merchant's"),
    );
    let other = success.replace("1900000109", "1900000209");
    let what = "the order is not this merchant's";
    check("TRANSACTION.SUCCESS", &other, malformed(what));
}

#[test]
fn callbacks_that_are_not_wechats_are_refused() {
    let world = World::new();
    let body = event_body("TRANSACTION.SUCCESS", &order_body("SUCCESS"));
    let check = |headers: &[(String, String)], body: &str, expected| {
        let found = world.connector.read_callback(headers, body.as_bytes(), NOW);
        assert_eq!(found.unwrap_err(), expected);
    };
    let good = world.headers(NOW.0, &body);
    for name in [
        "wechatpay-timestamp",
        "wechatpay-nonce",
        "wechatpay-serial",
        "wechatpay-signature",
    ] {
        let lacking: Vec<_> = good
            .iter()
            .filter(|(key, _)| key != name)
            .cloned()
            .collect();
        check(&lacking, &body, CallbackFault::MissingHeader(name));
        let doubled: Vec<_> = good.iter().chain(&good).cloned().collect();
        check(
            &doubled,
            &body,
            CallbackFault::MissingHeader("wechatpay-timestamp"),
        );
    }
    check(
        &good,
        &body.replace("E1", "E2"),
        CallbackFault::BadSignature,
    );
    check(
        &World::new().headers(NOW.0, &body),
        &body,
        CallbackFault::BadSignature,
    );
    let mut rotated = good.clone();
    for (name, value) in &mut rotated {
        if name == "wechatpay-serial" {
            *value = "PUB_KEY_ID_2".to_string();
        }
    }
    check(&rotated, &body, CallbackFault::UnknownKey);
    check(
        &world.headers(NOW.0 - 301, &body),
        &body,
        CallbackFault::Stale,
    );
    check(
        &world.headers(NOW.0 + 301, &body),
        &body,
        CallbackFault::Stale,
    );
    let sealed = "the resource does not open with the APIv3 key";
    for (from, to, what) in [
        ("0123456789ab", "0123456789ac", sealed),
        ("0123456789ab", "0123456789", sealed),
        (r#""transaction""#, r#""refund""#, sealed),
        ("AEAD_AES_256_GCM", "AEAD_SM4_GCM", sealed),
        (r#""resource""#, r#""source""#, "the event is not readable"),
    ] {
        let body = body.replace(from, to);
        check(
            &world.headers(NOW.0, &body),
            &body,
            CallbackFault::Malformed(what),
        );
    }
}

#[test]
fn requests_are_signed_and_as_documented() {
    let world = World::new();
    let check = |request, line: &str, body: &str| world.check_request(request, line, body);
    let connector = &world.connector;
    check(
        connector.query_contract(&asked(Some("W1")), TIME).unwrap(),
        "GET /v3/qrcode/user-services/contract-id/W1?appid=wxcbda96de0b165486&sub_mchid=1900000110",
        "",
    );
    check(
        connector.query_order(charge(), TIME).unwrap(),
        "GET /v3/qrcode/transactions/out-trade-no/00002001x17x1?sub_mchid=1900000110",
        "",
    );
    check(
        connector.bill("2026-01-01".parse().unwrap(), TIME),
        "GET /v3/bill/tradebill?bill_date=2026-01-01&bill_type=SUCCESS&sub_mchid=1900000110",
        "",
    );
    check(
        connector.query_contract(&asked(None), TIME).unwrap(),
        "GET /v3/papay/sign/contracts/plan-id/12535/out-contract-code/00000000000000cd?appid=wxcbda96de0b165486&sub_mchid=1900000110",
        "",
    );
    check(
        connector.end_contract(MandateId(0xcd), TIME),
        "POST /v3/papay/sign/contracts/plan-id/12535/out-contract-code/00000000000000cd/terminate",
        r#"{"appid":"wxcbda96de0b165486","sub_mchid":"1900000110","contract_termination_remark":"用户解约"}"#,
    );
    let back = RefundOrder {
        refund: refund(),
        transaction: "4200000001".to_string(),
        amount: Money::fen(150),
        collected: Money::fen(400),
        reason: "退款".to_string(),
    };
    check(
        connector.refund(&back, TIME),
        "POST /v3/refund/domestic/refunds",
        r#"{"sub_mchid":"1900000110","transaction_id":"4200000001","out_refund_no":"00002001-17-1-r1","reason":"退款","notify_url":"https://ride.example/callbacks/wechat","amount":{"refund":150,"total":400,"currency":"CNY"}}"#,
    );
    check(
        connector.query_refund(refund(), TIME),
        "GET /v3/refund/domestic/refunds/00002001-17-1-r1?sub_mchid=1900000110",
        "",
    );
    let opening = ContractOrder {
        mandate: MandateId(0xcd),
        rider: RiderId(7),
        return_url: "https://ride.example/".to_string(),
        callback_url: String::new(),
    };
    check(
        connector.open_contract(&opening, TIME),
        "POST /v3/papay/entrust-sign/contracts/pre-entrust-sign",
        r#"{"sign_scene":"SIGN_SCENE_QRCODE","appid":"wxcbda96de0b165486","sub_mchid":"1900000110","plan_id":12535,"out_contract_code":"00000000000000cd","contract_display_account":"乘车码 0000","contract_notify_url":"https://ride.example/callbacks/wechat","out_user_code":"0000000000000007","return_url":"https://ride.example/"}"#,
    );
    check(
        connector.deduct(&order(), TIME).unwrap(),
        "POST /v3/qrcode/transactions",
        r#"{"appid":"wxcbda96de0b165486","sub_mchid":"1900000110","description":"地铁","attach":"W1","out_trade_no":"00002001x17x1","trade_scene":"METRO","contract_id":"W1","notify_url":"https://ride.example/callbacks/wechat","amount":{"total":400,"currency":"CNY"},"metro_info":{"start_time":"2026-01-01T08:00:00+08:00","end_time":"2026-01-01T08:01:00+08:00","start_station":"西塱"}}"#,
    );
}

fn order() -> Order {
    Order {
        charge: charge(),
        contract: "W1".to_string(),
        amount: Money::fen(400),
        description: "地铁".to_string(),
        ride: Ride::Metro {
            entered: UnixSeconds(1_767_225_600),
            left: Some(NOW),
            from: "西塱".to_string(),
            to: String::new(),
        },
    }
}

#[test]
fn orders_wechat_would_not_take_are_not_sent() {
    let world = World::new();
    let check = |change: fn(&mut Order), expected| {
        let mut order = order();
        change(&mut order);
        let found = world.connector.deduct(&order, TIME);
        assert_eq!(found.unwrap_err(), expected);
    };
    check(|o| o.amount = Money::fen(0), OrderFault::Amount);
    check(
        |o| o.amount = Money::new(4, Currency(*b"HKD")),
        OrderFault::Currency,
    );
    check(|o| o.contract = "W/1".to_string(), OrderFault::Contract);
    check(
        |o| o.charge = "ffffffff-18446744073709551615-4294967295".parse().unwrap(),
        OrderFault::Number,
    );
    let found = world.connector.query_contract(&asked(Some("../x")), TIME);
    assert_eq!(found.unwrap_err(), OrderFault::Contract);
}

#[test]
fn order_numbers_have_one_written_form() {
    let check = |number: &str, expected: Option<ChargeId>| {
        assert_eq!(read_order_number(number), expected, "{number}");
    };
    check(NUMBER, Some(charge()));
    for wrong in [
        "",
        "00002001-17-1",
        "00002001x17-1",
        "00002001x017x1",
        "x",
        "站",
    ] {
        check(wrong, None);
    }
    assert_eq!(cut("西塱站", 7), "西塱");
}
