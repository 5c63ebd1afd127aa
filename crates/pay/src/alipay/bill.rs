//! Alipay's bill of a day: a signed address of a file, then the file, which the edge unpacks.
//!
//! The file is not signed, and no digest vouches for it: it is fetched over TLS from the address
//! in the signed reply, and its closing lines are held against its lines. Lines that begin with
//! `#` frame the list; fields end with tabs; columns are found by their names.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use ridecode_ledger::Money;
use ridecode_words::ServiceDay;
use serde::Deserialize;

use super::{Connector, is_number, read_order_number};
use crate::arrival::parse;
use crate::bill::{self, Columns, Reading, read_china_time, read_yuan};
use crate::connector::{BillFault, BillLine};
use crate::http::HttpReply;
use crate::vault::RsaVault;

/// Where a bill lies; good for 30 seconds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BillTicket {
    target: String,
}

impl BillTicket {
    /// Path and query of the file. The host is left out: the request goes to the configured
    /// address, wherever a reply would send it.
    pub fn target(&self) -> &str {
        &self.target
    }
}

impl<V: RsaVault> Connector<V> {
    /// What a reply to [`Connector::bill`] says. `None` is no reply at all.
    pub fn read_bill_ticket(
        &self,
        day: ServiceDay,
        reply: Option<&HttpReply>,
    ) -> Result<BillTicket, BillFault> {
        let answer = self.signed(URL, reply).and_then(parse::<Answer>);
        let answer = answer.ok_or(BillFault::Silent)?;
        let sub_code = answer.sub_code.as_deref().unwrap_or_default();
        match answer.code.as_str() {
            "10000" => answer.ticket().ok_or(BillFault::Silent),
            "40004" if NO_BILL.contains(&sub_code) => Err(BillFault::NoSuchDay(day)),
            _ => Err(BillFault::Silent),
        }
    }

    /// The payments of a bill got with [`Connector::download_bill`]: all of them, or none. What
    /// was given back is money of its own and no payment. `None` is no reply at all.
    pub fn read_bill(&self, reply: Option<&HttpReply>) -> Result<Vec<BillLine>, BillFault> {
        let reply = reply.filter(|reply| reply.status == 200);
        self.read_bill_lines(&reply.ok_or(BillFault::Silent)?.body)
    }

    /// The payments of a bill as it lies in a file: all of them, or none.
    pub fn read_bill_lines(&self, body: &[u8]) -> Result<Vec<BillLine>, BillFault> {
        read_lines(bill::text(body)?)
    }
}

#[derive(Deserialize)]
struct Answer {
    code: String,
    sub_code: Option<String>,
    bill_download_url: Option<String>,
}

impl Answer {
    fn ticket(self) -> Option<BillTicket> {
        let url = self.bill_download_url?;
        let rest = url
            .strip_prefix("https://")
            .or(url.strip_prefix("http://"))?;
        let target = &rest[rest.find('/')?..];
        let plain = target.bytes().all(|byte| byte.is_ascii_graphic());
        (plain && target.starts_with(FILE_PATH)).then(|| BillTicket {
            target: target.to_string(),
        })
    }
}

fn read_lines(text: &str) -> Result<Vec<BillLine>, BillFault> {
    let mut lines = (1..).zip(text.lines());
    let header = lines.by_ref().find(|(_, line)| !line.starts_with('#'));
    let (at, header) = header.unwrap_or((1, ""));
    let columns = Columns::find(header, &COLUMNS).map_err(|what| bill::fault(at, what))?;
    let mut read = Reading::default();
    for (number, line) in lines.by_ref() {
        if line.starts_with("#交易合计") {
            check_sum(line, read.so_far()).map_err(|what| bill::fault(number, what))?;
            return read.close(lines.filter(|(_, line)| !line.starts_with('#')));
        }
        if line.starts_with('#') {
            continue;
        }
        match read_line(&columns, line) {
            Ok(None) => {}
            Ok(Some(line)) => read.take(number, Ok(line))?,
            Err(what) => read.take(number, Err(what))?,
        }
    }
    Err(bill::fault(read.so_far().0 + at + 1, "the sum is missing"))
}

/// A payment, or none where the line is money given back.
fn read_line(
    columns: &Columns<{ COLUMNS.len() }>,
    line: &str,
) -> Result<Option<BillLine>, &'static str> {
    let fields: Vec<_> = line.split(',').collect();
    let [transaction, order, kind, time, amount, contract] = columns.pick(&fields)?;
    match kind {
        "交易" => {}
        "退款" => return Ok(None),
        _ => return Err("a line is neither 交易 nor 退款"),
    }
    let charge = read_order_number(order).ok_or("the order is not ours")?;
    if !is_number(transaction) || !is_number(contract) {
        return Err("transaction and agreement have letters and digits");
    }
    let minor = read_yuan(amount).ok_or("the amount is not in yuan")?;
    Ok(Some(BillLine {
        transaction: transaction.to_string(),
        charge,
        contract: contract.to_string(),
        amount: bill::positive(Money::fen(minor))?,
        collected: read_china_time(time).ok_or("the time is not yyyy-MM-dd HH:mm:ss")?,
    }))
}

/// Holds the closing line against the lines read: `#交易合计：2笔，商家实收共6.50元，…`.
fn check_sum(closing: &str, read: (usize, i64)) -> Result<(), &'static str> {
    let part = |before: &str, after: &str| {
        let rest = closing.split_once(before)?.1;
        rest.split_once(after).map(|(value, _)| value.trim())
    };
    let missing = "the sum is missing";
    let count = part("交易合计：", "笔").ok_or(missing)?;
    let total = part("商家实收共", "元").ok_or(missing)?;
    let (lines, sum) = read;
    if count.parse() != Ok(lines) || read_yuan(total) != Some(sum) {
        return Err("the sum is not that of the lines");
    }
    Ok(())
}

/// The columns that are read, in the order of `read_line`. The last, a remark, shows what was
/// given as the body of the trade: [`Connector::deduct`] puts the agreement there. What the
/// merchant received is the order's amount: nothing here is sold at a discount of the merchant's.
const COLUMNS: [&str; 6] = [
    "支付宝交易号",
    "商户订单号",
    "业务类型",
    "完成时间",
    "商家实收（元）",
    "备注",
];

const URL: &str = "alipay_data_dataservice_bill_downloadurl_query_response";

const FILE_PATH: &str = "/downloadBillFile.resource?";

const NO_BILL: &[&str] = &["isp.bill_not_exist", "isv.bill_not_exist", "BILL_NOT_EXIST"];
