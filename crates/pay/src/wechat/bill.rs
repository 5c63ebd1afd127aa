//! WeChat Pay's bill of a day: a signed ticket that names a file and its SHA-1, then the file.
//!
//! The file is not signed; the digest in the signed ticket vouches for it. Columns are found by
//! their names, since WeChat adds some over time. Fields begin with a backtick, so that commas
//! inside them part nothing.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use ridecode_ledger::{Currency, Money};
use ridecode_words::{ServiceDay, UnixSeconds};
use serde::Deserialize;

use super::reply::{fault_code, is_number};
use super::{Connector, read_order_number};
use crate::arrival::{from_hex, parse};
use crate::bill::{self, Columns, Reading, read_china_time, read_yuan};
use crate::connector::{BillFault, BillLine};
use crate::http::HttpReply;
use crate::vault::EnvelopeVault;

/// Where a bill lies and what digest it has; good for 5 minutes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BillTicket {
    pub(super) target: String,
    pub(super) sha1: [u8; 20],
}

impl BillTicket {
    /// Path and query of the file.
    pub fn target(&self) -> &str {
        &self.target
    }
}

impl<V: EnvelopeVault> Connector<V> {
    /// What a reply to [`Connector::bill`] says. `None` is no reply at all.
    pub fn read_bill_ticket(
        &self,
        day: ServiceDay,
        now: UnixSeconds,
        reply: Option<&HttpReply>,
    ) -> Result<BillTicket, BillFault> {
        match self.signed(now, reply) {
            Some((200, body)) => parse::<Ticket>(body)
                .and_then(Ticket::read)
                .ok_or(BillFault::Silent),
            Some((400 | 404, body)) => match fault_code(body).as_deref() {
                Some("NO_STATEMENT_EXIST" | "STATEMENT_CREATING") => Err(BillFault::NoSuchDay(day)),
                Some(_) | None => Err(BillFault::Silent),
            },
            Some(_) | None => Err(BillFault::Silent),
        }
    }

    /// The lines of a bill got with [`Connector::download_bill`]: all of them, or none. A payment
    /// that stands twice is two lines. `None` is no reply at all.
    pub fn read_bill(
        &self,
        ticket: &BillTicket,
        reply: Option<&HttpReply>,
    ) -> Result<Vec<BillLine>, BillFault> {
        let reply = reply.filter(|reply| reply.status == 200);
        let body = &reply.ok_or(BillFault::Silent)?.body;
        if self.vault.sha1(body) != ticket.sha1 {
            return Err(BillFault::Silent);
        }
        self.read_bill_lines(body)
    }

    /// The lines of a bill as it lies in a file: all of them, or none.
    pub fn read_bill_lines(&self, body: &[u8]) -> Result<Vec<BillLine>, BillFault> {
        let owner = self.settings.sub_merchant.as_ref();
        read_lines(body, &self.settings.merchant, owner.map(String::as_str))
    }
}

#[derive(Deserialize)]
struct Ticket {
    hash_type: String,
    hash_value: String,
    download_url: String,
}

impl Ticket {
    /// The ticket, if it names a file on WeChat's own download path. The host is left out: the
    /// request goes to the configured address, wherever a reply would send it.
    fn read(self) -> Option<BillTicket> {
        let rest = self.download_url.trim().strip_prefix("https://");
        let rest = rest.or(self.download_url.trim().strip_prefix("http://"))?;
        let target = &rest[rest.find('/')?..];
        let plain = target.bytes().all(|byte| byte.is_ascii_graphic());
        if self.hash_type != "SHA1" || !plain || !target.starts_with(DOWNLOAD_PATH) {
            return None;
        }
        Some(BillTicket {
            target: target.to_string(),
            sha1: from_hex(&self.hash_value)?,
        })
    }
}

fn read_lines(
    body: &[u8],
    merchant: &str,
    sub_merchant: Option<&str>,
) -> Result<Vec<BillLine>, BillFault> {
    let mut lines = (1..).zip(bill::text(body)?.lines());
    let header = lines.next().map_or("", |(_, header)| header);
    let columns = Columns::find(header, &COLUMNS).map_err(|what| bill::fault(1, what))?;
    let mut read = Reading::default();
    for (number, line) in lines.by_ref() {
        if line.starts_with('`') {
            let owner = (merchant, sub_merchant.unwrap_or("0"));
            read.take(number, read_line(&columns, line, owner))?;
            continue;
        }
        let closing = lines.next().map_or("", |(_, closing)| closing);
        check_sum(line, closing, read.so_far()).map_err(|what| bill::fault(number, what))?;
        return read.close(lines);
    }
    Err(bill::fault(read.so_far().0 + 2, "the sum is missing"))
}

fn read_line(
    columns: &Columns<{ COLUMNS.len() }>,
    line: &str,
    owner: (&str, &str),
) -> Result<BillLine, &'static str> {
    let fields: Vec<_> = line.trim_start_matches('`').split(",`").collect();
    let [
        time,
        merchant,
        sub_merchant,
        transaction,
        order,
        state,
        currency,
        attach,
        amount,
    ] = columns.pick(&fields)?;
    if (merchant, sub_merchant) != owner {
        return Err("the payment is another merchant's");
    }
    if state != "SUCCESS" {
        return Err("the bill of payments has a line that is none");
    }
    let charge = read_order_number(order).ok_or("the order is not ours")?;
    let currency: Currency = currency.parse().map_err(|_| "the currency is no code")?;
    if !is_number(transaction) || !is_number(attach) {
        return Err("transaction and contract have letters, digits and hyphens");
    }
    let minor = read_yuan(amount).ok_or("the amount is not in yuan")?;
    Ok(BillLine {
        transaction: transaction.to_string(),
        charge,
        contract: attach.to_string(),
        amount: bill::positive(Money::new(minor, currency))?,
        collected: read_china_time(time).ok_or("the time is not yyyy-MM-dd HH:mm:ss")?,
    })
}

/// Holds the closing lines against the lines read.
fn check_sum(names: &str, closing: &str, read: (usize, i64)) -> Result<(), &'static str> {
    let names: Vec<_> = names.trim_end().split(',').collect();
    let values: Vec<_> = closing.trim_end().split(',').collect();
    let find = |column: &str| {
        let place = names.iter().position(|name| *name == column)?;
        let value: &&str = values.get(place)?;
        value.strip_prefix('`')
    };
    let missing = "the sum is missing";
    let count = find("总交易单数").ok_or(missing)?;
    let total = find("订单总金额").ok_or(missing)?;
    let (lines, sum) = read;
    if count.parse() != Ok(lines) || read_yuan(total) != Some(sum) {
        return Err("the sum is not that of the lines");
    }
    Ok(())
}

/// The columns that are read, in the order of `read_line`. The attached field holds the
/// contract: [`Connector::deduct`] puts it there.
const COLUMNS: [&str; 9] = [
    "交易时间",
    "商户号",
    "特约商户号",
    "微信订单号",
    "商户订单号",
    "交易状态",
    "货币种类",
    "商户数据包",
    "订单金额",
];

const DOWNLOAD_PATH: &str = "/v3/billdownload/file?";
