//! A story per row of the transfers table in docs/ledger.md: the event in, its transfers out.

use ridecode_ledger::{Booking, Event, Money, Share, SharedEvent, Transfer, book, post};
use ridecode_words::{OperatorId, ProviderId};
use serde_json::{Value, json};

#[test]
fn each_story_ends_as_it_is_told() {
    for story in stories() {
        let name = text(&story["story"]).to_owned();
        let found = play(&story["event"]);
        assert_eq!(Value::Array(found), story["transfers"], "{name}");
    }
}

/// The stories are the rows of the table, in its order.
#[test]
fn each_row_of_the_document_has_its_story() {
    let document = include_str!("../../../../docs/ledger.md");
    let (_, table) = document
        .split_once("## From an event to its transfers")
        .expect("the table's heading");
    let (table, _) = table.split_once("\n## ").expect("the section after");
    let rows = table.lines().filter(|line| line.starts_with("| "));
    let written: Vec<_> = rows.skip(1).map(cells).collect();
    let told: Vec<_> = stories()
        .iter()
        .flat_map(|story| {
            let event = text(&story["story"]).to_owned();
            let transfers = story["transfers"].as_array().expect("a list").clone();
            transfers.into_iter().map(move |transfer| {
                let account = |side: &str| shape(text(&transfer[side]));
                let kind = text(&transfer["kind"]).to_owned();
                [event.clone(), kind, account("debit"), account("credit")]
            })
        })
        .collect();
    assert_eq!(told, written);
}

fn stories() -> Vec<Value> {
    let vectors = include_str!("../../../../vectors/clearing/stories.json");
    let vectors: Value = serde_json::from_str(vectors).expect("JSON");
    vectors["stories"].as_array().expect("stories").clone()
}

fn play(event: &Value) -> Vec<Value> {
    match text(&event["kind"]) {
        "fare"
        | "collected"
        | "refunded"
        | "written-off"
        | "reinstated"
        | "goodwill"
        | "goodwill-taken-back" => {
            let transfers = post(&rider_event(event)).expect("a story posts");
            transfers.iter().map(transfer_value).collect()
        }
        _ => {
            let bookings = book(&shared_event(event)).expect("a story books");
            bookings.iter().map(booking_value).collect()
        }
    }
}

fn rider_event(event: &Value) -> Event {
    let rider = text(&event["rider"]).parse().expect("a rider");
    let day = text(&event["day"]).parse().expect("a day");
    let amount = || money(&event["amount_minor"]);
    let line = || u16::try_from(number(&event["number"])).expect("a line");
    if text(&event["kind"]) == "refunded" {
        return Event::Refunded {
            refund: text(&event["refund"]).parse().expect("a refund"),
            rider,
            provider: ProviderId(number(&event["provider"])),
            day,
            amount: amount(),
        };
    }
    let charge = text(&event["charge"]).parse().expect("a charge");
    match text(&event["kind"]) {
        "fare" => Event::Fare {
            charge,
            rider,
            day,
            shares: event["shares"]
                .as_array()
                .expect("shares")
                .iter()
                .map(|share| Share {
                    operator: OperatorId(number(&share["operator"])),
                    amount: money(&share["amount_minor"]),
                })
                .collect(),
        },
        "collected" => Event::Collected {
            charge,
            rider,
            provider: ProviderId(number(&event["provider"])),
            day,
            amount: amount(),
        },
        "written-off" => Event::WrittenOff {
            charge,
            rider,
            day,
            amount: amount(),
        },
        "reinstated" => Event::Reinstated {
            charge,
            rider,
            day,
            amount: amount(),
        },
        "goodwill" => Event::Goodwill {
            charge,
            number: line(),
            rider,
            day,
            amount: amount(),
        },
        "goodwill-taken-back" => Event::GoodwillTakenBack {
            charge,
            number: line(),
            rider,
            day,
            amount: amount(),
        },
        other => panic!("no event {other}"),
    }
}

fn shared_event(event: &Value) -> SharedEvent {
    let day = text(&event["day"]).parse().expect("a day");
    let operator = || OperatorId(number(&event["operator"]));
    let provider = || ProviderId(number(&event["provider"]));
    let ticket = || text(&event["ticket"]).parse().expect("a ticket");
    let statement = || event["statement"].as_u64().expect("a number");
    let amount = || money(&event["amount_minor"]);
    match text(&event["kind"]) {
        "stated" => SharedEvent::Stated {
            operator: operator(),
            number: statement(),
            day,
            commission: money(&event["commission_minor"]),
        },
        "paid-out" => SharedEvent::PaidOut {
            operator: operator(),
            payout: event["payout"].as_u64().expect("a number"),
            line: 0,
            day,
            amount: amount(),
        },
        "provider-settled" => SharedEvent::ProviderSettled {
            provider: provider(),
            day,
            net: money(&event["net_minor"]),
            cost: money(&event["cost_minor"]),
        },
        "ticket-sold" => SharedEvent::TicketSold {
            ticket: ticket(),
            provider: provider(),
            day,
            amount: amount(),
        },
        "ticket-ridden" => SharedEvent::TicketRidden {
            ticket: ticket(),
            operator: operator(),
            day,
            amount: amount(),
        },
        "ticket-expired" => SharedEvent::TicketExpired {
            ticket: ticket(),
            day,
            amount: amount(),
        },
        other => panic!("no event {other}"),
    }
}

fn transfer_value(transfer: &Transfer) -> Value {
    json!({
        "kind": transfer.id.kind.word(),
        "line": transfer.id.line,
        "debit": transfer.debit.to_string(),
        "credit": transfer.credit.to_string(),
        "amount_minor": transfer.amount.minor,
    })
}

fn booking_value(booking: &Booking) -> Value {
    json!({
        "kind": booking.id.kind.word(),
        "debit": booking.debit.to_string(),
        "credit": booking.credit.to_string(),
        "amount_minor": booking.amount.minor,
    })
}

/// The first four cells of a row.
fn cells(row: &str) -> [String; 4] {
    let mut cells = row
        .split('|')
        .skip(1)
        .map(|cell| cell.trim().replace('`', ""));
    core::array::from_fn(|_| cells.next().unwrap_or_default())
}

/// An account's path with the number left open.
fn shape(path: &str) -> String {
    let parts: Vec<_> = path.split('/').collect();
    match parts[..] {
        ["rider", _] => "rider/{rider}".to_owned(),
        [owner @ ("operator" | "provider"), _, rest] => format!("{owner}/{{{owner}}}/{rest}"),
        _ => path.to_owned(),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn number(value: &Value) -> u32 {
    let number = value.as_u64().expect("a number");
    u32::try_from(number).expect("a small number")
}

fn money(value: &Value) -> Money {
    Money::fen(value.as_i64().expect("an amount"))
}
