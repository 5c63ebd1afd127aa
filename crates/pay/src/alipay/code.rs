//! What Alipay's codes mean for an order and for a refund: declined, not there, our fault, or not
//! known. One table, as the documents list them; what is not on it is not known.

/// What a refusal says of the order or the refund.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning {
    /// The rider's account did not pay, or the refund cannot be made: our word for why.
    Declined(&'static str),
    /// Alipay has no such order.
    NotFound,
    /// Our request, our rights or our settings are wrong. Nothing moved.
    OwnFault,
    /// Too many calls, or Alipay is busy: nothing is known, the same may be sent again.
    TryAgain,
    /// Nothing is known: ask how it stands.
    Unknown,
}

/// The meaning of a gateway code with its sub-code, for a payment or a query of one.
pub fn meaning(code: &str, sub_code: &str) -> Meaning {
    match code {
        "40004" => find(PAYMENT, sub_code),
        _ => gateway(code, sub_code),
    }
}

/// The same for a refund: what the rider's account refuses of a payment is no matter here.
pub(super) fn refund_meaning(code: &str, sub_code: &str) -> Meaning {
    match code {
        "40004" => find(REFUND, sub_code),
        _ => gateway(code, sub_code),
    }
}

/// Codes of the gateway, which never reached the order.
fn gateway(code: &str, sub_code: &str) -> Meaning {
    match code {
        // Not known whether it reached the order.
        "20000" => Meaning::Unknown,
        // 授权权限不足, 缺少参数, 非法参数, 权限不足: the call was refused before any order.
        "20001" | "40001" | "40002" | "40003" | "40006" => match sub_code {
            "isv.app-call-limited" | "isp.call-limited" => Meaning::TryAgain,
            _ => Meaning::OwnFault,
        },
        // 调用频次超限.
        "40005" => Meaning::TryAgain,
        _ => Meaning::Unknown,
    }
}

fn find(table: &[(&str, Meaning)], sub_code: &str) -> Meaning {
    let found = table.iter().find(|(word, _)| *word == sub_code);
    found.map_or(Meaning::Unknown, |(_, meaning)| *meaning)
}

