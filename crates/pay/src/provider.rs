//! One closed list of providers, asked in the same words: an office names what it wants, and the
//! connector of its provider says it in that provider's protocol.
//!
//! A provider that cannot do a thing says so in its reader's own words (no such order, refused),
//! never by a panic. Never add a provider's own fields here.

use alloc::string::String;
use alloc::vec::Vec;

use ridecode_words::{ChargeId, RefundId, ServiceDay, UnixSeconds};

use crate::connector::{
    BillFault, BillLine, CallbackFault, ContractAnswer, ContractAsked, ContractOrder, Notice,
    Opening, Order, OrderFault, Outcome, RefundOrder, RefundOutcome, RequestTime,
};
use crate::http::{HttpReply, HttpRequest};
use crate::vault::SharedVault;
use crate::{alipay, sandbox, wechat};

/// A payment provider and how to speak to it.
#[expect(
    clippy::large_enum_variant,
    reason = "an office has one of them for as long as it runs"
)]
#[derive(Clone, Debug)]
pub enum Provider {
    /// Our own, for trying things.
    Sandbox(sandbox::Connector),
    /// WeChat Pay 刷码乘车.
    WeChatPay(wechat::Connector<SharedVault>),
    /// Alipay 商家扣款.
    Alipay(alipay::Connector<SharedVault>),
}

/// Which provider, as settings, routes and logs name it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProviderKind {
    /// Our own, for trying things.
    Sandbox,
    /// WeChat Pay 刷码乘车.
    WeChatPay,
    /// Alipay 商家扣款.
    Alipay,
}

impl ProviderKind {
    /// The word in settings and in the path of callbacks.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::WeChatPay => "wechat",
            Self::Alipay => "alipay",
        }
    }
}

/// What came of asking for a bill.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BillReply {
    /// The bill itself, all of it.
    Lines(Vec<BillLine>),
    /// Where it lies; fetch it with [`Provider::download_bill`].
    Ticket(BillTicket),
}

/// Where a bill lies, in a signed reply.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BillTicket {
    /// At WeChat Pay, with the file's digest.
    WeChatPay(wechat::BillTicket),
    /// At Alipay.
    Alipay(alipay::BillTicket),
}

impl Provider {
    /// Which provider it is.
    pub fn kind(&self) -> ProviderKind {
        match self {
            Self::Sandbox(_) => ProviderKind::Sandbox,
            Self::WeChatPay(_) => ProviderKind::WeChatPay,
            Self::Alipay(_) => ProviderKind::Alipay,
        }
    }

    /// How a contract is opened: by asking for a page, or with a page that is known already.
    pub fn open_contract(&self, order: &ContractOrder, time: RequestTime) -> Opening {
        match self {
            Self::Sandbox(connector) => Opening::Ask(connector.open_contract(order, time)),
            Self::WeChatPay(connector) => Opening::Ask(connector.open_contract(order, time)),
            Self::Alipay(connector) => Opening::Page(connector.sign_page(order, time)),
        }
    }

    /// Asks how a contract stands.
    pub fn query_contract(
        &self,
        asked: &ContractAsked,
        time: RequestTime,
    ) -> Result<HttpRequest, OrderFault> {
        match self {
            Self::Sandbox(connector) => Ok(connector.query_contract(asked.mandate, time)),
            Self::WeChatPay(connector) => connector.query_contract(asked, time),
            Self::Alipay(connector) => Ok(connector.query_contract(asked, time)),
        }
    }

    /// Ends a contract. A repeat changes nothing.
    pub fn end_contract(&self, asked: &ContractAsked, time: RequestTime) -> HttpRequest {
        match self {
            Self::Sandbox(connector) => connector.end_contract(asked.mandate, time),
            Self::WeChatPay(connector) => connector.end_contract(asked.mandate, time),
            Self::Alipay(connector) => connector.end_contract(asked, time),
        }
    }

    /// What a reply to one of the three above says. `time` is the request's; `None` is no reply
    /// at all.
    pub fn read_contract(
        &self,
        asked: &ContractAsked,
        time: RequestTime,
        reply: Option<&HttpReply>,
    ) -> ContractAnswer {
        match self {
            Self::Sandbox(connector) => connector.read_contract(asked.mandate, time, reply),
            Self::WeChatPay(connector) => connector.read_contract(asked, time.now, reply),
            Self::Alipay(connector) => connector.read_contract(asked, reply),
        }
    }

    /// Asks for a deduction. A repeat with the same content gives the order as it stands.
    pub fn deduct(&self, order: &Order, time: RequestTime) -> Result<HttpRequest, OrderFault> {
        match self {
            Self::Sandbox(connector) => Ok(connector.deduct(order, time)),
            Self::WeChatPay(connector) => connector.deduct(order, time),
            Self::Alipay(connector) => connector.deduct(order, time),
        }
    }

    /// Asks how an order stands.
    pub fn query_order(
        &self,
        charge: ChargeId,
        time: RequestTime,
    ) -> Result<HttpRequest, OrderFault> {
        match self {
            Self::Sandbox(connector) => Ok(connector.query_order(charge, time)),
            Self::WeChatPay(connector) => connector.query_order(charge, time),
            Self::Alipay(connector) => Ok(connector.query_order(charge, time)),
        }
    }

