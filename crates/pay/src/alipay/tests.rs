//! Alipay's side is played by a second vault, whose keys are drawn anew for each test.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ridecode_words::{MandateId, RefundId, RiderId, UnixSeconds};

use super::*;
use crate::connector::{
    BillFault, BillLine, CallbackFault, ContractAnswer, ContractAsked, ContractNews, ContractOrder,
    ContractState, Notice, Outcome, RefundOrder, RefundOutcome, Ride,
};
use crate::drawn::key_pair;
use crate::http::HttpReply;
use crate::native::Vault;

const NOW: UnixSeconds = UnixSeconds(1_767_225_660);
const TIME: RequestTime = RequestTime {
    now: NOW,
    nonce: 0xab,
};

fn charge() -> ChargeId {
    "00002001-17-1".parse().unwrap()
}

fn refund() -> RefundId {
    "00002001-17-1-r1".parse().unwrap()
}

/// An app's connector, and the vault Alipay signs with.
struct World {
    connector: Connector<Vault>,
    alipay: Vault,
}

fn settings() -> Settings {
    Settings {
        app: "2021000000000001".to_string(),
        seller: "2088000000000001".to_string(),
        sign_scene: "INDUSTRY|BUS".to_string(),
        gateway: "https://openapi.alipay.com".to_string(),
        callback_url: "https://ride.example/callbacks/alipay".to_string(),
    }
}

impl World {
    fn new() -> Self {
        let (app_secret, app_public) = key_pair();
        let (alipay_secret, alipay_public) = key_pair();
        let vault = Vault::new(&app_secret)
            .and_then(|vault| vault.with_provider_key(KEY, &alipay_public))
            .unwrap();
        let alipay = Vault::new(&alipay_secret)
            .and_then(|vault| vault.with_provider_key("app", &app_public))
            .unwrap();
        Self {
            connector: Connector::new(settings(), vault).unwrap(),
            alipay,
        }
    }

    fn reply(&self, name: &str, answer: &str) -> HttpReply {
        let signature = STANDARD.encode(self.alipay.sign(answer.as_bytes()));
        HttpReply {
            status: 200,
            headers: Vec::new(),
            body: format!(r#"{{"{name}":{answer},"sign":"{signature}"}}"#).into_bytes(),
        }
    }

    fn notify(&self, fields: &[(&str, &str)]) -> Vec<u8> {
        let field = |name: &str, value: &str| (name.to_string(), value.to_string());
        let mut fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| field(name, value))
            .collect();
        let signature = self.alipay.sign(sign::signed_text(&fields).as_bytes());
        fields.push(field("sign", &STANDARD.encode(signature)));
        fields.push(field("sign_type", "RSA2"));
        form::write(&fields).into_bytes()
    }
}

fn paid() -> Outcome {
    Outcome::Collected {
        transaction: "2026010122001".to_string(),
        amount: Money::fen(400),
    }
}

fn declined(reason: &str) -> Outcome {
    Outcome::Declined {
        reason: reason.to_string(),
    }
}

const PAY: &str = "alipay_trade_pay_response";
const QUERY: &str = "alipay_trade_query_response";

fn trade(status: &str) -> String {
    format!(
        r#"{{"code":"10000","msg":"Success","out_trade_no":"00002001_17_1","trade_no":"2026010122001","total_amount":"4.00","trade_status":"{status}"}}"#
    )
}

