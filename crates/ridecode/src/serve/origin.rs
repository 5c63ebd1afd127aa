//! Which page a request comes from: writes from pages of other sites are refused.
//!
//! Browsers send the session cookie with whatever a page asks for, and say on whose behalf they ask
//! (`Origin`, RFC 6454; `Sec-Fetch-Site`, W3C Fetch Metadata). One layer over all routes reads it,
//! so that no route can forget it. Programs that are no browser send neither header and pass: no
//! page can make them write.

use axum::extract::{Request, State};
use axum::http::header::{HOST, HeaderName, ORIGIN};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;

use super::App;
use super::problem::{Kind, Problem, Result};

/// Lets reads pass, and writes of our own pages.
pub(super) async fn check(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Result<Response> {
    let reads = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if reads || is_own(request.headers(), &app.public_url) {
        return Ok(next.run(request).await);
    }
    Err(Problem::new(
        Kind::CrossSite,
        "the request comes from a page of another site; write from this server's own pages, or \
         correct serve.public_url",
    ))
}

/// Whether nothing says that a page of another site asks. A header that cannot be read says so.
fn is_own(headers: &HeaderMap, public_url: &str) -> bool {
    let site_fits = match text(headers, &SEC_FETCH_SITE) {
        Sent::Not => true,
        Sent::Text(site) => matches!(site, "same-origin" | "none"),
        Sent::Unreadable => false,
    };
    let origin_fits = match text(headers, &ORIGIN) {
        Sent::Not => true,
        Sent::Text(origin) => {
            let host = match text(headers, &HOST) {
                Sent::Text(host) => Some(host),
                Sent::Not | Sent::Unreadable => None,
            };
            // A page of the address that was asked is our own, whatever stands in the settings.
            origin == origin_of(public_url) || (host.is_some() && host_of(origin) == host)
        }
        Sent::Unreadable => false,
    };
    site_fits && origin_fits
}

/// A header: not there, readable, or neither.
enum Sent<'a> {
    Not,
    Text(&'a str),
    Unreadable,
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Sent<'a> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Sent::Not,
        (Some(value), None) => value.to_str().map_or(Sent::Unreadable, Sent::Text),
        // Two of them contradict each other.
        (Some(_), Some(_)) => Sent::Unreadable,
    }
}

/// Scheme, host and port of a URL.
fn origin_of(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let path = url[after_scheme..].find('/');
    path.map_or(url, |at| &url[..after_scheme + at])
}

/// Host and port of an origin; `None` for `null`.
fn host_of(origin: &str) -> Option<&str> {
    origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"))
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_our_own_pages_write() {
        let check = |sent: &[(&'static str, &'static str)], expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert("host", HeaderValue::from_static("10.0.0.1:8080"));
            for (name, value) in sent {
                let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
                headers.append(*name, value);
            }
            let own = is_own(&headers, "https://ride.example/office");
            assert_eq!(own, expected, "{sent:?}");
        };
        check(&[], true);
        check(&[("origin", "https://ride.example")], true);
        check(&[("origin", "http://10.0.0.1:8080")], true);
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "none")], true);
        check(&[("origin", "https://ride.example.evil.example")], false);
        check(&[("origin", "http://ride.example")], false);
        check(&[("origin", "http://10.0.0.1:8081")], false);
        check(&[("origin", "null")], false);
        check(&[("origin", "")], false);
        check(&[("origin", "https://骑.example")], false);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("sec-fetch-site", "same-site")], false);
        check(&[("sec-fetch-site", "")], false);
        let both = [
            ("origin", "https://ride.example"),
            ("sec-fetch-site", "cross-site"),
        ];
        check(&both, false);
        let twice = [
            ("origin", "https://ride.example"),
            ("origin", "https://elsewhere.example"),
        ];
        check(&twice, false);
    }

    #[test]
    fn an_origin_ends_before_the_path() {
        let check = |url, expected| assert_eq!(origin_of(url), expected, "{url}");
        check("https://ride.example", "https://ride.example");
        check("https://ride.example/a/b", "https://ride.example");
        check("http://127.0.0.1:8080/", "http://127.0.0.1:8080");
        check("", "");
    }
}
