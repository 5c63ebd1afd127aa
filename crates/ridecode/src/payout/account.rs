//! Bank accounts of operators and issuers, as the settings name them.
//!
//! An account has an IBAN (ISO 13616), with the BIC (ISO 9362) of its bank or without, or a number
//! at a bank that has a name and, in China, a number in CNAPS. What does not check is refused where
//! it is read, with what to write instead.

use std::fmt;

use ridecode_ledger::Party;
use ridecode_words::{IssuerId, OperatorId};
use serde::{Deserialize, Serialize};

/// Whose account it is, and the account.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct PayoutAccount {
    /// Whose.
    pub party: Party,
    /// The holder's name at the bank, 1 to 140 characters.
    pub name: String,
    /// The account.
    pub account: BankAccount,
}

/// An account at a bank.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BankAccount {
    /// Known by its IBAN.
    Iban {
        /// The IBAN, without spaces.
        iban: String,
        /// The bank's BIC, 8 or 11 letters and digits.
        bic: Option<String>,
    },
    /// Known by its number at a bank.
    Number {
        /// The number, 1 to 34 digits.
        number: String,
        /// The bank's name, 1 to 140 characters.
        bank: String,
        /// The bank's number in CNAPS, 12 digits.
        cnaps: Option<String>,
    },
}

/// The account of a party, if the settings have it.
pub fn find_account(accounts: &[PayoutAccount], party: Party) -> Option<&PayoutAccount> {
    accounts.iter().find(|account| account.party == party)
}

/// A party in words: `operator 1`, `issuer 00002001`.
pub fn party_words(party: Party) -> String {
    match party {
        Party::Operator(operator) => format!("operator {operator}"),
        Party::Issuer(issuer) => format!("issuer {issuer}"),
    }
}

/// An account as the settings file has it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    iban: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnaps: Option<String>,
}

impl TryFrom<Written> for PayoutAccount {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let party = match (written.operator, &written.issuer) {
            (Some(operator), None) => Party::Operator(OperatorId(operator)),
            (None, Some(issuer)) => Party::Issuer(read_issuer(issuer)?),
            (None, None) | (Some(_), Some(_)) => {
                return Err("name either operator, such as 1, or issuer, such as 00002001".into());
            }
        };
        let name = check_text("name", written.name)?;
        let account = match (written.iban, written.account, written.bank) {
            (Some(iban), None, None) if written.cnaps.is_none() => BankAccount::Iban {
                iban: check_iban(&iban)?,
                bic: written.bic.map(|bic| check_bic(&bic)).transpose()?,
            },
            (None, Some(number), Some(bank)) if written.bic.is_none() => BankAccount::Number {
                number: check_number(&number)?,
                bank: check_text("bank", bank)?,
                cnaps: written.cnaps.map(|cnaps| check_cnaps(&cnaps)).transpose()?,
            },
            _ => {
                return Err(
                    "write iban, with bic if the bank wants it; or account and bank, with \
                     cnaps in China"
                        .into(),
                );
            }
        };
        Ok(Self {
            party,
            name,
            account,
        })
    }
}

impl From<PayoutAccount> for Written {
    fn from(one: PayoutAccount) -> Self {
        let mut written = Self {
            name: one.name,
            ..Self::default()
        };
        match one.party {
            Party::Operator(operator) => written.operator = Some(operator.0),
            Party::Issuer(issuer) => written.issuer = Some(issuer.to_string()),
        }
        match one.account {
            BankAccount::Iban { iban, bic } => {
                written.iban = Some(iban);
                written.bic = bic;
            }
            BankAccount::Number {
                number,
                bank,
                cnaps,
            } => {
                written.account = Some(number);
                written.bank = Some(bank);
                written.cnaps = cnaps;
            }
        }
        written
    }
}

impl fmt::Display for BankAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Iban { iban, .. } => f.write_str(iban),
            Self::Number { number, bank, .. } => write!(f, "{number}, {bank}"),
        }
    }
}

fn read_issuer(text: &str) -> Result<IssuerId, String> {
    text.parse()
        .map_err(|_| format!("issuer: `{text}` must be 8 hex digits, such as 00002001"))
}

fn check_text(what: &str, text: String) -> Result<String, String> {
    let length = text.chars().count();
    if length == 0 || length > 140 || text.chars().any(char::is_control) || text.trim() != text {
        return Err(format!(
            "{what} must have 1 to 140 printable characters, no spaces at either end"
        ));
    }
    Ok(text)
}

