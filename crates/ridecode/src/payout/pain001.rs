//! A payout as ISO 20022 `pain.001.001.09`, the customer credit transfer initiation that banks
//! take.
//!
//! One message, one payment information for each account that pays, one transaction for each
//! payment. The end-to-end id of a payment stays the same however often the payout is written; the
//! message id counts the times, since banks refuse a message they have seen.

use std::collections::BTreeMap;

use ridecode_ledger::{Currency, Money, Party};
use ridecode_store::{Payout, PlannedPayment};
use ridecode_words::{ServiceDay, UnixSeconds};

use super::account::{BankAccount, PayoutAccount, find_account, party_words};
use super::xml::Xml;

/// What a message is made of.
pub(crate) struct Message<'a> {
    /// The payout, counted as exported already.
    pub payout: &'a Payout,
    /// The accounts of the settings.
    pub accounts: &'a [PayoutAccount],
    /// When the message is made.
    pub created: UnixSeconds,
    /// The day the bank is to pay.
    pub execute_on: ServiceDay,
}

/// A payment with its accounts.
struct Transfer<'a> {
    line: usize,
    planned: &'a PlannedPayment,
    to: &'a PayoutAccount,
}

/// Payments by the party that pays, each with its lines.
type Groups<'a> = BTreeMap<Party, (&'a PayoutAccount, Vec<Transfer<'a>>)>;

/// The message. Payments the bank has made already are left out. An error names the party whose
/// account the settings lack.
pub(crate) fn write(message: &Message<'_>) -> anyhow::Result<String> {
    let groups = groups(message)?;
    let all = || groups.values().flat_map(|(_, transfers)| transfers);
    anyhow::ensure!(
        all().next().is_some(),
        "every payment of payout {} was made; there is nothing to write",
        message.payout.number
    );
    let control = control(message.payout.currency, all())?;
    let mut written = Ok(());
    let text = Xml::document("Document", NAMESPACE, |xml| {
        xml.element("CstmrCdtTrfInitn", |xml| {
            xml.element("GrpHdr", |xml| header(xml, message, &control, &groups));
            for (place, (from, transfers)) in (1..).zip(groups.values()) {
                let part = write_group(xml, message, (place, from, transfers));
                written = std::mem::replace(&mut written, Ok(())).and(part);
            }
        });
    });
    written.map(|()| text)
}

/// Checks that the settings have every account a payout needs.
pub(crate) fn check_accounts(payout: &Payout, accounts: &[PayoutAccount]) -> anyhow::Result<()> {
    for one in &payout.payments {
        for party in [one.payment.from, one.payment.to] {
            account_of(accounts, party)?;
        }
    }
    Ok(())
}

fn account_of(accounts: &[PayoutAccount], party: Party) -> anyhow::Result<&PayoutAccount> {
    find_account(accounts, party).ok_or_else(|| {
        anyhow::anyhow!(
            "the settings have no account of {}; add a [[payout_account]]",
            party_words(party)
        )
    })
}

fn groups<'a>(message: &Message<'a>) -> anyhow::Result<Groups<'a>> {
    let mut groups = Groups::new();
    for (line, planned) in message.payout.payments.iter().enumerate() {
        if planned.paid.is_some() {
            continue;
        }
        let from = account_of(message.accounts, planned.payment.from)?;
        let to = account_of(message.accounts, planned.payment.to)?;
        let (_, transfers) = groups
            .entry(planned.payment.from)
            .or_insert_with(|| (from, Vec::new()));
        transfers.push(Transfer { line, planned, to });
    }
    Ok(groups)
}

/// Number of transactions and the sum of their amounts.
struct Control {
    count: usize,
    sum: String,
}

fn control<'a>(
    currency: Currency,
    transfers: impl Iterator<Item = &'a Transfer<'a>> + Clone,
) -> anyhow::Result<Control> {
    let amounts = transfers.clone().map(|one| one.planned.payment.amount);
    let sum = Money::sum(currency, amounts)?;
    Ok(Control {
        count: transfers.count(),
        sum: units(sum),
    })
}

