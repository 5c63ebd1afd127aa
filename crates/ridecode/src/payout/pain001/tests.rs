//! Messages against the structure of the schema: elements in their order, lengths, patterns,
//! decimals, control sums.

use ridecode_ledger::Payment;
use ridecode_store::BankPaid;
use ridecode_words::{IssuerId, OperatorId};

use super::*;

/// An element read back: its name, its one attribute, its text, what is inside.
#[derive(Debug)]
struct Element {
    name: String,
    attribute: Option<(String, String)>,
    text: String,
    inside: Vec<Element>,
}

impl Element {
    fn one(&self, path: &str) -> &Element {
        path.split('/').fold(self, |element, name| {
            let mut found = element.inside.iter().filter(|one| one.name == name);
            let one = found
                .next()
                .unwrap_or_else(|| panic!("no {name} of {path}"));
            assert!(found.next().is_none(), "{name} of {path} stands twice");
            one
        })
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.inside.iter().filter(move |one| one.name == name)
    }
}

/// Reads what the writer may write, and nothing else: no comments, no entities but the five, no
/// blanks between elements.
fn read(text: &str) -> Element {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    let body = text.strip_prefix(head).expect("the XML declaration");
    let (element, rest) = read_element(body);
    assert_eq!(rest, "\n", "nothing follows the root");
    element
}

fn read_element(text: &str) -> (Element, &str) {
    let text = text.strip_prefix('<').expect("an element");
    let (tag, mut rest) = text.split_once('>').expect("the end of a tag");
    let (name, attribute) = match tag.split_once(' ') {
        None => (tag, None),
        Some((name, attribute)) => {
            let (key, value) = attribute.split_once("=\"").expect("an attribute");
            let value = value.strip_suffix('"').expect("a quoted value");
            (name, Some((key.to_owned(), unescape(value))))
        }
    };
    let mut element = Element {
        name: name.to_owned(),
        attribute,
        text: String::new(),
        inside: Vec::new(),
    };
    loop {
        let at = rest.find('<').expect("a closing tag");
        element.text.push_str(&unescape(&rest[..at]));
        rest = &rest[at..];
        if let Some(closed) = rest.strip_prefix("</") {
            let closed = closed.strip_prefix(name).expect("the tag that was opened");
            return (element, closed.strip_prefix('>').expect("its end"));
        }
        let (inside, after) = read_element(rest);
        element.inside.push(inside);
        rest = after;
    }
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut parts = text.split('&');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (entity, rest) = part.split_once(';').expect("an entity");
        plain.push_str(match entity {
            "amp" => "&",
            "lt" => "<",
            "gt" => ">",
            "quot" => "\"",
            "apos" => "'",
            other => panic!("the entity {other}"),
        });
        plain.push_str(rest);
    }
    plain
}

/// What stands where, in the order of the schema, of what we write of it: path, then children in
/// order with `?` for what may be left out and `*` for what may be repeated.
const ORDER: &[(&str, &[&str])] = &[
    ("Document", &["CstmrCdtTrfInitn"]),
    ("CstmrCdtTrfInitn", &["GrpHdr", "PmtInf*"]),
    (
        "GrpHdr",
        &["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum?", "InitgPty"],
    ),
    ("InitgPty", &["Nm?"]),
    (
        "PmtInf",
        &[
            "PmtInfId",
            "PmtMtd",
            "NbOfTxs?",
            "CtrlSum?",
            "ReqdExctnDt",
            "Dbtr",
            "DbtrAcct",
            "DbtrAgt",
            "CdtTrfTxInf*",
        ],
    ),
    ("ReqdExctnDt", &["Dt"]),
    ("Dbtr", &["Nm?"]),
    ("Cdtr", &["Nm?"]),
    ("DbtrAcct", &["Id"]),
    ("CdtrAcct", &["Id"]),
    ("DbtrAgt", &["FinInstnId"]),
    ("CdtrAgt", &["FinInstnId"]),
    ("FinInstnId", &["BICFI?", "ClrSysMmbId?", "Nm?", "Othr?"]),
    ("ClrSysMmbId", &["ClrSysId?", "MmbId"]),
    ("ClrSysId", &["Cd"]),
    (
        "CdtTrfTxInf",
        &["PmtId", "Amt", "CdtrAgt?", "Cdtr?", "CdtrAcct?", "RmtInf?"],
    ),
    ("PmtId", &["EndToEndId"]),
    ("Amt", &["InstdAmt"]),
    ("RmtInf", &["Ustrd*"]),
    ("Othr", &["Id"]),
];

