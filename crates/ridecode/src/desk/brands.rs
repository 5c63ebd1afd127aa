//! The brands file: operators, issuers, brands and acceptance, as data.

mod raw;

use anyhow::{Context as _, ensure};
use ridecode_codec::key::{CompactProfile, IdProfile};
use ridecode_office::Operator;
use ridecode_validator::bundle::{BrandRule, FlatFare, IssuerRules, ProgrammeRule};
use ridecode_words::{BrandId, IssuerId, OperatorId, Text, UnixSeconds};

use self::raw::RawFile;

/// A brands file that holds together.
#[derive(Debug)]
pub(super) struct BrandsFile {
    pub(super) version: u32,
    pub(super) operators: Vec<Operator>,
    pub(super) issuers: Vec<Issuer>,
    pub(super) brands: Vec<BrandPlan>,
    pub(super) programmes: Vec<(OperatorId, ProgrammeRule)>,
    pub(super) flat_fares: Vec<(OperatorId, FlatFare)>,
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
                self.check_operator(rule.operator)
                    .with_context(|| format!("brand {}: accepted", brand.id))?;
            }
        }
        for (operator, _) in &self.programmes {
            self.check_operator(*operator).context("programme")?;
        }
        for (operator, _) in &self.flat_fares {
            self.check_operator(*operator).context("flat_fare")?;
        }
        Ok(())
    }

    fn check_operator(&self, operator: OperatorId) -> anyhow::Result<()> {
        ensure!(
            self.operators.iter().any(|known| known.id == operator),
            "operator {operator} is named, which no [[operator]] has"
        );
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

    #[test]
    fn programmes_fares_and_ceilings_of_a_file_reach_the_desk() {
        let read_with = |rest: &str| {
            let text = EMBEDDED
                .replacen("keys_expire", "liability_max_minor = 9\nkeys_expire", 1)
                .replacen(
                    "operator = 2,",
                    "operator = 2, fare_ceiling_minor = 300,",
                    1,
                );
            read(&format!("{text}\n{rest}"), "brands.toml")
        };
        let rest = "[[programme]]\noperator = 2\nmode = \"bus\"\nlines = [\"8\"]\n\
                    phase = \"advisory\"\n\
                    [[flat_fare]]\noperator = 3\nmode = \"bus\"\nfare_minor = 200\n";
        let file = read_with(rest).expect("the file is right");
        assert_eq!(file.issuers[0].rules.liability_max_minor, Some(9));
        assert_eq!(file.issuers[1].rules.liability_max_minor, None);
        assert_eq!(file.brands[0].accepted[0].fare_ceiling_minor, Some(300));
        let (operator, rule) = &file.programmes[0];
        assert_eq!((operator.0, rule.phase.word()), (2, "advisory"));
        assert_eq!(rule.on.lines.len(), 1);
        let (operator, fare) = &file.flat_fares[0];
        assert_eq!((operator.0, fare.fare_minor), (3, 200));
        let refused = |from: &str, to: &str, expected: &str| {
            let fault = read_with(&rest.replacen(from, to, 1)).expect_err("it is wrong");
            let shown = format!("{fault:#}");
            assert!(shown.contains(expected), "{shown:?}");
        };
        refused("operator = 2", "operator = 9", "programme: operator 9");
        refused("operator = 3", "operator = 9", "flat_fare: operator 9");
        refused("\"bus\"", "\"train\"", "metro");
        refused("advisory", "soon", "advisory");
    }

    const EMBEDDED: &str = super::super::EMBEDDED;
}
