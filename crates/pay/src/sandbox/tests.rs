//! The connector against hand-written replies: bad input first, then what each means.
//!
//! The provider's side is written out here text by text, so that a change of the protocol in the
//! connector cannot change both sides at once.

use alloc::vec;
use alloc::vec::Vec;

use ridecode_ledger::Money;
use ridecode_words::{RiderId, UnixSeconds};

use super::*;
use crate::connector::{
    BillFault, BillLine, CallbackFault, ContractAnswer, ContractNews, ContractState, Notice,
    Outcome, RefundOutcome, Ride, SmsFault,
};
use crate::http::HttpReply;

const TIME: RequestTime = RequestTime {
    now: UnixSeconds(1_767_225_660),
    nonce: 0xab,
};
const NONCE: &str = "00000000000000ab";
const CHARGE: &str = "00002001-17-1";
const MANDATE: MandateId = MandateId(0xcd);

fn provider() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn connector() -> Connector {
    Connector::new(&Settings {
        merchant: "guangzhou".to_string(),
        secret: [7; 32],
        provider_key: provider().verifying_key().to_bytes(),
    })
    .unwrap()
}

fn charge() -> ChargeId {
    CHARGE.parse().unwrap()
}

fn headers(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect()
}

/// A reply as the provider signs it for a nonce.
fn reply_for(nonce: &str, status: u16, body: &str) -> HttpReply {
    let text = sign::reply_text(status, nonce, "1767225661", body.as_bytes());
    let signature = sign::sign(&provider(), &text);
    HttpReply {
        status,
        headers: headers(&[
            ("content-type", "application/json"),
            ("sandbox-timestamp", "1767225661"),
            ("sandbox-signature", &signature),
        ]),
        body: body.as_bytes().to_vec(),
    }
}

fn reply(status: u16, body: &str) -> HttpReply {
    reply_for(NONCE, status, body)
}

fn collected(amount: &str) -> String {
    format!(
        r#"{{"order":"{CHARGE}","contract":"C1","state":"collected","amount_minor":{amount},"currency":"CNY","transaction":"T1"}}"#
    )
}

fn paid() -> Outcome {
    Outcome::Collected {
        transaction: "T1".to_string(),
        amount: Money::fen(400),
    }
}

fn check_order(reply: Option<&HttpReply>, expected: &Outcome) {
    let found = connector().read_order(charge(), TIME, reply);
    assert_eq!(&found, expected, "{reply:?}");
}

#[test]
fn settings_are_checked() {
    let check = |merchant: &str, provider_key: [u8; 32], expected| {
        let settings = Settings {
            merchant: merchant.to_string(),
            secret: [7; 32],
            provider_key,
        };
        assert_eq!(Connector::new(&settings).err(), Some(expected));
    };
    let key = provider().verifying_key().to_bytes();
    for merchant in ["", "Guangzhou", "a b", "a\nb", &"a".repeat(33)] {
        check(merchant, key, SettingsFault::Merchant);
    }
    // No point of the curve, and a point of small order that would sign anything.
    let mut no_point = [0; 32];
    no_point[0] = 2;
    let mut weak = [0; 32];
    weak[0] = 1;
    check("guangzhou", no_point, SettingsFault::ProviderKey);
    check("guangzhou", weak, SettingsFault::ProviderKey);
}

#[test]
fn a_reply_nobody_signed_says_nothing() {
    let body = collected("400");
    check_order(None, &Outcome::Unknown);
    let good = reply(200, &body);
    check_order(Some(&good), &paid());

    let mut changed = good.clone();
    changed.body = collected("401").into_bytes();
    check_order(Some(&changed), &Outcome::Unknown);
    let mut other_status = good.clone();
    other_status.status = 201;
    check_order(Some(&other_status), &Outcome::Unknown);
    let mut later = good.clone();
    later.headers[1].1 = "1767225662".to_string();
    check_order(Some(&later), &Outcome::Unknown);
    for header in [1, 2] {
        let mut lacking = good.clone();
        lacking.headers.remove(header);
        check_order(Some(&lacking), &Outcome::Unknown);
        let mut twice = good.clone();
        twice.headers.push(twice.headers[header].clone());
        check_order(Some(&twice), &Outcome::Unknown);
    }
    // Signed well, but for another request.
    check_order(
        Some(&reply_for("00000000000000ac", 200, &body)),
        &Outcome::Unknown,
    );
    // Signed by the merchant instead of the provider.
    let mut own = good;
    let text = sign::reply_text(200, NONCE, "1767225661", &own.body);
    own.headers[2].1 = sign::sign(&SigningKey::from_bytes(&[7; 32]), &text);
    check_order(Some(&own), &Outcome::Unknown);
}

