//! From where a request comes: address and browser, as far as they can be told.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;

use crate::serve::App;
use crate::serve::problem::Problem;

/// Where a request comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::serve) struct Seen {
    /// The caller's address; that of the proxy where one is in front and the settings do not say so.
    pub(super) address: IpAddr,
    /// What the browser calls itself, shortened.
    pub(super) user_agent: String,
}

impl FromRequestParts<App> for Seen {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let near = connected.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(peer)| peer.ip());
        let told = app
            .behind_proxy
            .then(|| forwarded(&parts.headers))
            .flatten();
        Ok(Self {
            address: told.unwrap_or(near),
            user_agent: user_agent(&parts.headers),
        })
    }
}

/// The address that the nearest proxy appended; those before it are whatever the caller wrote.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let lines = headers.get_all("x-forwarded-for");
    let last = lines.iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

fn user_agent(headers: &HeaderMap) -> String {
    let told = headers.get(USER_AGENT).and_then(|told| told.to_str().ok());
    let told = told.unwrap_or_default();
    told.chars().take(USER_AGENT_MAX).collect()
}

const USER_AGENT_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_proxy_itself_appended_counts() {
        let check = |lines: &[&str], expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().expect("a value"));
            }
            let expected = expected.map(|text| text.parse().expect("an address"));
            assert_eq!(forwarded(&headers), expected, "{lines:?}");
        };
        check(&[], None);
        check(&["192.0.2.7"], Some("192.0.2.7"));
        check(&["10.0.0.1, 192.0.2.7"], Some("192.0.2.7"));
        check(&["10.0.0.1", "2001:db8::7"], Some("2001:db8::7"));
        check(&["192.0.2.7, nobody"], None);
        check(&[""], None);
    }
}
