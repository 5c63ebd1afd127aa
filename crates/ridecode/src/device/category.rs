//! Words for rider categories: codes are the issuer's, so their words stand in the settings.

use anyhow::ensure;
use ridecode_words::CredentialRef;
use serde::Deserialize;

use crate::city::Sign;

/// A category as the settings name it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryWords {
    /// The issuer, as decisions write it; every issuer where it is left out.
    issuer: Option<String>,
    /// The code in the credential, 1 to 255. 0 is an ordinary rider everywhere.
    code: u8,
    /// 中文。
    zh: String,
    /// English.
    en: String,
}

impl CategoryWords {
    /// Refuses a code that has its word already.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        ensure!(
            self.code != 0,
            "category: code: write a number from 1 to 255; 0 is an ordinary rider everywhere"
        );
        Ok(())
    }
}

/// The word for a rider's category.
pub(super) fn category_word(words: &[CategoryWords], credential: &CredentialRef, code: u8) -> Sign {
    let issuer = credential.issuer.to_string();
    let named = words
        .iter()
        .find(|words| words.code == code && words.issuer.as_ref().is_none_or(|own| *own == issuer));
    let (zh, en) = match (named, code) {
        (Some(words), _) => (words.zh.clone(), words.en.clone()),
        (None, 0) => ("普通".to_owned(), "Ordinary".to_owned()),
        (None, code) => (format!("类别 {code}"), format!("Category {code}")),
    };
    Sign { zh, en }
}

#[cfg(test)]
mod tests {
    use ridecode_words::{CredentialId, IssuerId};

    use super::*;

    #[test]
    fn the_issuer_s_word_goes_before_everyone_s() {
        let words = |issuer: Option<&str>, zh: &str| CategoryWords {
            issuer: issuer.map(str::to_owned),
            code: 3,
            zh: zh.to_owned(),
            en: zh.to_owned(),
        };
        let own = IssuerId(7).to_string();
        let list = [words(Some(&own), "学生"), words(None, "长者")];
        let check = |issuer, code, expected: &str| {
            let credential = CredentialRef {
                issuer: IssuerId(issuer),
                credential: CredentialId([0; 10]),
            };
            assert_eq!(category_word(&list, &credential, code).zh, expected);
        };
        check(7, 3, "学生");
        check(8, 3, "长者");
        check(7, 0, "普通");
        check(7, 4, "类别 4");
    }
}
