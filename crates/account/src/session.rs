//! What a rider is signed in with, as far as it helps to tell sessions apart.

/// A kind of machine, by what its browser says of itself. Coarse on purpose: it tells a rider which
/// session is the lost phone's, and nobody anything more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Client {
    /// Not known.
    Other,
    /// A phone or tablet with Android or HarmonyOS.
    Android,
    /// An iPhone.
    Iphone,
    /// An iPad.
    Ipad,
    /// A computer with Windows.
    Windows,
    /// A Mac.
    Mac,
    /// A computer with Linux.
    Linux,
}

impl Client {
    /// The kind a `User-Agent` names (RFC 9110, section 10.1.5); the first that fits.
    pub fn of(user_agent: &str) -> Self {
        let names = |words: &[&str]| words.iter().any(|word| user_agent.contains(word));
        if names(&["iPhone"]) {
            return Self::Iphone;
        }
        if names(&["iPad"]) {
            return Self::Ipad;
        }
        // Both name Linux too.
        if names(&["Android", "HarmonyOS", "OpenHarmony"]) {
            return Self::Android;
        }
        if names(&["Windows"]) {
            return Self::Windows;
        }
        if names(&["Macintosh"]) {
            return Self::Mac;
        }
        if names(&["Linux"]) {
            return Self::Linux;
        }
        Self::Other
    }

    /// The word for it in interfaces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Android => "android",
            Self::Iphone => "iphone",
            Self::Ipad => "ipad",
            Self::Windows => "windows",
            Self::Mac => "mac",
            Self::Linux => "linux",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_name_their_machines() {
        let check = |user_agent, expected| assert_eq!(Client::of(user_agent), expected);
        check("", Client::Other);
        check("curl/8.5", Client::Other);
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)",
            Client::Iphone,
        );
        check(
            "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X)",
            Client::Ipad,
        );
        check("Mozilla/5.0 (Linux; Android 15; Pixel 9)", Client::Android);
        check("Mozilla/5.0 (Phone; OpenHarmony 5.0)", Client::Android);
        check("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", Client::Windows);
        check(
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)",
            Client::Mac,
        );
        check("Mozilla/5.0 (X11; Linux x86_64)", Client::Linux);
    }
}