#[test]
fn every_flipped_bit_of_a_signed_reply_is_noticed() {
    let good = reply(200, &collected("400"));
    for place in 0..good.body.len() {
        let mut changed = good.clone();
        changed.body[place] ^= 1;
        check_order(Some(&changed), &Outcome::Unknown);
    }
}

#[test]
fn a_signed_reply_that_is_not_as_documented_is_unknown() {
    let other_order = collected("400").replace(CHARGE, "00002001-18-1");
    let huge = format!("{}{}", collected("400"), " ".repeat(64 * 1024));
    for body in [
        "",
        "null",
        "<html>502 Bad Gateway</html>",
        r#"{"state":"collected"}"#,
        &other_order,
        &huge,
        &collected("0"),
        &collected("-400"),
        &collected("4.5"),
        &collected("99999999999999999999"),
        &collected("400").replace("CNY", "yuan"),
        &collected("400").replace("T1", ""),
        &collected("400").replace("T1", "T 1"),
        &collected("400").replace("\"T1\"", "null"),
        &collected("400").replace("collected", "refunded"),
        &collected("400").replace("collected", "declined"),
    ] {
        check_order(Some(&reply(200, body)), &Outcome::Unknown);
    }
    for status in [
        100, 204, 301, 400, 401, 408, 409, 422, 429, 500, 502, 503, 504,
    ] {
        check_order(Some(&reply(status, &collected("400"))), &Outcome::Unknown);
    }
    for body in ["", r#"{"code":""}"#, r#"{"code":"No Money"}"#] {
        check_order(Some(&reply(402, body)), &Outcome::Unknown);
        check_order(Some(&reply(404, body)), &Outcome::Unknown);
    }
    check_order(
        Some(&reply(404, r#"{"code":"no_such_page"}"#)),
        &Outcome::Unknown,
    );
}

#[test]
fn a_signed_reply_says_how_the_order_stands() {
    check_order(Some(&reply(201, &collected("400"))), &paid());
    let accepted = collected("400").replace("collected", "accepted");
    check_order(Some(&reply(202, &accepted)), &Outcome::Unknown);
    check_order(Some(&reply(200, &accepted)), &Outcome::Accepted);
    let declined = Outcome::Declined {
        reason: "insufficient_balance".to_string(),
    };
    let body = format!(
        r#"{{"order":"{CHARGE}","state":"declined","amount_minor":400,"currency":"CNY","reason":"insufficient_balance"}}"#
    );
    check_order(Some(&reply(200, &body)), &declined);
    let refused = r#"{"code":"insufficient_balance","message":"the wallet holds ¥1.00"}"#;
    check_order(Some(&reply(402, refused)), &declined);
    check_order(
        Some(&reply(404, r#"{"code":"no_such_order"}"#)),
        &Outcome::NotFound,
    );
}

fn contract_body(state: &str, rest: &str) -> String {
    format!(r#"{{"number":"{MANDATE}","contract":"C1","state":"{state}"{rest}}}"#)
}

fn news(state: ContractState, sign_url: Option<&str>) -> ContractNews {
    ContractNews {
        mandate: MANDATE,
        contract: "C1".to_string(),
        state,
        sign_url: sign_url.map(String::from),
    }
}

fn frozen() -> ContractState {
    ContractState::Suspended {
        reason: "account_frozen".to_string(),
    }
}

#[test]
fn a_signed_reply_says_how_the_contract_stands() {
    let check = |reply: Option<HttpReply>, expected: ContractAnswer| {
        let found = connector().read_contract(MANDATE, TIME, reply.as_ref());
        assert_eq!(found, expected, "{reply:?}");
    };
    let unknown = ContractAnswer::Unknown;
    check(None, unknown.clone());
    let active = contract_body("active", "");
    check(Some(reply_for("0", 200, &active)), unknown.clone());
    for body in [
        "{}",
        &active.replace("cd", "ce"),
        &active.replace("C1", "C/1"),
        &contract_body("signed", ""),
        &contract_body("suspended", ""),
        &contract_body("suspended", r#","reason":"!""#),
        &contract_body("pending", r#","sign_url":"javascript:alert(1)""#),
    ] {
        check(Some(reply(200, body)), unknown.clone());
    }
    check(Some(reply(500, &active)), unknown.clone());
    check(Some(reply(404, r#"{"code":"no_such_page"}"#)), unknown);

    let known = |state, url| ContractAnswer::Known(news(state, url));
    let pending = contract_body("pending", r#","sign_url":"http://127.0.0.1:9/sign/C1""#);
    check(
        Some(reply(201, &pending)),
        known(ContractState::Pending, Some("http://127.0.0.1:9/sign/C1")),
    );
    check(
        Some(reply(200, &active)),
        known(ContractState::Active, None),
    );
    let held = contract_body("suspended", r#","reason":"account_frozen""#);
    check(Some(reply(200, &held)), known(frozen(), None));
    let ended = contract_body("ended", r#","reason":null"#);
    check(Some(reply(200, &ended)), known(ContractState::Ended, None));
    check(
        Some(reply(404, r#"{"code":"no_such_contract"}"#)),
        ContractAnswer::NotFound,
    );
    check(
        Some(reply(409, r#"{"code":"contract_conflict"}"#)),
        ContractAnswer::Refused {
            reason: "contract_conflict".to_string(),
        },
    );
}

/// A callback as the provider signs it.
fn callback(merchant: &str, timestamp: &str, body: &str) -> Vec<(String, String)> {
    let text = sign::callback_text(merchant, timestamp, "0000000000000001", body.as_bytes());
    let signature = sign::sign(&provider(), &text);
    headers(&[
        ("sandbox-timestamp", timestamp),
        ("sandbox-nonce", "0000000000000001"),
        ("sandbox-signature", &signature),
    ])
}

fn check_callback(
    headers: &[(String, String)],
    body: &str,
    expected: Result<Notice, CallbackFault>,
) {
    let found = connector().read_callback(headers, body.as_bytes(), TIME.now);
    assert_eq!(found, expected, "{body}");
}

#[test]
fn callbacks_that_are_not_the_providers_are_refused() {
    let body = format!(r#"{{"event":"order",{}"#, &collected("400")[1..]);
    let good = callback("guangzhou", "1767225660", &body);
    for name in ["sandbox-timestamp", "sandbox-nonce", "sandbox-signature"] {
        let mut lacking = good.clone();
        lacking.retain(|(key, _)| key != name);
        check_callback(&lacking, &body, Err(CallbackFault::MissingHeader(name)));
    }
    let bad = || Err(CallbackFault::BadSignature);
    check_callback(&good, &body.replace("400", "401"), bad());
    check_callback(&callback("foshan", "1767225660", &body), &body, bad());
    for header in [0, 1] {
        let mut changed = good.clone();
        changed[header].1 = "1767225659".to_string();
        check_callback(&changed, &body, bad());
    }
    // A reply the provider signed does not pass for a callback.
    let mut turned = good.clone();
    let text = sign::reply_text(200, "0000000000000001", "1767225660", body.as_bytes());
    turned[2].1 = sign::sign(&provider(), &text);
    check_callback(&turned, &body, bad());

    for (timestamp, fits) in [
        ("1767225359", false),
        ("1767225360", true),
        ("1767225960", true),
        ("1767225961", false),
    ] {
        let signed = callback("guangzhou", timestamp, &body);
        let expected = if fits {
            Ok(Notice::Order {
                charge: charge(),
                outcome: paid(),
            })
        } else {
            Err(CallbackFault::Stale)
        };
        check_callback(&signed, &body, expected);
    }
    let signed = callback("guangzhou", "yesterday", &body);
    let malformed = CallbackFault::Malformed("sandbox-timestamp must be Unix seconds");
    check_callback(&signed, &body, Err(malformed));
}

#[test]
fn callbacks_that_are_not_as_documented_are_refused() {
    for (body, what) in [
        ("", "no event is named"),
        ("[]", "no event is named"),
        (r#"{"event":"party"}"#, "the event is unknown"),
        (r#"{"event":"order"}"#, "the order is not readable"),
        (r#"{"event":"contract"}"#, "the contract is not readable"),
    ] {
        let signed = callback("guangzhou", "1767225660", body);
        check_callback(&signed, body, Err(CallbackFault::Malformed(what)));
    }
}

#[test]
fn callbacks_tell_of_contracts_and_orders() {
    let body = contract_body(
        "suspended",
        r#","reason":"account_frozen","event":"contract""#,
    );
    let signed = callback("guangzhou", "1767225660", &body);
    let notice = Notice::Contract(news(frozen(), None));
    check_callback(&signed, &body, Ok(notice.clone()));
    // Once more within the window: the same news, which changes nothing where it is taken.
    check_callback(&signed, &body, Ok(notice));
}

const BILL: &str = "transaction,order,contract,amount_minor,currency,collected_at\n\
                    T1,00002001-17-1,C1,400,CNY,1767225660\n\
                    T2,00002001-18-1,C2,250,CNY,1767225700\n\
                    total,2026-01-01,2,650\n";

#[test]
fn a_bill_is_read_whole_or_not_at_all() {
    let day: ServiceDay = "2026-01-01".parse().unwrap();
    let check = |reply: Option<HttpReply>, expected: Result<usize, BillFault>| {
        let found = connector().read_bill(day, TIME, reply.as_ref());
        assert_eq!(found.map(|lines| lines.len()), expected);
    };
    check(None, Err(BillFault::Silent));
    check(Some(reply_for("0", 200, BILL)), Err(BillFault::Silent));
    check(Some(reply(500, BILL)), Err(BillFault::Silent));
    let none = reply(404, r#"{"code":"no_such_day"}"#);
    check(Some(none), Err(BillFault::NoSuchDay(day)));
    check(Some(reply(200, BILL)), Ok(2));

    let wrong_total = "the sum is not that of the lines";
    for (from, to, line, what) in [
        (
            "transaction,",
            "",
            1,
            "the first line must name the columns",
        ),
        ("total,2026-01-01,2,650\n", "", 4, "the sum is missing"),
        (",650", ",651", 4, wrong_total),
        ("01,2,", "01,3,", 4, wrong_total),
        ("2026-01-01", "2026-01-02", 4, "the bill is for another day"),
        ("650\n", "650\nT3", 5, "nothing follows the sum"),
        (
            "T2,",
            "T 2,",
            3,
            "transaction and contract have letters, digits and hyphens",
        ),
        ("-18-", "-18", 3, "the order is not ours"),
        ("250", "2.5", 3, "the amount is no whole number"),
        ("250", "-250", 3, "the amount must be positive"),
        ("250", "9223372036854775807", 3, "the sum is too large"),
        ("250,CNY", "250,cny", 3, "the currency is no code"),
        (",1767225700", "", 3, "a line has six fields"),
        (",1767225700", ",1767225700,", 3, "a line has six fields"),
        (
            ",1767225700",
            ",today",
            3,
            "the time is not in Unix seconds",
        ),
    ] {
        let bill = BILL.replace(from, to);
        let fault = BillFault::Malformed { line, what };
        check(Some(reply(200, &bill)), Err(fault));
    }

    let lines = connector().read_bill(day, TIME, Some(&reply(200, BILL)));
    assert_eq!(
        lines.unwrap()[1],
        BillLine {
            transaction: "T2".to_string(),
            charge: "00002001-18-1".parse().unwrap(),
            contract: "C2".to_string(),
            amount: Money::fen(250),
            collected: UnixSeconds(1_767_225_700),
        }
    );
}

#[test]
fn short_messages_are_taken_refused_or_unanswered() {
    let check = |reply: Option<HttpReply>, expected: Result<(), SmsFault>| {
        assert_eq!(connector().read_sms(TIME, reply.as_ref()), expected);
    };
    check(None, Err(SmsFault::Silent));
    check(Some(reply_for("0", 200, "{}")), Err(SmsFault::Silent));
    check(Some(reply(500, "{}")), Err(SmsFault::Silent));
    check(Some(reply(422, "{}")), Err(SmsFault::Silent));
    let refused = reply(422, r#"{"code":"malformed_phone"}"#);
    check(
        Some(refused),
        Err(SmsFault::Refused("malformed_phone".to_string())),
    );
    check(Some(reply(200, "{}")), Ok(()));
}

/// Holds a request against its line and body as documented, and its signature.
fn check_request(request: HttpRequest, line: &str, body: &str) {
    let found = format!("{} {}", request.method.word(), request.target);
    assert_eq!(found, line);
    assert_eq!(String::from_utf8_lossy(&request.body), body);
    let header = |name| crate::http::find_header(&request.headers, name);
    assert_eq!(header("sandbox-merchant"), Some("guangzhou"));
    assert_eq!(header("sandbox-timestamp"), Some("1767225660"));
    assert_eq!(header("sandbox-nonce"), Some(NONCE));
    let text = sign::request_text(
        (request.method.word(), &request.target),
        TIME,
        &request.body,
    );
    let signature = header("sandbox-signature").unwrap();
    let key = VerifyingKey::from_bytes(&connector().merchant_key()).unwrap();
    assert!(sign::is_signed(&key, &text, signature));
}

#[test]
fn requests_are_as_documented() {
    let connector = connector();
    let contract = ContractOrder {
        mandate: MANDATE,
        rider: RiderId(0xef),
        return_url: "https://ride.example/done".to_string(),
        callback_url: "https://ride.example/callback".to_string(),
    };
    check_request(
        connector.open_contract(&contract, TIME),
        "POST /v1/contracts",
        r#"{"number":"00000000000000cd","payer":"00000000000000ef","return_url":"https://ride.example/done","callback_url":"https://ride.example/callback"}"#,
    );
    check_request(
        connector.query_contract(MANDATE, TIME),
        "GET /v1/contracts/00000000000000cd",
        "",
    );
    check_request(
        connector.end_contract(MANDATE, TIME),
        "POST /v1/contracts/00000000000000cd/end",
        "{}",
    );
    let order = Order {
        charge: charge(),
        contract: "C1".to_string(),
        amount: Money::fen(400),
        description: "地铁 西塱 → 体育西路".to_string(),
        ride: Ride::Bus {
            boarded: TIME.now,
            line: String::new(),
            plate: String::new(),
        },
    };
    check_request(
        connector.deduct(&order, TIME),
        "POST /v1/orders",
        r#"{"order":"00002001-17-1","contract":"C1","amount_minor":400,"currency":"CNY","description":"地铁 西塱 → 体育西路"}"#,
    );
    check_request(
        connector.query_order(charge(), TIME),
        "GET /v1/orders/00002001-17-1",
        "",
    );
    check_request(
        connector.bill("2026-01-01".parse().unwrap(), TIME),
        "GET /v1/bills/2026-01-01",
        "",
    );
    let sms = Sms {
        phone: "+8613800138000".to_string(),
        text: "012345".to_string(),
    };
    check_request(
        connector.send_sms(&sms, TIME),
        "POST /sms",
        r#"{"to":"+8613800138000","text":"012345"}"#,
    );
}

#[test]
fn secrets_and_numbers_do_not_show_in_debug_output() {
    let sms = Sms {
        phone: "+8613800138000".to_string(),
        text: "012345".to_string(),
    };
    assert_eq!(format!("{sms:?}"), "Sms(…)");
    assert_eq!(format!("{:?}", connector()), "Connector(guangzhou)");
    let shown = format!("{:?}", vec![connector().send_sms(&sms, TIME)]);
    assert!(!shown.contains("138") && !shown.contains("012345"));
}

/// Any bytes at all, under a good signature: an answer, never a panic.
#[test]
fn signed_noise_is_survived() {
    let seed = ridecode_testing::seed(1);
    let mut random = fastrand::Rng::with_seed(seed);
    let pieces = [
        "{",
        "}",
        "\"",
        ":",
        ",",
        "order",
        "state",
        "collected",
        CHARGE,
        "4",
        "-",
        "\n",
        "total",
        "null",
        "[",
        "\\u0000",
        "站",
    ];
    for _ in 0..500 {
        let length = random.usize(0..40);
        let body: String = (0..length)
            .map(|_| pieces[random.usize(..pieces.len())])
            .collect();
        for status in [200, 402, 404] {
            let reply = reply(status, &body);
            let connector = connector();
            let order = connector.read_order(charge(), TIME, Some(&reply));
            assert!(
                !matches!(order, Outcome::Collected { .. }),
                "RIDECODE_SEED={seed} {body}"
            );
            connector.read_contract(MANDATE, TIME, Some(&reply));
            let bill = connector.read_bill(ServiceDay(20_454), TIME, Some(&reply));
            assert!(bill.is_err(), "RIDECODE_SEED={seed} {body}");
        }
        let signed = callback("guangzhou", "1767225660", &body);
        let notice = connector().read_callback(&signed, body.as_bytes(), TIME.now);
        assert!(notice.is_err(), "RIDECODE_SEED={seed} {body}");
    }
}

const REFUND: &str = "00002001-17-1-r2";

fn refunded(refund: &str, order: &str, state: &str, amount_minor: i64) -> String {
    format!(
        r#"{{"refund":"{refund}","order":"{order}","state":"{state}","amount_minor":{amount_minor},"currency":"CNY","reason":"account_closed"}}"#
    )
}

#[test]
fn a_refund_is_asked_for_under_its_own_number() {
    let order = RefundOrder {
        refund: REFUND.parse().unwrap(),
        transaction: "T1".to_string(),
        amount: Money::fen(150),
        collected: Money::fen(400),
        reason: "票价更正".to_string(),
    };
    let request = connector().refund(&order, TIME);
    assert_eq!(request.target, "/v1/refunds");
    assert_eq!(
        request.body,
        r#"{"refund":"00002001-17-1-r2","order":"00002001-17-1","amount_minor":150,"currency":"CNY","reason":"票价更正"}"#
            .as_bytes()
    );
    let query = connector().query_refund(order.refund, TIME);
    assert_eq!(query.target, "/v1/refunds/00002001-17-1-r2");
}

#[test]
fn a_refund_is_given_back_only_where_the_provider_signs_that() {
    let refused = |reason: &str| RefundOutcome::Refused {
        reason: reason.to_string(),
    };
    let check = |reply: Option<HttpReply>, expected: RefundOutcome| {
        let refund = REFUND.parse().unwrap();
        let found = connector().read_refund(refund, TIME, reply.as_ref());
        assert_eq!(found, expected, "{reply:?}");
    };
    check(None, RefundOutcome::Unknown);
    let good = refunded(REFUND, CHARGE, "done", 150);
    check(
        Some(reply_for("00000000000000ac", 200, &good)),
        RefundOutcome::Unknown,
    );
    for status in [202, 409, 422, 500, 504] {
        check(Some(reply(status, &good)), RefundOutcome::Unknown);
    }
    for wrong in [
        "",
        "<!doctype html>",
        &refunded("00002001-17-1-r1", CHARGE, "done", 150),
        &refunded(REFUND, "00002001-18-1", "done", 150),
        &refunded(REFUND, CHARGE, "given", 150),
        &refunded(REFUND, CHARGE, "done", 0),
        &refunded(REFUND, CHARGE, "done", -1),
    ] {
        check(Some(reply(200, wrong)), RefundOutcome::Unknown);
    }
    let done = RefundOutcome::Done {
        amount: Money::fen(150),
    };
    check(Some(reply(200, &good)), done.clone());
    check(Some(reply(201, &good)), done);
    let accepted = refunded(REFUND, CHARGE, "accepted", 150);
    check(Some(reply(201, &accepted)), RefundOutcome::Accepted);
    let said = refunded(REFUND, CHARGE, "refused", 150);
    check(Some(reply(200, &said)), refused("account_closed"));
    let code = |code: &str| format!(r#"{{"code":"{code}","message":"no"}}"#);
    check(
        Some(reply(402, &code("refund_too_large"))),
        refused("refund_too_large"),
    );
    check(Some(reply(402, "{}")), RefundOutcome::Unknown);
    check(
        Some(reply(404, &code("no_such_refund"))),
        RefundOutcome::NotFound,
    );
    check(
        Some(reply(404, &code("no_such_order"))),
        refused("no_such_order"),
    );
    check(
        Some(reply(404, &code("no_such_page"))),
        RefundOutcome::Unknown,
    );
}