fn check_structure(element: &Element, parent: &str) {
    if element.inside.is_empty() {
        return check_leaf(element, parent);
    }
    assert_eq!(element.text, "", "{} has text and elements", element.name);
    let account = element.name == "Id";
    let rule = ORDER.iter().find(|(name, _)| *name == element.name);
    let children: &[&str] = match rule {
        Some((_, children)) => children,
        None if account => &["IBAN?", "Othr?"],
        None => panic!("{} is not in the table", element.name),
    };
    let mut left = element.inside.iter().peekable();
    for child in children {
        let name = child.trim_end_matches(['?', '*']);
        let mut count = 0;
        while left.next_if(|one| one.name == name).is_some() {
            count += 1;
        }
        let may_lack = child.ends_with('?');
        assert!(count > 0 || may_lack, "{} lacks {name}", element.name);
        assert!(count < 2 || child.ends_with('*'), "{name} stands twice");
    }
    assert!(
        left.next().is_none(),
        "{} has more than its elements",
        element.name
    );
    for inside in &element.inside {
        check_structure(inside, &element.name);
    }
}

fn check_leaf(element: &Element, parent: &str) {
    let text = element.text.as_str();
    let length = text.chars().count();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let right = match (parent, element.name.as_str()) {
        (_, "MsgId" | "PmtInfId" | "EndToEndId" | "MmbId") => (1..=35).contains(&length),
        (_, "Nm" | "Ustrd") => (1..=140).contains(&length),
        (_, "CreDtTm") => text.parse::<jiff::Timestamp>().is_ok(),
        (_, "Dt") => text.parse::<jiff::civil::Date>().is_ok(),
        (_, "NbOfTxs") => digits(text) && length <= 15,
        (_, "PmtMtd") => text == "TRF",
        (_, "Cd") => text == "CNAPS",
        (_, "CtrlSum") | ("Amt", "InstdAmt") => {
            let (units, decimals) = text.split_once('.').expect("two decimals");
            digits(units) && digits(decimals) && decimals.len() == 2 && length <= 19
        }
        ("FinInstnId", "BICFI") => matches!(length, 8 | 11),
        ("Id", "IBAN") => (15..=34).contains(&length),
        ("Othr", "Id") => (1..=35).contains(&length),
        (parent, name) => panic!("{name} in {parent} is not in the table"),
    };
    assert!(right, "{}: {text}", element.name);
    if let Some((key, value)) = &element.attribute {
        assert_eq!((element.name.as_str(), key.as_str()), ("InstdAmt", "Ccy"));
        assert!(value.len() == 3 && value.bytes().all(|byte| byte.is_ascii_uppercase()));
    }
}

fn fen(element: &Element) -> i64 {
    element.text.replace('.', "").parse().expect("an amount")
}

fn account(party: Party, rest: &str) -> PayoutAccount {
    let whose = match party {
        Party::Operator(operator) => format!("operator = {operator}"),
        Party::Issuer(issuer) => format!("issuer = \"{issuer}\""),
    };
    toml::from_str(&format!("{whose}\n{rest}")).expect("an account")
}

const METRO: Party = Party::Operator(OperatorId(1));
const BUS: Party = Party::Operator(OperatorId(2));
const CARD: Party = Party::Issuer(IssuerId(0x2001));
const OTHER: Party = Party::Issuer(IssuerId(0x2002));

fn accounts() -> Vec<PayoutAccount> {
    let iban = "iban = \"DE89370400440532013000\"";
    let chinese = "account = \"440012345678\"\nbank = \"中国银行 <广州> & 分行\"";
    vec![
        account(
            METRO,
            &format!("name = \"广州地铁 \\\"A&B\\\"\"\n{iban}\nbic = \"COBADEFFXXX\""),
        ),
        account(
            BUS,
            &format!("name = \"Bus\"\n{chinese}\ncnaps = \"104581003017\""),
        ),
        account(CARD, &format!("name = \"羊城通\"\n{chinese}")),
        account(OTHER, &format!("name = \"Other\"\n{iban}")),
    ]
}