#[test]
fn replies_alipay_did_not_sign_say_nothing() {
    let world = World::new();
    let check = |reply: Option<HttpReply>| {
        let found = world.connector.read_order(charge(), reply.as_ref());
        assert_eq!(found, Outcome::Unknown);
    };
    let good = world.reply(QUERY, &trade("TRADE_SUCCESS"));
    assert_eq!(world.connector.read_order(charge(), Some(&good)), paid());
    check(None);
    check(Some(World::new().reply(QUERY, &trade("TRADE_SUCCESS"))));
    let mut elsewhere = good.clone();
    elsewhere.status = 502;
    check(Some(elsewhere));
    let text = String::from_utf8(good.body.clone()).unwrap();
    for (from, to) in [
        ("4.00", "5.00"),
        (QUERY, "alipay_trade_close_response"),
        (r#""sign""#, r#""Sign""#),
        ("{\"alipay", "{\"sign\":\"\",\"alipay"),
        ("}", "} x"),
    ] {
        let mut forged = good.clone();
        forged.body = text.replacen(from, to, 1).into_bytes();
        check(Some(forged));
    }
    let mut html = good;
    html.body = b"<html>busy</html>".to_vec();
    check(Some(html));
}

#[test]
fn orders_stand_as_their_status_says() {
    let world = World::new();
    let check = |name: &str, answer: &str, expected: Outcome| {
        let reply = world.reply(name, answer);
        let found = world.connector.read_order(charge(), Some(&reply));
        assert_eq!(found, expected, "{answer}");
    };
    let success = trade("TRADE_SUCCESS");
    check(QUERY, &success, paid());
    check(QUERY, &trade("TRADE_FINISHED"), paid());
    check(QUERY, &trade("WAIT_BUYER_PAY"), Outcome::Accepted);
    check(QUERY, &trade("TRADE_CLOSED"), declined("order_closed"));
    // Paid once and given back whole.
    let returned = trade("TRADE_CLOSED").replace('}', r#","send_pay_date":"2026-01-01 08:00:00"}"#);
    check(QUERY, &returned, paid());
    check(QUERY, &trade("PARTY"), Outcome::Unknown);
    check(PAY, &success, paid());
    check(PAY, &success.replace("10000", "10003"), Outcome::Accepted);
    for (from, to) in [
        ("00002001_17_1", "00002001_18_1"),
        ("00002001_17_1", "00002001-17-1"),
        ("4.00", "4"),
        ("4.00", "0.00"),
        ("4.00", "-4.00"),
        ("2026010122001", "2026/01"),
        ("10000", "20000"),
    ] {
        check(QUERY, &success.replace(from, to), Outcome::Unknown);
    }
    let foreign = success.replace('}', r#","trans_currency":"HKD"}"#);
    let amount = Money::new(400, Currency(*b"HKD"));
    let transaction = "2026010122001".to_string();
    check(
        QUERY,
        &foreign,
        Outcome::Collected {
            transaction,
            amount,
        },
    );
}

#[test]
fn every_documented_code_has_its_meaning() {
    let world = World::new();
    let check = |name: &str, code: &str, sub_code: &str, expected: Outcome| {
        let answer = format!(r#"{{"code":"{code}","msg":"x","sub_code":"{sub_code}"}}"#);
        let reply = world.reply(name, &answer);
        let found = world.connector.read_order(charge(), Some(&reply));
        assert_eq!(found, expected, "{code} {sub_code}");
        let own = world.connector.find_own_fault(Some(&reply));
        let expected =
            (meaning(code, sub_code) == Meaning::OwnFault).then(|| format!("{code} {sub_code}"));
        assert_eq!(own, expected);
    };
    for (sub_code, meaning) in code::PAYMENT {
        let expected = match meaning {
            Meaning::Declined(reason) => declined(reason),
            Meaning::NotFound => Outcome::NotFound,
            Meaning::OwnFault | Meaning::TryAgain | Meaning::Unknown => Outcome::Unknown,
        };
        check(PAY, "40004", sub_code, expected.clone());
        check(QUERY, "40004", sub_code, expected);
        // The words of a business refusal mean nothing under another code.
        check(PAY, "20000", sub_code, Outcome::Unknown);
    }
    check(PAY, "40004", "ACQ.OF_TOMORROW", Outcome::Unknown);
    for (code, sub_code, expected) in [
        ("20000", "isp.unknow-error", Meaning::Unknown),
        ("20000", "aop.ACQ.SYSTEM_ERROR", Meaning::Unknown),
        ("20001", "aop.invalid-auth-token", Meaning::OwnFault),
        ("40001", "isv.missing-signature", Meaning::OwnFault),
        ("40002", "isv.invalid-signature", Meaning::OwnFault),
        ("40002", "isv.invalid-timestamp", Meaning::OwnFault),
        (
            "40006",
            "isv.insufficient-isv-permissions",
            Meaning::OwnFault,
        ),
        ("40002", "isv.app-call-limited", Meaning::TryAgain),
        ("40005", "", Meaning::TryAgain),
        ("99999", "", Meaning::Unknown),
    ] {
        assert_eq!(meaning(code, sub_code), expected, "{code} {sub_code}");
        check(PAY, code, sub_code, Outcome::Unknown);
    }
    // The gateway's own refusals stand unsigned.
    let refused = br#"{"error_response":{"code":"40002","sub_code":"isv.invalid-signature"}}"#;
    let reply = HttpReply {
        status: 200,
        headers: Vec::new(),
        body: refused.to_vec(),
    };
    let found = world.connector.find_own_fault(Some(&reply));
    assert_eq!(found.as_deref(), Some("40002 isv.invalid-signature"));
    assert_eq!(
        world.connector.read_order(charge(), Some(&reply)),
        Outcome::Unknown
    );
}

#[test]
fn refunds_are_done_waiting_refused_or_not_known() {
    let world = World::new();
    const REFUND: &str = "alipay_trade_refund_response";
    const REFUND_QUERY: &str = "alipay_trade_fastpay_refund_query_response";
    let check = |name: &str, answer: &str, expected: RefundOutcome| {
        let reply = world.reply(name, answer);
        let found = world.connector.read_refund(refund(), Some(&reply));
        assert_eq!(found, expected, "{answer}");
    };
    let unknown = RefundOutcome::Unknown;
    let taken =
        r#"{"code":"10000","out_trade_no":"00002001_17_1","fund_change":"Y","refund_fee":"1.50"}"#;
    check(REFUND, taken, RefundOutcome::Accepted);
    check(REFUND, &taken.replace("_17_", "_18_"), unknown.clone());
    let through = r#"{"code":"10000","out_trade_no":"00002001_17_1","out_request_no":"00002001-17-1-r1","refund_status":"REFUND_SUCCESS","refund_amount":"1.50"}"#;
    let amount = Money::fen(150);
    check(REFUND_QUERY, through, RefundOutcome::Done { amount });
    let waiting = through.replace(r#""refund_status":"REFUND_SUCCESS","#, "");
    check(REFUND_QUERY, &waiting, RefundOutcome::Accepted);
    check(REFUND_QUERY, r#"{"code":"10000"}"#, RefundOutcome::NotFound);
    for (from, to) in [
        ("-r1", "-r2"),
        ("_17_", "_18_"),
        ("1.50", "1.5"),
        ("SUCCESS", "MAYBE"),
    ] {
        check(REFUND_QUERY, &through.replace(from, to), unknown.clone());
    }
    for (sub_code, meaning) in code::REFUND {
        let answer = format!(r#"{{"code":"40004","sub_code":"{sub_code}"}}"#);
        let expected = match meaning {
            Meaning::Declined(reason) => RefundOutcome::Refused {
                reason: (*reason).to_string(),
            },
            Meaning::NotFound => RefundOutcome::NotFound,
            Meaning::OwnFault | Meaning::TryAgain | Meaning::Unknown => unknown.clone(),
        };
        check(REFUND, &answer, expected);
    }
    check(REFUND, r#"{"code":"20000"}"#, unknown.clone());
    assert_eq!(world.connector.read_refund(refund(), None), unknown);
}

fn asked(contract: Option<&str>) -> ContractAsked {
    ContractAsked {
        mandate: MandateId(0xcd),
        contract: contract.map(String::from),
    }
}

fn news(state: ContractState) -> ContractNews {
    ContractNews {
        mandate: MandateId(0xcd),
        contract: "A1".to_string(),
        state,
        sign_url: None,
    }
}

#[test]
fn agreements_are_waiting_active_held_or_ended() {
    let world = World::new();
    const AGREEMENT: &str = "alipay_user_agreement_query_response";
    const UNSIGN: &str = "alipay_user_agreement_unsign_response";
    let check = |name: &str, contract: Option<&str>, answer: &str, expected: ContractAnswer| {
        let reply = world.reply(name, answer);
        let found = world
            .connector
            .read_contract(&asked(contract), Some(&reply));
        assert_eq!(found, expected, "{answer}");
    };
    let answer = |status: &str| {
        format!(
            r#"{{"code":"10000","agreement_no":"A1","external_agreement_no":"00000000000000cd","status":"{status}"}}"#
        )
    };
    let known = |state| ContractAnswer::Known(news(state));
    let reason = "stopped".to_string();
    check(
        AGREEMENT,
        None,
        &answer("NORMAL"),
        known(ContractState::Active),
    );
    check(
        AGREEMENT,
        None,
        &answer("TEMP"),
        known(ContractState::Pending),
    );
    check(
        AGREEMENT,
        None,
        &answer("STOP"),
        known(ContractState::Suspended { reason }),
    );
    check(
        AGREEMENT,
        Some("A1"),
        &answer("UNSIGN"),
        known(ContractState::Ended),
    );
    let unknown = ContractAnswer::Unknown;
    check(AGREEMENT, None, &answer("MAYBE"), unknown.clone());
    check(
        AGREEMENT,
        None,
        &answer("NORMAL").replace("00cd", "00ce"),
        unknown.clone(),
    );
    let gone = r#"{"code":"40004","sub_code":"USER_AGREEMENT_NOT_EXIST"}"#;
    check(AGREEMENT, None, gone, ContractAnswer::NotFound);
    check(AGREEMENT, Some("A1"), gone, ContractAnswer::Ended);
    check(
        UNSIGN,
        Some("A1"),
        r#"{"code":"10000"}"#,
        ContractAnswer::Ended,
    );
    check(UNSIGN, Some("A1"), gone, ContractAnswer::Ended);
    check(UNSIGN, Some("A1"), r#"{"code":"20000"}"#, unknown.clone());
    check("x_response", Some("A1"), r#"{"code":"10000"}"#, unknown);
}

#[test]
fn notifications_are_read_when_alipay_signed_them_for_us() {
    let world = World::new();
    let order = [
        ("notify_time", "2026-01-01 08:01:00"),
        ("notify_type", "trade_status_sync"),
        ("notify_id", "N1"),
        ("app_id", "2021000000000001"),
        ("seller_id", "2088000000000001"),
        ("out_trade_no", "00002001_17_1"),
        ("trade_no", "2026010122001"),
        ("trade_status", "TRADE_SUCCESS"),
        ("total_amount", "4.00"),
        ("subject", "乘车 a+b"),
    ];
    let with = |name: &str, value: &'static str| {
        order.map(|(known, old)| (known, if known == name { value } else { old }))
    };
    let check = |body: &[u8], now: UnixSeconds, expected: Result<Notice, CallbackFault>| {
        let found = world.connector.read_callback(body, now);
        assert_eq!(found, expected, "{}", String::from_utf8_lossy(body));
    };
    let notice = |outcome| {
        let charge = charge();
        Ok(Notice::Order { charge, outcome })
    };
    let good = world.notify(&order);
    check(&good, NOW, notice(paid()));
    check(&good, NOW.plus_s(26 * 3_600), notice(paid()));
    check(&good, NOW.plus_s(26 * 3_600 + 1), Err(CallbackFault::Stale));
    check(&good, NOW.plus_s(-300), notice(paid()));
    check(&good, NOW.plus_s(-301), Err(CallbackFault::Stale));
    let closed = world.notify(&with("trade_status", "TRADE_CLOSED"));
    check(&closed, NOW, notice(declined("order_closed")));
    let waiting = world.notify(&with("trade_status", "WAIT_BUYER_PAY"));
    check(&waiting, NOW, notice(Outcome::Accepted));

    let bad = Err(CallbackFault::BadSignature);
    check(&World::new().notify(&order), NOW, bad.clone());
    let text = String::from_utf8(good.clone()).unwrap();
    check(text.replace("4.00", "0.01").as_bytes(), NOW, bad.clone());
    check(
        text.replace("subject=", "body=x&subject=").as_bytes(),
        NOW,
        bad,
    );
    let missing = |name| Err(CallbackFault::MissingHeader(name));
    check(
        text.replace("sign=", "Sign=").as_bytes(),
        NOW,
        missing("sign"),
    );
    check(
        text.replace("RSA2", "RSA").as_bytes(),
        NOW,
        missing("sign_type"),
    );
    let malformed = |what| Err(CallbackFault::Malformed(what));
    check(b"<xml/>", NOW, malformed("it is no form in UTF-8"));
    for (name, value, what) in [
        (
            "notify_time",
            "today",
            "notify_time must be yyyy-MM-dd HH:mm:ss",
        ),
        ("app_id", "2021000000000002", "it is another app's"),
        ("seller_id", "2088000000000002", "it is another merchant's"),
        ("notify_type", "party", "the event is unknown"),
        ("total_amount", "4", "the order is not readable"),
        ("out_trade_no", "X", "the order is not readable"),
    ] {
        check(&world.notify(&with(name, value)), NOW, malformed(what));
    }
}

#[test]
fn agreements_are_notified_as_orders_are() {
    let world = World::new();
    let check = |kind: &str, status: &str, expected: Result<Notice, CallbackFault>| {
        let body = world.notify(&[
            ("notify_time", "2026-01-01 08:01:00"),
            ("notify_type", kind),
            ("app_id", "2021000000000001"),
            ("agreement_no", "A1"),
            ("external_agreement_no", "00000000000000cd"),
            ("status", status),
        ]);
        assert_eq!(world.connector.read_callback(&body, NOW), expected);
    };
    let notice = |state| Ok(Notice::Contract(news(state)));
    check("dut_user_sign", "NORMAL", notice(ContractState::Active));
    check("dut_user_unsign", "UNSIGN", notice(ContractState::Ended));
    let what = "the agreement is not readable";
    check(
        "dut_user_sign",
        "MAYBE",
        Err(CallbackFault::Malformed(what)),
    );
}

fn order() -> Order {
    Order {
        charge: charge(),
        contract: "A1".to_string(),
        amount: Money::fen(400),
        description: "乘车 a/b=c&d".to_string(),
        ride: Ride::Bus {
            boarded: NOW,
            line: String::new(),
            plate: String::new(),
        },
    }
}

#[test]
fn requests_are_forms_signed_over_their_sorted_fields() {
    let world = World::new();
    let check = |form: &[u8], method: &str, content: &str| {
        let mut fields = form::read(form).unwrap();
        let (name, signature) = fields.pop().unwrap();
        assert_eq!(name, "sign");
        let signature = STANDARD.decode(signature).unwrap();
        let text = sign::signed_text(&fields);
        assert!(world.alipay.is_signed("app", text.as_bytes(), &signature));
        let find = |name| form::find(&fields, name).unwrap_or_default().to_string();
        assert_eq!(find("method"), method);
        assert_eq!(find("biz_content"), content);
        assert_eq!(find("timestamp"), "2026-01-01 08:01:00");
        assert_eq!(find("sign_type"), "RSA2");
        assert_eq!(find("notify_url"), settings().callback_url);
    };
    let connector = &world.connector;
    let pay = connector.deduct(&order(), TIME).unwrap();
    assert_eq!(pay.target, "/gateway.do?charset=utf-8");
    check(
        &pay.body,
        "alipay.trade.pay",
        r#"{"out_trade_no":"00002001_17_1","total_amount":"4.00","subject":"乘车 abcd","body":"A1","product_code":"GENERAL_WITHHOLDING","seller_id":"2088000000000001","agreement_params":{"agreement_no":"A1"}}"#,
    );
    check(
        &connector.query_order(charge(), TIME).body,
        "alipay.trade.query",
        r#"{"out_trade_no":"00002001_17_1"}"#,
    );
    let back = RefundOrder {
        refund: refund(),
        transaction: "2026010122001".to_string(),
        amount: Money::fen(150),
        collected: Money::fen(400),
        reason: "退款".to_string(),
    };
    check(
        &connector.refund(&back, TIME).body,
        "alipay.trade.refund",
        r#"{"trade_no":"2026010122001","out_trade_no":"00002001_17_1","out_request_no":"00002001-17-1-r1","refund_amount":"1.50","refund_reason":"退款"}"#,
    );
    check(
        &connector.end_contract(&asked(Some("A1")), TIME).body,
        "alipay.user.agreement.unsign",
        r#"{"agreement_no":"A1"}"#,
    );
    check(
        &connector.query_contract(&asked(None), TIME).body,
        "alipay.user.agreement.query",
        r#"{"external_agreement_no":"00000000000000cd","personal_product_code":"GENERAL_WITHHOLDING_P","sign_scene":"INDUSTRY|BUS"}"#,
    );
    let opening = ContractOrder {
        mandate: MandateId(0xcd),
        rider: RiderId(7),
        return_url: "https://ride.example/".to_string(),
        callback_url: String::new(),
    };
    let page = connector.sign_page(&opening, TIME);
    let form = page
        .strip_prefix("https://openapi.alipay.com/gateway.do?")
        .unwrap();
    check(
        form.as_bytes(),
        "alipay.user.agreement.page.sign",
        r#"{"personal_product_code":"GENERAL_WITHHOLDING_P","product_code":"GENERAL_WITHHOLDING","sign_scene":"INDUSTRY|BUS","external_agreement_no":"00000000000000cd","external_logon_id":"0000000000000007","access_params":{"channel":"QRCODEORSMS"}}"#,
    );
}

#[test]
fn what_alipay_would_not_take_is_not_sent() {
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
    check(|o| o.contract = "A/1".to_string(), OrderFault::Contract);

    let check = |change: fn(&mut Settings), expected| {
        let mut settings = settings();
        change(&mut settings);
        let vault = Vault::new(&key_pair().0).unwrap();
        let found = Connector::new(settings, vault);
        assert_eq!(found.unwrap_err(), expected);
    };
    check(|s| s.app = "wx1".to_string(), SettingsFault::App);
    check(
        |s| s.seller = "2089000000000001".to_string(),
        SettingsFault::Seller,
    );
    check(
        |s| s.sign_scene = "bus".to_string(),
        SettingsFault::SignScene,
    );
    check(
        |s| s.gateway = "http://openapi.alipay.com".to_string(),
        SettingsFault::Gateway,
    );
    check(|s| s.gateway.push('/'), SettingsFault::Gateway);
    check(|s| s.callback_url.push('?'), SettingsFault::CallbackUrl);
}

const BILL: &str = "#支付宝业务明细查询\r\n\
#账号：[20880000000000010156]\r\n\
#起始日期：[2026年01月01日 00:00:00]   终止日期：[2026年01月02日 00:00:00]\r\n\
#-----------------------------------------业务明细列表----------------------------------------\r\n\
支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,对方账户,订单金额（元）,商家实收（元）,退款批次号/请求号,服务费（元）,备注\r\n\
2026010122001\t,00002001_17_1\t,交易     ,乘车     ,2026-01-01 08:00:58,2026-01-01 08:01:00,,a***@b    ,4.00    ,4.00    ,,-0.02    ,A1\r\n\
2026010122002\t,00002001_18_1\t,交易     ,乘车     ,2026-01-01 08:01:58,2026-01-01 08:02:00,,a***@b    ,2.50    ,2.50    ,,-0.01    ,A2\r\n\
2026010122001\t,00002001_17_1\t,退款     ,乘车     ,2026-01-01 09:00:00,2026-01-01 09:00:00,,a***@b    ,-4.00    ,-4.00    ,00002001-17-1-r1,0.02    ,\r\n\
#-----------------------------------------业务明细列表结束------------------------------------\r\n\
#交易合计：2笔，商家实收共6.50元，商家优惠共0.00元\r\n\
#退款合计：1笔，商家实收退款共-4.00元，商家优惠退款共0.00元\r\n\
#导出时间：[2026年01月02日 09:00:00]\r\n";

fn read_bill(file: &str) -> Result<Vec<BillLine>, BillFault> {
    let reply = HttpReply {
        status: 200,
        headers: Vec::new(),
        body: file.as_bytes().to_vec(),
    };
    World::new().connector.read_bill(Some(&reply))
}

#[test]
fn a_bill_is_read_whole_or_not_at_all() {
    let lines = read_bill(BILL).unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        lines[0],
        BillLine {
            transaction: "2026010122001".to_string(),
            charge: charge(),
            contract: "A1".to_string(),
            amount: Money::fen(400),
            collected: NOW,
        }
    );
    for (from, to, line, what) in [
        (
            "商户订单号",
            "订单",
            5,
            "the first line must name the columns",
        ),
        (
            "共6.50元",
            "共6.51元",
            10,
            "the sum is not that of the lines",
        ),
        (
            "交易合计：2",
            "交易合计：3",
            10,
            "the sum is not that of the lines",
        ),
        ("#交易合计", "#合计", 8, "the sum is missing"),
        ("_18_", "-18-", 7, "the order is not ours"),
        ("2.50    ,,", "2.5    ,,", 7, "the amount is not in yuan"),
        ("2.50    ,,", "0.00    ,,", 7, "the amount must be positive"),
        (
            "08:02:00",
            "24:02:00",
            7,
            "the time is not yyyy-MM-dd HH:mm:ss",
        ),
        (
            ",A2",
            ",A 2",
            7,
            "transaction and agreement have letters and digits",
        ),
        (",A2", "", 7, "a line has as many fields as the first line"),
        (
            "退款     ",
            "转账     ",
            8,
            "a line is neither 交易 nor 退款",
        ),
        ("#导出时间", "导出时间", 12, "nothing follows the sum"),
    ] {
        let found = read_bill(&BILL.replacen(from, to, 1));
        assert_eq!(found, Err(BillFault::Malformed { line, what }), "{to}");
    }
}

#[test]
fn a_bill_is_asked_for_where_alipay_keeps_bills() {
    let world = World::new();
    let day: ServiceDay = "2026-01-01".parse().unwrap();
    let check = |answer: &str, expected: Result<&str, BillFault>| {
        let name = "alipay_data_dataservice_bill_downloadurl_query_response";
        let reply = world.reply(name, answer);
        let found = world.connector.read_bill_ticket(day, Some(&reply));
        let found = found.as_ref().map(BillTicket::target);
        assert_eq!(found.map_err(|fault| *fault), expected, "{answer}");
    };
    let at = |url: &str| format!(r#"{{"code":"10000","bill_download_url":"{url}"}}"#);
    let good = at("http:\\/\\/dwbillcenter.alipay.com\\/downloadBillFile.resource?fileId=1");
    check(&good, Ok("/downloadBillFile.resource?fileId=1"));
    let silent = Err(BillFault::Silent);
    check(&at("https://dwbillcenter.alipay.com/other"), silent);
    check(&at("ftp://x/downloadBillFile.resource?"), silent);
    check(r#"{"code":"20000"}"#, silent);
    let none = r#"{"code":"40004","sub_code":"isp.bill_not_exist"}"#;
    check(none, Err(BillFault::NoSuchDay(day)));
    assert_eq!(
        world.connector.read_bill_ticket(day, None),
        Err(BillFault::Silent)
    );
}