    /// What a reply to one of the two above says. `time` is the request's; `None` is no reply at
    /// all.
    pub fn read_order(
        &self,
        charge: ChargeId,
        time: RequestTime,
        reply: Option<&HttpReply>,
    ) -> Outcome {
        match self {
            Self::Sandbox(connector) => connector.read_order(charge, time, reply),
            Self::WeChatPay(connector) => connector.read_order(charge, time.now, reply).outcome,
            Self::Alipay(connector) => connector.read_order(charge, reply),
        }
    }

    /// Asks to give money of a collected order back. A repeat with the same content gives the
    /// refund as it stands.
    pub fn refund(&self, order: &RefundOrder, time: RequestTime) -> HttpRequest {
        match self {
            Self::Sandbox(connector) => connector.refund(order, time),
            Self::WeChatPay(connector) => connector.refund(order, time),
            Self::Alipay(connector) => connector.refund(order, time),
        }
    }

    /// Asks how a refund stands.
    pub fn query_refund(&self, refund: RefundId, time: RequestTime) -> HttpRequest {
        match self {
            Self::Sandbox(connector) => connector.query_refund(refund, time),
            Self::WeChatPay(connector) => connector.query_refund(refund, time),
            Self::Alipay(connector) => connector.query_refund(refund, time),
        }
    }

    /// What a reply to one of the two above says. `time` is the request's; `None` is no reply at
    /// all.
    pub fn read_refund(
        &self,
        refund: RefundId,
        time: RequestTime,
        reply: Option<&HttpReply>,
    ) -> RefundOutcome {
        match self {
            Self::Sandbox(connector) => connector.read_refund(refund, time, reply),
            Self::WeChatPay(connector) => connector.read_refund(refund, time.now, reply),
            Self::Alipay(connector) => connector.read_refund(refund, reply),
        }
    }

    /// The code of a reply that says our request or our settings are wrong. Nothing moved, and no
    /// repeat mends it: it is for whoever runs the office to read.
    pub fn find_own_fault(&self, time: RequestTime, reply: Option<&HttpReply>) -> Option<String> {
        match self {
            Self::Sandbox(_) => None,
            Self::WeChatPay(connector) => connector.find_own_fault(time.now, reply),
            Self::Alipay(connector) => connector.find_own_fault(reply),
        }
    }

    /// The lines of a bill of a day that a person hands in as a file: all of them, or none. Nothing
    /// vouches for such a bill but whoever hands it in.
    pub fn read_bill_lines(
        &self,
        day: ServiceDay,
        body: &[u8],
    ) -> Result<Vec<BillLine>, BillFault> {
        match self {
            Self::Sandbox(_) => sandbox::read_lines(day, body),
            Self::WeChatPay(connector) => connector.read_bill_lines(body),
            Self::Alipay(connector) => connector.read_bill_lines(body),
        }
    }

    /// Asks for the bill of a day.
    pub fn bill(&self, day: ServiceDay, time: RequestTime) -> HttpRequest {
        match self {
            Self::Sandbox(connector) => connector.bill(day, time),
            Self::WeChatPay(connector) => connector.bill(day, time),
            Self::Alipay(connector) => connector.bill(day, time),
        }
    }

    /// What a reply to [`Self::bill`] says. `time` is the request's; `None` is no reply at all.
    pub fn read_bill(
        &self,
        day: ServiceDay,
        time: RequestTime,
        reply: Option<&HttpReply>,
    ) -> Result<BillReply, BillFault> {
        match self {
            Self::Sandbox(connector) => connector.read_bill(day, time, reply).map(BillReply::Lines),
            Self::WeChatPay(connector) => connector
                .read_bill_ticket(day, time.now, reply)
                .map(|ticket| BillReply::Ticket(BillTicket::WeChatPay(ticket))),
            Self::Alipay(connector) => connector
                .read_bill_ticket(day, reply)
                .map(|ticket| BillReply::Ticket(BillTicket::Alipay(ticket))),
        }
    }

    /// Asks for the file of a ticket that this provider gave. `None` for another provider's.
    pub fn download_bill(&self, ticket: &BillTicket, time: RequestTime) -> Option<HttpRequest> {
        match (self, ticket) {
            (Self::WeChatPay(connector), BillTicket::WeChatPay(ticket)) => {
                Some(connector.download_bill(ticket, time))
            }
            (Self::Alipay(connector), BillTicket::Alipay(ticket)) => {
                Some(connector.download_bill(ticket))
            }
            (Self::Sandbox(_) | Self::WeChatPay(_) | Self::Alipay(_), _) => None,
        }
    }

    /// The lines of a file got with [`Self::download_bill`]: all of them, or none. `None` is no
    /// reply at all.
    pub fn read_bill_file(
        &self,
        ticket: &BillTicket,
        reply: Option<&HttpReply>,
    ) -> Result<Vec<BillLine>, BillFault> {
        match (self, ticket) {
            (Self::WeChatPay(connector), BillTicket::WeChatPay(ticket)) => {
                connector.read_bill(ticket, reply)
            }
            (Self::Alipay(connector), BillTicket::Alipay(_)) => connector.read_bill(reply),
            (Self::Sandbox(_) | Self::WeChatPay(_) | Self::Alipay(_), _) => Err(BillFault::Silent),
        }
    }

    /// Checks a callback and says what it tells. Header names are in lower case.
    pub fn read_callback(
        &self,
        headers: &[(String, String)],
        body: &[u8],
        now: UnixSeconds,
    ) -> Result<Notice, CallbackFault> {
        match self {
            Self::Sandbox(connector) => connector.read_callback(headers, body, now),
            Self::WeChatPay(connector) => connector.read_callback(headers, body, now),
            Self::Alipay(connector) => connector.read_callback(body, now),
        }
    }
}
