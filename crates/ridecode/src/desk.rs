//! The desk: an issuer's brands and keys, kept in a folder.
//!
//! The brands file says who issues what and where it is accepted; the key file gives each brand
//! its signer. Together they make the office that every role works on. Private keys stay in the
//! signers: nothing here gives one back.

mod brands;
mod keys;
mod provider;

use std::sync::Arc;

use anyhow::Context as _;
use ridecode_codec::Scheme;
use ridecode_codec::crypto::Algorithm;
use ridecode_codec::key::{CompactProfile, IssuerKey, KeyList, MotIssuer, RootKey};
use ridecode_codec::mot::{Certificate, CertificateGrant, certify};
use ridecode_office::{Brand, Desk, Entropy, Office};
use ridecode_store::Store;
use ridecode_words::IssuerId;

use crate::city::{Cities, Plan};
use crate::config::Config;
use crate::database;

use brands::{BrandKind, BrandPlan, BrandsFile, CompactPlan, MotPlan};
use keys::{KeyFile, SharedSigner};

/// An office, and what the edge keeps beside it.
#[derive(Clone)]
pub struct Opened {
    /// The office.
    pub office: Office,
    /// Makes and checks one-time codes of validators. A secret.
    pub admission: Admission,
    /// Our Ed25519 public key, as the sandbox and the SMS gateway register it.
    pub merchant_key: [u8; 32],
    /// The plan of the lines, for people to look at.
    pub plan: Arc<Plan>,
}

/// The secret behind one-time codes that staff asks for.
#[derive(Clone)]
pub struct Admission(pub(crate) [u8; 32]);

/// Opens the office of a configuration: store, city, brands and keys, which are made on first
/// need.
pub fn open(config: &Config, entropy: &mut impl Entropy) -> anyhow::Result<Opened> {
    assemble(config, database::open, entropy)
}

/// The same for reading only, beside a program that works on the database. It must be there.
pub fn open_beside(config: &Config, entropy: &mut impl Entropy) -> anyhow::Result<Opened> {
    assemble(config, database::open_to_read, entropy)
}

fn assemble(
    config: &Config,
    store: impl FnOnce(&Config) -> anyhow::Result<Store>,
    entropy: &mut impl Entropy,
) -> anyhow::Result<Opened> {
    let file = brands_file(config)?;
    let mut keys = KeyFile::open(&config.folder)?;
    let messages = provider::messages(config, &mut keys, entropy)?;
    let merchant_key = messages.merchant_key();
    let provider = provider::open(config, (&mut keys, entropy))?;
    let admission = Admission(keys.secret("validator admission", entropy)?);
    let bundle_signer = keys.signer("bundle", Algorithm::EdDsa, entropy)?;
    let mut layout = Layout {
        file: &file,
        keys: &mut keys,
        entropy,
        list: KeyList::default(),
    };
    let brands = file
        .brands
        .iter()
        .map(|plan| layout.brand(plan))
        .collect::<anyhow::Result<_>>()?;
    let list = layout.list;
    keys.save()?;
    let desk = Desk {
        version: file.version,
        brands,
        operators: file.operators,
        keys: list,
        acceptance: file
            .brands
            .into_iter()
            .flat_map(|brand| brand.accepted)
            .collect(),
        issuers: file
            .issuers
            .into_iter()
            .map(|issuer| issuer.rules)
            .collect(),
        programmes: file.programmes,
        flat_fares: file.flat_fares,
        bundle_signer,
        provider: (config.provider.id, provider),
        messages,
    };
    let cities = Cities::load(config.city.as_deref())?;
    Ok(Opened {
        plan: Arc::new(cities.plan),
        office: Office {
            store: store(config)?,
            book: cities.book,
            desk: Arc::new(desk),
            policy: Arc::new(config.policy.clone()),
        },
        admission,
        merchant_key,
    })
}

fn brands_file(config: &Config) -> anyhow::Result<BrandsFile> {
    match &config.brands {
        None => brands::read(EMBEDDED, "the embedded data/brands.toml"),
        Some(path) => {
            let shown = path.display().to_string();
            let text = std::fs::read_to_string(path).with_context(|| {
                format!("the brands file {shown} cannot be read; check the setting desk.brands")
            })?;
            brands::read(&text, &shown)
        }
    }
}

