//! Daily bills: read whole or not at all.

use super::*;

const BILL: &str = "\u{feff}交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,商品名称,商户数据包,手续费,费率,订单金额,费率备注\r\n\
`2026-01-01 08:01:00,`wxcbda96de0b165486,`1900000109,`1900000110,`,`4200000001,`00002001x17x1,`o1,`PAP,`SUCCESS,`CMC,`CNY,`4.00,`0.00,`地铁, 西塱,`W1,`0.02400,`0.60%,`4.00,`\r\n\
`2026-01-01 08:02:00,`wxcbda96de0b165486,`1900000109,`1900000110,`,`4200000002,`00002001x18x1,`o2,`PAP,`SUCCESS,`BPA,`CNY,`2.50,`0.00,`公交,`W2,`0.01500,`0.60%,`2.50,`\r\n\
总交易单数,应结订单总金额,手续费总金额,订单总金额\r\n\
`2,`6.50,`0.04,`6.50\r\n";

/// Reads a file under the ticket that names its digest.
fn read_bill(world: &World, file: &str) -> Result<Vec<BillLine>, BillFault> {
    let reply = bill_reply(200, file);
    world
        .connector
        .read_bill(&ticket(world, file), Some(&reply))
}

fn ticket(world: &World, file: &str) -> BillTicket {
    BillTicket {
        target: "/v3/billdownload/file?token=T".to_string(),
        sha1: world.platform.sha1(file.as_bytes()),
    }
}

fn bill_reply(status: u16, file: &str) -> HttpReply {
    HttpReply {
        status,
        headers: Vec::new(),
        body: file.as_bytes().to_vec(),
    }
}

#[test]
fn a_bill_is_read_whole() {
    let world = World::new();
    let ticket = ticket(&world, BILL);
    let check = |reply: Option<HttpReply>| {
        let found = world.connector.read_bill(&ticket, reply.as_ref());
        assert_eq!(found, Err(BillFault::Silent));
    };
    check(None);
    check(Some(bill_reply(500, BILL)));
    check(Some(bill_reply(200, &BILL.replace("W2", "W3"))));
    let lines = read_bill(&world, BILL).unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        lines[0],
        BillLine {
            transaction: "4200000001".to_string(),
            charge: charge(),
            contract: "W1".to_string(),
            amount: Money::fen(400),
            collected: NOW,
        }
    );
}

#[test]
fn a_bill_with_a_fault_is_not_read_at_all() {
    let world = World::new();
    for (from, to, line, what) in BILL_FAULTS {
        let (line, what) = (*line, *what);
        let found = read_bill(&world, &BILL.replace(from, to));
        assert_eq!(found, Err(BillFault::Malformed { line, what }), "{to}");
    }
}

/// What is replaced by what, and where and why the bill is refused then.
const BILL_FAULTS: &[(&str, &str, usize, &str)] = &[
    (
        "订单金额",
        "金额",
        1,
        "the first line must name the columns",
    ),
    (
        "`6.50\r\n",
        "`6.51\r\n",
        4,
        "the sum is not that of the lines",
    ),
    (
        "`2,`6.50",
        "`3,`6.50",
        4,
        "the sum is not that of the lines",
    ),
    ("总交易单数", "单数", 4, "the sum is missing"),
    ("`2,`6.50,`0.04,`6.50\r\n", "", 4, "the sum is missing"),
    (
        "`0.04,`6.50\r\n",
        "`0.04,`6.50\r\nx",
        6,
        "nothing follows the sum",
    ),
    (
        "`2.50,`\r\n",
        "`2.50\r\n",
        3,
        "a line has as many fields as the first line",
    ),
    ("00002001x18x1", "00002001-18-1", 3, "the order is not ours"),
    (
        "`1900000110,`,`4200000002",
        "`0,`,`4200000002",
        3,
        "the payment is another merchant's",
    ),
    (
        "`SUCCESS,`BPA",
        "`REFUND,`BPA",
        3,
        "the bill of payments has a line that is none",
    ),
    (
        "`0.60%,`2.50",
        "`0.60%,`2.5",
        3,
        "the amount is not in yuan",
    ),
    (
        "`0.60%,`2.50",
        "`0.60%,`0.00",
        3,
        "the amount must be positive",
    ),
    ("`BPA,`CNY", "`BPA,`¥", 3, "the currency is no code"),
    (
        "08:02:00",
        "24:02:00",
        3,
        "the time is not yyyy-MM-dd HH:mm:ss",
    ),
    (
        "`W2",
        "`W 2",
        3,
        "transaction and contract have letters, digits and hyphens",
    ),
];

#[test]
fn a_bill_is_asked_for_where_wechat_keeps_bills() {
    let world = World::new();
    let day: ServiceDay = "2026-01-01".parse().unwrap();
    let check = |status, body: &str, expected: Result<&str, BillFault>| {
        let reply = world.reply(status, body);
        let found = world.connector.read_bill_ticket(day, NOW, Some(&reply));
        let found = found.as_ref().map(BillTicket::target);
        assert_eq!(found.map_err(|fault| *fault), expected, "{body}");
    };
    let ticket = |url: &str| {
        let hash = "79bb0f45fc4c42234a918000b2668d689e2bde04";
        format!(r#"{{"hash_type":"SHA1","hash_value":"{hash}","download_url":"{url}"}}"#)
    };
    let path = "/v3/billdownload/file?token=T";
    let good = ticket("https://api.mch.weixin.qq.com/v3/billdownload/file?token=T");
    check(200, &good, Ok(path));
    let silent = Err(BillFault::Silent);
    check(200, &good.replace("SHA1", "MD5"), silent);
    check(200, &good.replace("79bb", "79b"), silent);
    check(
        200,
        &ticket("https://api.mch.weixin.qq.com/v3/certificates"),
        silent,
    );
    check(200, &ticket("ftp://x/v3/billdownload/file?token=T"), silent);
    check(500, &good, silent);
    let none = r#"{"code":"NO_STATEMENT_EXIST"}"#;
    check(400, none, Err(BillFault::NoSuchDay(day)));
    check(400, r#"{"code":"PARAM_ERROR"}"#, silent);
}