fn payout() -> Payout {
    let payment = |from, to, minor| PlannedPayment {
        payment: Payment {
            from,
            to,
            amount: Money::fen(minor),
        },
        paid: None,
    };
    Payout {
        number: 9_999_999_999,
        day: ServiceDay(20_779),
        currency: Currency::CNY,
        planned_by: "an".to_owned(),
        statements: vec![(OperatorId(1), 1)],
        payments: vec![
            payment(CARD, METRO, 1),
            payment(CARD, BUS, 123_456_789_012_345),
            payment(OTHER, BUS, 250),
        ],
        approved: None,
        exports: 9_999,
        withdrawn: None,
    }
}

fn written(payout: &Payout, accounts: &[PayoutAccount]) -> anyhow::Result<String> {
    write(&Message {
        payout,
        accounts,
        created: UnixSeconds(1_795_305_600),
        execute_on: ServiceDay(20_779),
    })
}

#[test]
fn a_message_has_the_structure_of_the_schema() {
    let text = written(&payout(), &accounts()).expect("a message");
    let document = read(&text);
    let namespace = Some(("xmlns".to_owned(), NAMESPACE.to_owned()));
    assert_eq!(
        (document.name.as_str(), &document.attribute),
        ("Document", &namespace)
    );
    check_structure(&document, "");
    let message = document.one("CstmrCdtTrfInitn");
    let all: Vec<_> = message
        .all("PmtInf")
        .flat_map(|one| one.all("CdtTrfTxInf"))
        .collect();
    assert_eq!(message.one("GrpHdr/NbOfTxs").text, "3");
    let sum: i64 = all.iter().map(|one| fen(one.one("Amt/InstdAmt"))).sum();
    assert_eq!(fen(message.one("GrpHdr/CtrlSum")), sum);
    assert_eq!(sum, 1 + 123_456_789_012_345 + 250);
    for part in message.all("PmtInf") {
        let of_part: Vec<_> = part.all("CdtTrfTxInf").collect();
        assert_eq!(part.one("NbOfTxs").text, of_part.len().to_string());
        let sum: i64 = of_part.iter().map(|one| fen(one.one("Amt/InstdAmt"))).sum();
        assert_eq!(fen(part.one("CtrlSum")), sum);
    }
    assert_eq!(all[0].one("Cdtr/Nm").text, "广州地铁 \"A&B\"");
    assert_eq!(all[0].one("Amt/InstdAmt").text, "0.01");
    assert_eq!(
        all[1].one("CdtrAgt/FinInstnId/Nm").text,
        "中国银行 <广州> & 分行"
    );
    let ids = all
        .iter()
        .map(|one| one.one("PmtId/EndToEndId").text.clone());
    let ids: std::collections::BTreeSet<_> = ids.collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn payments_that_were_made_are_left_out_and_ids_stay() {
    let mut payout = payout();
    let id = end_to_end_id(payout.number, 2);
    payout.payments[0].paid = Some(BankPaid {
        day: payout.day,
        reference: "1".to_owned(),
    });
    let document = read(&written(&payout, &accounts()).expect("a message"));
    let message = document.one("CstmrCdtTrfInitn");
    assert_eq!(message.one("GrpHdr/NbOfTxs").text, "2");
    let last = message.all("PmtInf").last().expect("a part");
    assert_eq!(last.one("CdtTrfTxInf/PmtId/EndToEndId").text, id);
    for one in &mut payout.payments {
        one.paid = Some(BankPaid {
            day: payout.day,
            reference: "1".to_owned(),
        });
    }
    let fault = written(&payout, &accounts()).expect_err("nothing is left");
    assert!(fault.to_string().contains("nothing to write"), "{fault}");
}

#[test]
fn a_missing_account_is_named() {
    for (place, party) in ["operator 1", "operator 2", "issuer 00002001"]
        .iter()
        .enumerate()
    {
        let mut accounts = accounts();
        accounts.remove(place);
        for fault in [
            written(&payout(), &accounts).map(drop),
            check_accounts(&payout(), &accounts),
        ] {
            let shown = fault.expect_err("an account is missing").to_string();
            assert!(
                shown.contains(party) && shown.contains("payout_account"),
                "{shown}"
            );
        }
    }
}
