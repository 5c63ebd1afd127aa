//! The brands file: operators, issuers, brands and acceptance, as data.

mod raw;

use anyhow::{Context as _, ensure};
use ridecode_codec::key::{CompactProfile, IdProfile};
use ridecode_office::Operator;
use ridecode_validator::bundle::{BrandRule, IssuerRules};
use ridecode_words::{BrandId, IssuerId, Text, UnixSeconds};

use self::raw::RawFile;

/// A brands file that holds together.
#[derive(Debug)]
pub(super) struct BrandsFile {
    pub(super) version: u32,
    pub(super) operators: Vec<Operator>,
    pub(super) issuers: Vec<Issuer>,
    pub(super) brands: Vec<BrandPlan>,
}

/// An issuer's settings.
#[derive(Debug)]
pub(super) struct Issuer {
    pub(super) rules: IssuerRules,
    /// Last month its keys are good for.
    pub(super) keys_expire: (u16, u8),
    /// The end of that month, UTC.
    pub(super) expires: UnixSeconds,
}

/// A brand without its keys.
#[derive(Debug)]
pub(super) struct BrandPlan {
    pub(super) id: BrandId,
    pub(super) name: Text,
    pub(super) city: Text,
    pub(super) issuer: IssuerId,
    pub(super) kind: BrandKind,
    pub(super) accepted: Vec<BrandRule>,
}

/// What its scheme needs.
#[derive(Clone, Copy, Debug)]
pub(super) enum BrandKind {
    Compact(CompactPlan),
    Mot(MotPlan),
}

/// A brand of the compact scheme.
#[derive(Clone, Copy, Debug)]
pub(super) struct CompactPlan {
    pub(super) profile: CompactProfile,
    pub(super) key_id: u32,
    pub(super) product: u32,
}

/// A brand of the `mot` scheme.
#[derive(Clone, Copy, Debug)]
pub(super) struct MotPlan {
    pub(super) platform: u32,
    pub(super) root_index: u8,
    pub(super) serial: u32,
    pub(super) id_profile: IdProfile,
}

impl BrandKind {
    /// Key id; 0 in `mot`, which has none.
    pub(super) fn key_id(&self) -> u32 {
        match self {
            Self::Compact(plan) => plan.key_id,
            Self::Mot(_) => 0,
        }
    }

    /// Signature pair; SM2 in `mot`, which knows nothing else.
    pub(super) fn profile(&self) -> CompactProfile {
        match self {
            Self::Compact(plan) => plan.profile,
            Self::Mot(_) => CompactProfile::Sm2,
        }
    }

    /// How SM2 identities are chosen.
    pub(super) fn id_profile(&self) -> IdProfile {
        match self {
            Self::Compact(_) => IdProfile::Default,
            Self::Mot(plan) => plan.id_profile,
        }
    }
}

/// Reads a brands file; `name` stands in errors.
pub(super) fn read(text: &str, name: &str) -> anyhow::Result<BrandsFile> {
    let raw: RawFile = toml::from_str(text).with_context(|| format!("{name} is not right"))?;
    raw.refine().with_context(|| format!("{name} is not right"))
}

impl BrandsFile {
    /// The settings of an issuer that some brand names.
    pub(super) fn issuer(&self, issuer: IssuerId) -> anyhow::Result<&Issuer> {
        self.issuers
            .iter()
            .find(|known| known.rules.issuer == issuer)
            .with_context(|| format!("there is no [[issuer]] with the id 0x{issuer}; add one"))
    }

    fn check(&self) -> anyhow::Result<()> {
        for brand in &self.brands {
            self.issuer(brand.issuer)
                .with_context(|| format!("brand {}", brand.id))?;
            for rule in &brand.accepted {
                ensure!(
                    self.operators.iter().any(|known| known.id == rule.operator),
                    "brand {}: accepted names operator {}, which no [[operator]] has",
                    brand.id,
                    rule.operator
                );
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ridecode_words::Mode;

    use super::*;

    fn check(from: &str, to: &str, expected: &str) {
        let text = EMBEDDED.replacen(from, to, 1);
        assert_ne!(text, EMBEDDED, "{from:?} is not in the file");
        let fault = read(&text, "brands.toml").expect_err("the file is wrong");
        let shown = format!("{fault:#}");
        assert!(shown.contains(expected), "{shown:?}");
    }

    #[test]
    fn a_wrong_file_says_where_and_what_to_write() {
        check("version = 1", "version = \"one\"", "version");
        check("version = 1", "version = 1\ncolour = 1", "colour");
        check("issuer = 4401", "issuer = 4402", "0x00001132");
        check("operator = 3", "operator = 9", "operator 9");
        check("\"bus\", \"brt\"", "\"bus\", \"train\"", "metro");
        check("[\"bus\", \"brt\"]", "[]", "modes is empty");
        check("\"2036-11\"", "\"2036-13\"", "such as 2036-11");
        check("name = \"广州地铁\"", "name = \"\"", "1 to 255 bytes");
        check("id = 2\n", "id = 1\n", "operator 0x1 stands twice");
        check("compact = {", "#", "either compact");
    }

    #[test]
    fn the_embedded_file_is_todays_split() {
        let file = read(EMBEDDED, "brands.toml").expect("the embedded file is right");
        let accepted: Vec<(u32, u32, Vec<Mode>)> = file
            .brands
            .iter()
            .flat_map(|brand| &brand.accepted)
            .map(|rule| (rule.brand.0, rule.operator.0, rule.modes.clone()))
            .collect();
        assert_eq!(
            accepted,
            [
                (1, 2, vec![Mode::Bus, Mode::Brt]),
                (2, 1, vec![Mode::Metro]),
                (2, 4, vec![Mode::Metro]),
                (3, 3, vec![Mode::Bus]),
            ]
        );
        assert_eq!(file.issuers[0].expires.to_string(), "2036-11-30T23:59:59Z");
    }

    const EMBEDDED: &str = super::super::EMBEDDED;
}