fn header(xml: &mut Xml, message: &Message<'_>, control: &Control, groups: &Groups<'_>) {
    let payout = message.payout;
    xml.text("MsgId", &format!("RC-{}-{}", payout.number, payout.exports));
    xml.text("CreDtTm", &message.created.to_string());
    xml.text("NbOfTxs", &control.count.to_string());
    xml.text("CtrlSum", &control.sum);
    let initiating = groups.values().next().map_or("", |(from, _)| &from.name);
    xml.element("InitgPty", |xml| xml.text("Nm", initiating));
}

fn write_group(
    xml: &mut Xml,
    message: &Message<'_>,
    (place, from, transfers): (usize, &PayoutAccount, &[Transfer<'_>]),
) -> anyhow::Result<()> {
    let payout = message.payout;
    let control = control(payout.currency, transfers.iter())?;
    xml.element("PmtInf", |xml| {
        let id = format!("RC-{}-{}-{place}", payout.number, payout.exports);
        xml.text("PmtInfId", &id);
        xml.text("PmtMtd", "TRF");
        xml.text("NbOfTxs", &control.count.to_string());
        xml.text("CtrlSum", &control.sum);
        let execute_on = message.execute_on.to_string();
        xml.element("ReqdExctnDt", |xml| xml.text("Dt", &execute_on));
        xml.element("Dbtr", |xml| xml.text("Nm", &from.name));
        xml.element("DbtrAcct", |xml| write_account(xml, &from.account));
        xml.element("DbtrAgt", |xml| write_bank(xml, &from.account));
        for transfer in transfers {
            xml.element("CdtTrfTxInf", |xml| write_transfer(xml, payout, transfer));
        }
    });
    Ok(())
}

fn write_transfer(xml: &mut Xml, payout: &Payout, transfer: &Transfer<'_>) {
    let amount = transfer.planned.payment.amount;
    xml.element("PmtId", |xml| {
        xml.text("EndToEndId", &end_to_end_id(payout.number, transfer.line));
    });
    xml.element("Amt", |xml| {
        let currency = amount.currency.to_string();
        xml.text_with("InstdAmt", ("Ccy", &currency), &units(amount));
    });
    xml.element("CdtrAgt", |xml| write_bank(xml, &transfer.to.account));
    xml.element("Cdtr", |xml| xml.text("Nm", &transfer.to.name));
    xml.element("CdtrAcct", |xml| write_account(xml, &transfer.to.account));
    xml.element("RmtInf", |xml| {
        let said = format!("Ridecode payout {} line {}", payout.number, transfer.line);
        xml.text("Ustrd", &said);
    });
}

/// The id of a payment from end to end, at most 35 characters.
pub(crate) fn end_to_end_id(payout: u64, line: usize) -> String {
    format!("RC-{payout}-{line}")
}

fn write_account(xml: &mut Xml, account: &BankAccount) {
    xml.element("Id", |xml| match account {
        BankAccount::Iban { iban, .. } => xml.text("IBAN", iban),
        BankAccount::Number { number, .. } => {
            xml.element("Othr", |xml| xml.text("Id", number));
        }
    });
}

fn write_bank(xml: &mut Xml, account: &BankAccount) {
    xml.element("FinInstnId", |xml| match account {
        BankAccount::Iban { bic: Some(bic), .. } => xml.text("BICFI", bic),
        BankAccount::Iban { bic: None, .. } => {
            xml.element("Othr", |xml| xml.text("Id", "NOTPROVIDED"));
        }
        BankAccount::Number { bank, cnaps, .. } => {
            if let Some(cnaps) = cnaps {
                xml.element("ClrSysMmbId", |xml| {
                    xml.element("ClrSysId", |xml| xml.text("Cd", "CNAPS"));
                    xml.text("MmbId", cnaps);
                });
            }
            xml.text("Nm", bank);
        }
    });
}

/// An amount in units of its currency, with all its decimals and without its name.
fn units(amount: Money) -> String {
    let named = format!("{amount:#}");
    let (units, _) = named.split_once(' ').unwrap_or((&named, ""));
    units.to_owned()
}

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";

#[cfg(test)]
mod tests;
