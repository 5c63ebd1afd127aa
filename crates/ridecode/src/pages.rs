//! Pages that the program carries: the rider's app, the operator's console and the validator's own
//! pages.
//!
//! `make web` builds them and the build script embeds them. A file is found by its path alone, and
//! answered with a policy that lets its page load nothing from elsewhere.

use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse as _, Response};

/// Files by their paths.
#[derive(Clone, Copy, Debug)]
pub struct Site(pub &'static [(&'static str, &'static [u8])]);

/// The rider's app; empty where `make web` was not run before the build.
pub const APP: Site = Site(include!(concat!(env!("OUT_DIR"), "/app.in")));

/// The operator's console, under `/console`; empty likewise.
pub const CONSOLE: Site = Site(include!(concat!(env!("OUT_DIR"), "/console.in")));

/// The validator's screen, camera page and driver's desk; empty likewise.
pub const VALIDATOR: Site = Site(include!(concat!(env!("OUT_DIR"), "/validator.in")));

impl Site {
    /// The bytes of a file.
    pub fn find(self, path: &str) -> Option<&'static [u8]> {
        let found = self.0.iter().find(|(name, _)| *name == path);
        found.map(|(_, bytes)| *bytes)
    }

    /// The answer with a file under a Content-Security-Policy, if there is such a file.
    pub fn find_answer(self, path: &str, policy: &'static str) -> Option<Response> {
        let bytes = self.find(path)?;
        // Names under /assets/ hold a hash of their content.
        let keep = if path.starts_with("/assets/") {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let fields = [
            (CONTENT_TYPE, media_type(path)),
            (CACHE_CONTROL, keep),
            (CONTENT_SECURITY_POLICY, policy),
            (REFERRER_POLICY, "no-referrer"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        let fields = fields.map(|(name, value)| (name, HeaderValue::from_static(value)));
        Some((fields, bytes).into_response())
    }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        Some(_) | None => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TINY: Site = Site(&[("/index.html", b"<p>"), ("/assets/a-x.js", b"1")]);

    #[test]
    fn what_is_no_file_is_not_found() {
        for path in ["", "/", "/../Cargo.toml", "/assets/", "//index.html"] {
            assert!(TINY.find(path).is_none(), "{path}");
            assert!(APP.find(path).is_none(), "{path}");
            assert!(VALIDATOR.find(path).is_none(), "{path}");
        }
    }

    #[test]
    fn files_have_their_media_types() {
        let check = |path, expected| assert_eq!(media_type(path), expected, "{path}");
        check("/index.html", "text/html; charset=utf-8");
        check("/sw.js", "text/javascript; charset=utf-8");
        check("/assets/index-x.css", "text/css; charset=utf-8");
        check("/assets/reader-x.wasm", "application/wasm");
        check("/icon.svg", "image/svg+xml");
        check("/manifest.webmanifest", "application/manifest+json");
        check("/strange", "application/octet-stream");
    }

    #[test]
    fn every_file_comes_with_its_policy() {
        let response = TINY.find_answer("/assets/a-x.js", "default-src 'none'");
        let response = response.expect("a file");
        let policy = response.headers().get(CONTENT_SECURITY_POLICY);
        assert_eq!(
            policy,
            Some(&HeaderValue::from_static("default-src 'none'"))
        );
        assert!(TINY.find_answer("/assets/b.js", "").is_none());
    }
}
