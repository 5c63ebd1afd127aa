//! Pages for people, in Chinese or English: where a rider signs, a phone's messages, and the
//! operator's counter. Plain HTML and one style sheet; no script.

mod counter;
mod language;
mod messages;
mod sign;

use std::sync::Arc;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::{DOCTYPE, Markup, html};
use ridecode_ledger::Money;
use ridecode_words::UnixSeconds;

use super::desk::Desk;
use language::Language;

/// The routes.
pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/", get(counter::show))
        .route("/wallets/{wallet}", post(counter::set_wallet))
        .route("/contracts/{contract}", post(counter::move_contract))
        .route("/orders/{merchant}/{order}", post(counter::finish_order))
        .route("/callbacks/{id}", post(counter::call_again))
        .route("/sign/{contract}", get(sign::show).post(sign::answer))
        .route("/sms", get(messages::show))
        .route("/style.css", get(style))
}

async fn style() -> impl IntoResponse {
    let fields = [(CONTENT_TYPE, "text/css; charset=utf-8")];
    (fields, include_str!("pages/style.css"))
}

/// A page's frame.
struct Page<'a> {
    language: Language,
    title: &'a str,
    /// Seconds after which it loads itself again.
    refresh_s: Option<u32>,
    /// `phone` or `counter`.
    kind: &'a str,
}

impl Page<'_> {
    fn show(&self, body: &Markup) -> Response {
        let page = html! {
            (DOCTYPE)
            html lang=(self.language.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    @if let Some(seconds) = self.refresh_s {
                        meta http-equiv="refresh" content=(seconds);
                    }
                    title { (self.title) }
                    link rel="stylesheet" href="/style.css";
                    link rel="icon" href="data:,";
                }
                body class=(self.kind) {
                    header {
                        a.provider href="/" {
                            span.mark aria-hidden="true" { "¥" }
                            (self.say("沙箱支付", "Sandbox Pay"))
                        }
                        span.badge { (self.say("不是真钱", "No real money")) }
                        (self.other_language())
                    }
                    main { (body) }
                }
            }
        };
        let fields = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CACHE_CONTROL, "no-store"),
            (
                CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'",
            ),
        ];
        (fields, page.into_string()).into_response()
    }

    fn say<'a>(&self, chinese: &'a str, english: &'a str) -> &'a str {
        self.language.say(chinese, english)
    }

    fn other_language(&self) -> Markup {
        match self.language {
            Language::Chinese => html! { a.language href="?lang=en" lang="en" { "English" } },
            Language::English => html! { a.language href="?lang=zh" lang="zh" { "中文" } },
        }
    }
}

/// A time at the provider, such as `11-21 08:41:05`.
fn show_time(unix_s: i64) -> String {
    let local = UnixSeconds(unix_s).plus_s(8 * 3_600).to_string();
    local[5..19].replace('T', " ")
}

/// Fen as yuan.
fn show_fen(fen: i64) -> String {
    Money::fen(fen).to_string()
}
