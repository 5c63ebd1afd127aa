//! Short messages, as on a phone: newest first.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::language::Language;
use super::{Page, show_time};
use crate::sandbox::books::Message;
use crate::sandbox::desk::Desk;

/// Whose messages.
#[derive(Deserialize)]
pub(super) struct Wanted {
    phone: Option<String>,
}

/// The page.
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    Query(wanted): Query<Wanted>,
    language: Language,
) -> Response {
    let phone = wanted.phone.filter(|phone| !phone.is_empty());
    let messages = desk.read(|books| {
        let wanted = |message: &&Message| phone.as_deref().is_none_or(|to| to == message.to);
        let messages = books.messages().filter(wanted).take(SHOWN_MAX);
        messages.cloned().collect::<Vec<_>>()
    });
    let page = Page {
        language,
        title: language.say("短信", "Messages"),
        refresh_s: Some(5),
        kind: "phone",
    };
    page.show(&html! {
        h1 { (page.title) }
        @if messages.is_empty() {
            p.empty { (language.say("还没有短信。发给乘客的验证码会出现在这里。",
                "No messages yet. Codes sent to riders appear here.")) }
        }
        ol.messages {
            @for message in &messages {
                li {
                    p.to { span { (message.to) } time { (show_time(message.taken)) } }
                    p.bubble { (mark_code(&message.text)) }
                }
            }
        }
    })
}

/// A text with its first six digits in a row made to stand out.
fn mark_code(text: &str) -> Markup {
    let mut runs = text.split(|sign: char| !sign.is_ascii_digit());
    let code = runs.find(|run| run.len() == 6);
    match code.and_then(|code| {
        text.split_once(code)
            .map(|(before, after)| (before, code, after))
    }) {
        Some((before, code, after)) => html! { (before) strong.code { (code) } (after) },
        None => html! { (text) },
    }
}

/// How many are shown.
const SHOWN_MAX: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_stands_out() {
        let check =
            |text: &str, expected: &str| assert_eq!(mark_code(text).into_string(), expected);
        check(
            "验证码 012345，5 分钟内有效",
            "验证码 <strong class=\"code\">012345</strong>，5 分钟内有效",
        );
        check("call 1234567", "call 1234567");
        check("<b>", "&lt;b&gt;");
    }
}