/// A desk while its keys are laid out.
struct Layout<'a, E> {
    file: &'a BrandsFile,
    keys: &'a mut KeyFile,
    entropy: &'a mut E,
    list: KeyList,
}

impl<E: Entropy> Layout<'_, E> {
    fn brand(&mut self, plan: &BrandPlan) -> anyhow::Result<Brand> {
        let (scheme, product, certificate, signer) = match &plan.kind {
            BrandKind::Compact(compact) => {
                let signer = self.compact(plan.issuer, compact)?;
                (Scheme::Compact, compact.product, None, signer)
            }
            BrandKind::Mot(mot) => {
                let (certificate, signer) = self.mot(plan.issuer, mot)?;
                (Scheme::Mot, mot.platform, Some(certificate), signer)
            }
        };
        Ok(Brand {
            id: plan.id,
            name: plan.name.clone(),
            city: plan.city.clone(),
            issuer: plan.issuer,
            scheme,
            product,
            key_id: plan.kind.key_id(),
            profile: plan.kind.profile(),
            certificate,
            id_profile: plan.kind.id_profile(),
            signer,
        })
    }

    /// A compact issuer's signer, its key on the list.
    fn compact(&mut self, issuer: IssuerId, plan: &CompactPlan) -> anyhow::Result<SharedSigner> {
        let algorithm = match plan.profile {
            CompactProfile::Es256 => Algorithm::Es256,
            CompactProfile::EdDsaEs256 => Algorithm::EdDsa,
            CompactProfile::Sm2 => Algorithm::Sm2,
        };
        let name = format!("compact issuer {issuer} key {}", plan.key_id);
        let signer = self.keys.signer(&name, algorithm, self.entropy)?;
        let expires = self.file.issuer(issuer)?.expires;
        let held = |key: &IssuerKey| key.issuer == issuer && key.key_id == plan.key_id;
        if !self.list.issuer_keys.iter().any(held) {
            self.list.issuer_keys.push(IssuerKey {
                issuer,
                key_id: plan.key_id,
                profile: plan.profile,
                key: signer.public_key(),
                expires,
            });
        }
        Ok(signer)
    }

    /// A `mot` issuer's certificate and signer, root and issuer on the list.
    fn mot(
        &mut self,
        issuer: IssuerId,
        plan: &MotPlan,
    ) -> anyhow::Result<(Certificate, SharedSigner)> {
        let index = plan.root_index;
        let root = self.keys.signer(
            &format!("mot root {index:02x}"),
            Algorithm::Sm2,
            self.entropy,
        )?;
        let signer = self.keys.signer(
            &format!("mot issuer {issuer}"),
            Algorithm::Sm2,
            self.entropy,
        )?;
        let settings = self.file.issuer(issuer)?;
        let grant = CertificateGrant {
            root_index: index,
            issuer,
            expires_year: settings.keys_expire.0,
            expires_month: settings.keys_expire.1,
            serial: plan.serial,
            issuer_key: signer.public_key(),
        };
        let name = format!(
            "mot certificate {issuer} root {index:02x} serial {}",
            plan.serial
        );
        let certificate = self.keys.certificate(&name, || {
            let certificate = certify(&grant, plan.id_profile, root.as_ref())
                .with_context(|| format!("brands file: issuer 0x{issuer}"))?;
            Ok(certificate.0)
        })?;
        if !self.list.root_keys.iter().any(|known| known.index == index) {
            self.list.root_keys.push(RootKey {
                index,
                key: root.public_key(),
                expires: settings.expires,
            });
        }
        if !self
            .list
            .mot_issuers
            .iter()
            .any(|known| known.issuer == issuer)
        {
            self.list.mot_issuers.push(MotIssuer {
                issuer,
                certificate_issuer: issuer,
                id_profile: plan.id_profile,
            });
        }
        Ok((Certificate(certificate), signer))
    }
}

/// The brands of Guangzhou and Foshan.
/// The brands, operators and acceptance the program carries: data/brands.toml.
pub const EMBEDDED: &str = include_str!("../../../data/brands.toml");

#[cfg(test)]
mod tests;
