//! The sandbox provider's bill of a day: CSV with a closing line, signed like any reply.

use alloc::string::ToString as _;
use alloc::vec::Vec;

use ridecode_ledger::{Currency, Money};
use ridecode_words::{ChargeId, ServiceDay};

use super::reply::is_number;
use super::{Connector, sign};
use crate::connector::{BillFault, BillLine, RequestTime};
use crate::http::HttpReply;

impl Connector {
    /// The lines of a bill asked for with [`Connector::bill`]: all of them, or none. `time` is the
    /// request's; `None` is no reply at all.
    pub fn read_bill(
        &self,
        day: ServiceDay,
        time: RequestTime,
        reply: Option<&HttpReply>,
    ) -> Result<Vec<BillLine>, BillFault> {
        match self.signed(time, reply) {
            Some((200, body)) => read_lines(day, body),
            Some((404, _)) => Err(BillFault::NoSuchDay(day)),
            Some(_) | None => Err(BillFault::Silent),
        }
    }
}

fn read_lines(day: ServiceDay, body: &[u8]) -> Result<Vec<BillLine>, BillFault> {
    let fault = |line, what| BillFault::Malformed { line, what };
    if body.len() > BODY_LENGTH_MAX {
        return Err(fault(1, "the bill has more than 64 MiB"));
    }
    let text = core::str::from_utf8(body).map_err(|_| fault(1, "the bill is not UTF-8"))?;
    let mut lines = (1..).zip(text.lines());
    if lines.next().is_none_or(|(_, header)| header != HEADER) {
        return Err(fault(1, "the first line must name the columns"));
    }
    let mut read = Vec::new();
    let mut total: i64 = 0;
    for (number, line) in lines.by_ref() {
        if let Some(closing) = line.strip_prefix("total,") {
            let expected = [day.to_string(), read.len().to_string(), total.to_string()].join(",");
            if closing != expected {
                return Err(fault(number, "the total is not the sum of the lines"));
            }
            return match lines.next() {
                None => Ok(read),
                Some((number, _)) => Err(fault(number, "nothing follows the total")),
            };
        }
        let line = read_line(line).map_err(|what| fault(number, what))?;
        total = total
            .checked_add(line.amount.minor)
            .ok_or(fault(number, "the total is too large"))?;
        read.push(line);
    }
    Err(fault(read.len() + 2, "the total is missing"))
}

fn read_line(line: &str) -> Result<BillLine, &'static str> {
    let mut fields = line.split(',');
    let mut next = || fields.next().ok_or("a line has six fields");
    let transaction = next()?;
    let charge: ChargeId = next()?.parse().map_err(|_| "the order is not ours")?;
    let contract = next()?;
    let minor: i64 = next()?
        .parse()
        .map_err(|_| "the amount is no whole number")?;
    let currency: Currency = next()?.parse().map_err(|_| "the currency is no code")?;
    let collected = sign::read_timestamp(next()?).ok_or("the time is not in Unix seconds")?;
    if fields.next().is_some() {
        return Err("a line has six fields");
    }
    if !is_number(transaction) || !is_number(contract) {
        return Err("transaction and contract have letters, digits and hyphens");
    }
    if minor <= 0 {
        return Err("the amount must be positive");
    }
    Ok(BillLine {
        transaction: transaction.to_string(),
        charge,
        contract: contract.to_string(),
        amount: Money::new(minor, currency),
        collected,
    })
}

const HEADER: &str = "transaction,order,contract,amount_minor,currency,collected_at";

const BODY_LENGTH_MAX: usize = 64 * 1024 * 1024;
