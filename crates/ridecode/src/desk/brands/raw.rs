//! The brands file as it is written.

use std::collections::BTreeSet;

use anyhow::{Context as _, bail, ensure};
use ridecode_codec::key::{CompactProfile, IdProfile};
use ridecode_office::Operator;
use ridecode_validator::bundle::{BrandRule, FlatFare, IssuerRules, Lines, Phase, ProgrammeRule};
use ridecode_words::{BrandId, IssuerId, LineId, Mode, OperatorId, ServiceDay, Text, UnixSeconds};
use serde::Deserialize;

use super::{BrandKind, BrandPlan, BrandsFile, CompactPlan, Issuer, MotPlan};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    version: u32,
    operator: Vec<RawOperator>,
    issuer: Vec<RawIssuer>,
    brand: Vec<RawBrand>,
    #[serde(default)]
    programme: Vec<RawProgramme>,
    #[serde(default)]
    flat_fare: Vec<RawFlatFare>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOperator {
    id: u32,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawIssuer {
    id: u32,
    acceptance_window_s: u32,
    validity_max_s: u32,
    future_tolerance_s: u32,
    fare_ceiling_minor: u32,
    list_age_max_s: u32,
    liability_max_minor: Option<u32>,
    keys_expire: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBrand {
    id: u32,
    name: String,
    city: String,
    issuer: u32,
    accepted: Vec<RawAccepted>,
    compact: Option<RawCompact>,
    mot: Option<RawMot>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAccepted {
    operator: u32,
    modes: Vec<String>,
    #[serde(default)]
    lines: Vec<String>,
    fare_ceiling_minor: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProgramme {
    operator: u32,
    mode: String,
    #[serde(default)]
    lines: Vec<String>,
    phase: RawPhase,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawPhase {
    Off,
    Recorded,
    Advisory,
    Enforced,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFlatFare {
    operator: u32,
    mode: String,
    #[serde(default)]
    lines: Vec<String>,
    fare_minor: u32,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCompact {
    profile: RawProfile,
    key_id: u32,
    product: u32,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawProfile {
    Es256,
    EddsaEs256,
    Sm2,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMot {
    platform: u32,
    root_index: u8,
    serial: u32,
    id_profile: RawIdProfile,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawIdProfile {
    Default,
    ShanghaiLocal,
}

impl RawFile {
    pub(super) fn refine(self) -> anyhow::Result<BrandsFile> {
        let operators = self
            .operator
            .into_iter()
            .map(RawOperator::refine)
            .collect::<anyhow::Result<Vec<_>>>()?;
        let issuers = self
            .issuer
            .into_iter()
            .map(RawIssuer::refine)
            .collect::<anyhow::Result<Vec<_>>>()?;
        let brands = self
            .brand
            .into_iter()
            .map(RawBrand::refine)
            .collect::<anyhow::Result<Vec<_>>>()?;
        each_once("operator", operators.iter().map(|operator| operator.id.0))?;
        each_once("issuer", issuers.iter().map(|issuer| issuer.rules.issuer.0))?;
        each_once("brand", brands.iter().map(|brand| brand.id.0))?;
        let programmes = self.programme.into_iter().map(RawProgramme::refine);
        let flat_fares = self.flat_fare.into_iter().map(RawFlatFare::refine);
        let file = BrandsFile {
            version: self.version,
            operators,
            issuers,
            brands,
            programmes: programmes.collect::<anyhow::Result<_>>()?,
            flat_fares: flat_fares.collect::<anyhow::Result<_>>()?,
        };
        file.check()?;
        Ok(file)
    }
}

impl RawOperator {
    fn refine(self) -> anyhow::Result<Operator> {
        Ok(Operator {
            id: OperatorId(self.id),
            name: text(&self.name).with_context(|| format!("operator {}: name", self.id))?,
        })
    }
}

impl RawIssuer {
    fn refine(self) -> anyhow::Result<Issuer> {
        let (year, month) = month(&self.keys_expire).with_context(|| {
            format!(
                "issuer {:#x}: keys_expire is `{}`; write year and month, such as 2036-11",
                self.id, self.keys_expire
            )
        })?;
        Ok(Issuer {
            rules: IssuerRules {
                issuer: IssuerId(self.id),
                acceptance_window_s: self.acceptance_window_s,
                validity_max_s: self.validity_max_s,
                future_tolerance_s: self.future_tolerance_s,
                fare_ceiling_minor: self.fare_ceiling_minor,
                list_age_max_s: self.list_age_max_s,
                liability_max_minor: self.liability_max_minor,
            },
            keys_expire: (year, month),
            expires: end_of(year, month),
        })
    }
}

impl RawBrand {
    fn refine(self) -> anyhow::Result<BrandPlan> {
        let id = self.id;
        let (kind, product) = match (self.compact, self.mot) {
            (Some(compact), None) => (compact.refine(), Some(compact.product)),
            (None, Some(mot)) => (mot.refine(), Some(mot.platform)),
            (Some(_), Some(_)) | (None, None) => {
                bail!("brand {id}: write either compact = {{ … }} or mot = {{ … }}")
            }
        };
        let brand = (BrandId(id), IssuerId(self.issuer));
        let accepted = self
            .accepted
            .into_iter()
            .map(|accepted| accepted.refine(brand, product))
            .collect::<anyhow::Result<_>>()
            .with_context(|| format!("brand {id}: accepted"))?;
        Ok(BrandPlan {
            id: BrandId(id),
            name: text(&self.name).with_context(|| format!("brand {id}: name"))?,
            city: text(&self.city).with_context(|| format!("brand {id}: city"))?,
            issuer: IssuerId(self.issuer),
            kind,
            accepted,
        })
    }
}

impl RawAccepted {
    fn refine(
        self,
        (brand, issuer): (BrandId, IssuerId),
        product: Option<u32>,
    ) -> anyhow::Result<BrandRule> {
        let mut modes = self
            .modes
            .iter()
            .map(|word| mode(word))
            .collect::<anyhow::Result<Vec<_>>>()?;
        modes.sort_unstable();
        modes.dedup();
        ensure!(!modes.is_empty(), "modes is empty; name at least one");
        Ok(BrandRule {
            brand,
            issuer,
            product,
            operator: OperatorId(self.operator),
            modes,
            lines: lines(&self.lines)?,
            fare_ceiling_minor: self.fare_ceiling_minor,
        })
    }
}

impl RawProgramme {
    fn refine(self) -> anyhow::Result<(OperatorId, ProgrammeRule)> {
        let rule = ProgrammeRule {
            on: on(&self.mode, &self.lines).context("programme")?,
            phase: match self.phase {
                RawPhase::Off => Phase::Off,
                RawPhase::Recorded => Phase::Recorded,
                RawPhase::Advisory => Phase::Advisory,
                RawPhase::Enforced => Phase::Enforced,
            },
        };
        Ok((OperatorId(self.operator), rule))
    }
}

impl RawFlatFare {
    fn refine(self) -> anyhow::Result<(OperatorId, FlatFare)> {
        let fare = FlatFare {
            on: on(&self.mode, &self.lines).context("flat_fare")?,
            fare_minor: self.fare_minor,
        };
        Ok((OperatorId(self.operator), fare))
    }
}

impl RawCompact {
    fn refine(self) -> BrandKind {
        BrandKind::Compact(CompactPlan {
            profile: match self.profile {
                RawProfile::Es256 => CompactProfile::Es256,
                RawProfile::EddsaEs256 => CompactProfile::EdDsaEs256,
                RawProfile::Sm2 => CompactProfile::Sm2,
            },
            key_id: self.key_id,
            product: self.product,
        })
    }
}

impl RawMot {
    fn refine(self) -> BrandKind {
        BrandKind::Mot(MotPlan {
            platform: self.platform,
            root_index: self.root_index,
            serial: self.serial,
            id_profile: match self.id_profile {
                RawIdProfile::Default => IdProfile::Default,
                RawIdProfile::ShanghaiLocal => IdProfile::ShanghaiLocal,
            },
        })
    }
}

fn on(mode_word: &str, line_words: &[String]) -> anyhow::Result<Lines> {
    Ok(Lines {
        mode: mode(mode_word)?,
        lines: lines(line_words)?,
    })
}

fn mode(word: &str) -> anyhow::Result<Mode> {
    word.parse::<Mode>()
        .with_context(|| format!("mode `{word}`"))
}

fn lines(words: &[String]) -> anyhow::Result<Vec<LineId>> {
    let line = |word: &String| LineId::new(word).with_context(|| format!("line `{word}`"));
    words.iter().map(line).collect()
}

fn text(text: &str) -> anyhow::Result<Text> {
    Text::new(text).map_err(anyhow::Error::new)
}

fn month(text: &str) -> Option<(u16, u8)> {
    let (year, month) = text.split_once('-')?;
    let (year, month) = (year.parse().ok()?, month.parse().ok()?);
    ((2_000..=2_099).contains(&year) && (1..=12).contains(&month)).then_some((year, month))
}

/// The last second of a month, UTC.
fn end_of(year: u16, month: u8) -> UnixSeconds {
    let (year, month) = match month {
        12 => (i32::from(year) + 1, 1),
        _ => (i32::from(year), month + 1),
    };
    let next = ServiceDay::from_civil(year, month, 1);
    UnixSeconds(next.map_or(0, |day| i64::from(day.0) * 86_400 - 1))
}

fn each_once(what: &str, ids: impl Iterator<Item = u32>) -> anyhow::Result<()> {
    let mut seen = BTreeSet::new();
    for id in ids {
        ensure!(seen.insert(id), "the {what} {id:#x} stands twice");
    }
    Ok(())
}