/// ISO 13616: country, two check digits, up to 30 letters and digits; the whole, turned and read
/// as a number, leaves 1 when divided by 97.
fn check_iban(text: &str) -> Result<String, String> {
    let iban: String = text.chars().filter(|character| *character != ' ').collect();
    let wrong = || format!("iban: `{text}` does not check; write it as the bank prints it");
    let bytes = iban.as_bytes();
    let shaped = (15..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes[4..]
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if !shaped {
        return Err(wrong());
    }
    let turned = iban[4..].chars().chain(iban[..4].chars());
    let rest = turned.fold(0_u32, |rest, character| {
        let value = character.to_digit(36).unwrap_or(0);
        let shift = if value < 10 { 10 } else { 100 };
        (rest * shift + value) % 97
    });
    if rest == 1 { Ok(iban) } else { Err(wrong()) }
}

/// ISO 9362: bank 4, country 2, place 2, branch 3 or nothing.
fn check_bic(text: &str) -> Result<String, String> {
    let bytes = text.as_bytes();
    let shaped = matches!(bytes.len(), 8 | 11)
        && bytes[4..6].iter().all(u8::is_ascii_uppercase)
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if shaped {
        return Ok(text.to_owned());
    }
    Err(format!(
        "bic: `{text}` must be 8 or 11 capital letters and digits, such as BKCHCNBJ400"
    ))
}

fn check_number(text: &str) -> Result<String, String> {
    let number: String = text.chars().filter(|character| *character != ' ').collect();
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    if digits && (1..=34).contains(&number.len()) {
        return Ok(number);
    }
    Err(format!("account: `{text}` must have 1 to 34 digits"))
}

fn check_cnaps(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "cnaps: `{text}` must have 12 digits, such as 104581003017"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, &str>) {
        match (toml::from_str::<PayoutAccount>(text), expected) {
            (Ok(read), Ok(shown)) => {
                assert_eq!(read.account.to_string(), shown, "{text}");
                let written = toml::to_string(&read).expect("TOML");
                assert_eq!(toml::from_str::<PayoutAccount>(&written), Ok(read));
            }
            (Err(fault), Err(part)) => {
                assert!(
                    fault.message().contains(part),
                    "{text}: {}",
                    fault.message()
                );
            }
            (found, expected) => panic!("{text}: {found:?}, and {expected:?} was expected"),
        }
    }

    #[test]
    fn accounts_are_checked_where_they_are_read() {
        let bus = |rest: &str| format!("operator = 2\nname = \"广州巴士集团\"\n{rest}");
        let iban = "iban = \"DE89 3704 0044 0532 0130 00\"\n";
        check(&bus(iban), Ok("DE89370400440532013000"));
        check(
            &bus(&format!("{iban}bic = \"COBADEFFXXX\"")),
            Ok("DE89370400440532013000"),
        );
        check(
            &bus("iban = \"GB82WEST12345698765432\""),
            Ok("GB82WEST12345698765432"),
        );
        check(
            &bus("iban = \"GB82WEST12345698765433\""),
            Err("does not check"),
        );
        check(
            &bus("iban = \"gb82WEST12345698765432\""),
            Err("does not check"),
        );
        check(&bus("iban = \"GB8\""), Err("does not check"));
        check(&bus("iban = \"字字字字字字\""), Err("does not check"));
        check(&bus(&format!("{iban}bic = \"COBADE\"")), Err("8 or 11"));
        check(&bus(&format!("{iban}bic = \"COBA1EFF\"")), Err("8 or 11"));
        let chinese = "account = \"4400 1234 5678\"\nbank = \"中国银行广州分行\"\n";
        check(&bus(chinese), Ok("440012345678, 中国银行广州分行"));
        let cnaps = format!("{chinese}cnaps = \"104581003017\"");
        check(&bus(&cnaps), Ok("440012345678, 中国银行广州分行"));
        check(
            &bus(&format!("{chinese}cnaps = \"1045\"")),
            Err("12 digits"),
        );
        check(
            &bus("account = \"44a\"\nbank = \"x\""),
            Err("1 to 34 digits"),
        );
        check(&bus("account = \"44\""), Err("account and bank"));
        check(&bus(&format!("{iban}{chinese}")), Err("account and bank"));
        check(&bus(""), Err("account and bank"));
        check(
            &format!("issuer = \"00002001\"\nname = \"x\"\n{iban}"),
            Ok("DE89370400440532013000"),
        );
        check(
            &format!("issuer = \"2001x\"\nname = \"x\"\n{iban}"),
            Err("8 hex digits"),
        );
        check(&format!("name = \"x\"\n{iban}"), Err("operator"));
        check(
            &format!("operator = 1\nname = \"\"\n{iban}"),
            Err("1 to 140"),
        );
        check(
            &format!("operator = 1\nname = \" x\"\n{iban}"),
            Err("1 to 140"),
        );
        let long = "字".repeat(141);
        check(
            &format!("operator = 1\nname = \"{long}\"\n{iban}"),
            Err("1 to 140"),
        );
        check(&format!("operator = 1\nnom = \"x\"\n{iban}"), Err("nom"));
    }
}