/// Sub-codes of `alipay.trade.pay` and `alipay.trade.query`.
pub(super) const PAYMENT: &[(&str, Meaning)] = &[
    (
        "ACQ.BUYER_BALANCE_NOT_ENOUGH",
        Meaning::Declined("insufficient_balance"),
    ),
    (
        "ACQ.BUYER_BANKCARD_BALANCE_NOT_ENOUGH",
        Meaning::Declined("insufficient_balance"),
    ),
    (
        "ACQ.NO_PAYMENT_INSTRUMENTS_AVAILABLE",
        Meaning::Declined("no_payment_means"),
    ),
    ("ACQ.PAYMENT_FAIL", Meaning::Declined("pay_fail")),
    (
        "ACQ.PAYMENT_REQUEST_HAS_RISK",
        Meaning::Declined("risk_refused"),
    ),
    (
        "ACQ.BUYER_ENABLE_STATUS_FORBID",
        Meaning::Declined("account_abnormal"),
    ),
    ("ACQ.BUYER_NOT_EXIST", Meaning::Declined("account_abnormal")),
    (
        "ACQ.ERROR_BALANCE_PAYMENT_DISABLE",
        Meaning::Declined("payment_switched_off"),
    ),
    (
        "ACQ.MOBILE_PAYMENT_SWITCH_OFF",
        Meaning::Declined("payment_switched_off"),
    ),
    (
        "ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR",
        Meaning::Declined("account_day_limit"),
    ),
    (
        "ACQ.BUYER_PAYMENT_AMOUNT_MONTH_LIMIT_ERROR",
        Meaning::Declined("account_month_limit"),
    ),
    (
        "ACQ.PRODUCT_AMOUNT_LIMIT_ERROR",
        Meaning::Declined("contract_limit"),
    ),
    (
        "ACQ.AGREEMENT_NOT_EXIST",
        Meaning::Declined("contract_ended"),
    ),
    ("ACQ.AGREEMENT_INVALID", Meaning::Declined("contract_ended")),
    (
        "ACQ.AGREEMENT_STATUS_NOT_NORMAL",
        Meaning::Declined("contract_suspended"),
    ),
    ("ACQ.TRADE_HAS_CLOSE", Meaning::Declined("order_closed")),
    ("ACQ.TRADE_NOT_EXIST", Meaning::NotFound),
    ("ACQ.INVALID_PARAMETER", Meaning::OwnFault),
    ("ACQ.ACCESS_FORBIDDEN", Meaning::OwnFault),
    ("ACQ.EXIST_FORBIDDEN_WORD", Meaning::OwnFault),
    ("ACQ.PARTNER_ERROR", Meaning::OwnFault),
    ("ACQ.TOTAL_FEE_EXCEED", Meaning::OwnFault),
    ("ACQ.BEYOND_PAY_RESTRICTION", Meaning::OwnFault),
    ("ACQ.BEYOND_PER_RECEIPT_RESTRICTION", Meaning::OwnFault),
    ("ACQ.BUYER_SELLER_EQUAL", Meaning::OwnFault),
    ("ACQ.SELLER_NOT_EXIST", Meaning::OwnFault),
    ("ACQ.MERCHANT_AGREEMENT_NOT_EXIST", Meaning::OwnFault),
    ("ACQ.MERCHANT_AGREEMENT_INVALID", Meaning::OwnFault),
    ("ACQ.MERCHANT_STATUS_NOT_NORMAL", Meaning::OwnFault),
    // Paid, or another content under our number: the query tells which.
    ("ACQ.TRADE_HAS_SUCCESS", Meaning::Unknown),
    ("ACQ.CONTEXT_INCONSISTENT", Meaning::Unknown),
    ("ACQ.TRADE_BUYER_NOT_MATCH", Meaning::Unknown),
    ("ACQ.SYSTEM_ERROR", Meaning::Unknown),
];

/// Sub-codes of `alipay.trade.refund` and its query.
pub(super) const REFUND: &[(&str, Meaning)] = &[
    (
        "ACQ.SELLER_BALANCE_NOT_ENOUGH",
        Meaning::Declined("merchant_balance"),
    ),
    (
        "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
        Meaning::Declined("more_than_collected"),
    ),
    (
        "ACQ.REASON_TRADE_REFUND_FEE_ERR",
        Meaning::Declined("more_than_collected"),
    ),
    (
        "ACQ.REFUND_FEE_ERROR",
        Meaning::Declined("more_than_collected"),
    ),
    ("ACQ.TRADE_HAS_FINISHED", Meaning::Declined("too_late")),
    (
        "ACQ.TRADE_NOT_ALLOW_REFUND",
        Meaning::Declined("not_refundable"),
    ),
    ("ACQ.TRADE_STATUS_ERROR", Meaning::Declined("not_collected")),
    ("ACQ.TRADE_HAS_CLOSE", Meaning::Declined("all_given_back")),
    ("ACQ.TRADE_NOT_EXIST", Meaning::Declined("no_such_order")),
    ("ACQ.BUYER_NOT_EXIST", Meaning::Declined("account_closed")),
    (
        "ACQ.BUYER_ENABLE_STATUS_FORBID",
        Meaning::Declined("account_abnormal"),
    ),
    ("ACQ.INVALID_PARAMETER", Meaning::OwnFault),
    ("ACQ.ACCESS_FORBIDDEN", Meaning::OwnFault),
    ("ACQ.MERCHANT_STATUS_NOT_NORMAL", Meaning::OwnFault),
    // Another content under our number: the query tells what was given back.
    ("ACQ.DISCORDANT_REPEAT_REQUEST", Meaning::Unknown),
    ("ACQ.SYSTEM_ERROR", Meaning::Unknown),
];
