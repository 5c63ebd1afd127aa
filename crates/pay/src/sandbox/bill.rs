//! The sandbox provider's bill of a day: CSV with a closing line, signed like any reply.

use alloc::string::ToString as _;
use alloc::vec::Vec;

use ridecode_ledger::{Currency, Money};
use ridecode_words::{ChargeId, ServiceDay};

use super::Connector;
use super::reply::is_number;
use crate::arrival::read_timestamp;
use crate::bill::{self, Reading};
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

/// The lines of a bill as it lies in a file.
pub(crate) fn read_lines(day: ServiceDay, body: &[u8]) -> Result<Vec<BillLine>, BillFault> {
    let mut lines = (1..).zip(bill::text(body)?.lines());
    if lines.next().is_none_or(|(_, header)| header != HEADER) {
        return Err(bill::fault(1, "the first line must name the columns"));
    }
    let mut read = Reading::default();
    for (number, line) in lines.by_ref() {
        let Some(closing) = line.strip_prefix("total,") else {
            read.take(number, read_line(line))?;
            continue;
        };
        if closing.split(',').next() != Some(&day.to_string()) {
            return Err(bill::fault(number, "the bill is for another day"));
        }
        let (count, sum) = read.so_far();
        if closing != [day.to_string(), count.to_string(), sum.to_string()].join(",") {
            return Err(bill::fault(number, "the sum is not that of the lines"));
        }
        return read.close(lines);
    }
    Err(bill::fault(read.so_far().0 + 2, "the sum is missing"))
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
    let collected = read_timestamp(next()?).ok_or("the time is not in Unix seconds")?;
    if fields.next().is_some() {
        return Err("a line has six fields");
    }
    if !is_number(transaction) || !is_number(contract) {
        return Err("transaction and contract have letters, digits and hyphens");
    }
    Ok(BillLine {
        transaction: transaction.to_string(),
        charge,
        contract: contract.to_string(),
        amount: bill::positive(Money::new(minor, currency))?,
        collected,
    })
}

const HEADER: &str = "transaction,order,contract,amount_minor,currency,collected_at";
