//! Making a code as a phone would show it, with made-up parts where none are given.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use ridecode_codec::crypto::portable::SecretKey;
use ridecode_codec::crypto::{Algorithm, Signer as _};
use ridecode_codec::key::{CompactProfile, IdProfile};
use ridecode_codec::{Services, compact, mot, read};
use ridecode_words::{CredentialId, IssuerId, ServiceDay, UnixSeconds};

use super::demo_keys::{Holder, demo_key};
use super::{fields, options, picture, trust};

/// Options of `make`.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// How the code is laid out
    #[arg(long, value_enum)]
    scheme: SchemeName,
    /// Algorithms of a compact code; mot codes are always SM2
    #[arg(long, value_enum, default_value_t = ProfileName::Es256)]
    profile: ProfileName,
    /// When the phone makes it [default: now]
    #[arg(long, value_name = "TIME", value_parser = options::time)]
    at: Option<UnixSeconds>,
    /// How long the credential lives from then, in minutes, 1 to 4320
    #[arg(long, value_name = "MINUTES", default_value_t = 1_440)]
    lifetime_min: u32,
    /// How long a mot code says it is fresh, in seconds, 1 to 1200
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    valid_for_s: u16,
    /// The most one ride may cost, in fen
    #[arg(long, value_name = "FEN", default_value_t = 2_000)]
    fare_ceiling_fen: u32,
    /// The issuer's rider category (mot: account type), 0 to 255
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    category: u8,
    /// The issuer: decimal in compact codes, eight hex digits in mot codes [default: 4401 or
    /// 99990101]
    #[arg(long, value_name = "NUMBER")]
    issuer: Option<String>,
    /// A secret key in a file, 32 bytes as hex; a made-up one where none is given
    #[arg(long, value_name = "FILE")]
    issuer_secret: Option<PathBuf>,
    /// The phone's secret key, likewise
    #[arg(long, value_name = "FILE")]
    device_secret: Option<PathBuf>,
    /// The root's secret key, likewise; mot only
    #[arg(long, value_name = "FILE")]
    root_secret: Option<PathBuf>,
    /// Write a QR picture
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// Side of a module of the picture, in pixels, 1 to 64
    #[arg(long, value_name = "PIXELS", default_value_t = 8)]
    module_px: usize,
    /// Print the text of a compact code
    #[arg(long)]
    text: bool,
    /// Print the code's bytes as hex
    #[arg(long)]
    hex: bool,
    /// Write the key that `ridecode code verify --root` needs
    #[arg(long, value_name = "FILE")]
    root_out: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum SchemeName {
    /// Ridecode's compact scheme R1: text, 204 bytes
    Compact,
    /// The Ministry of Transport code, JT/T 1179-2018: binary, 332 bytes
    Mot,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum ProfileName {
    /// ES256 by issuer and phone
    Es256,
    /// EdDSA by the issuer, ES256 by the phone
    Eddsa,
    /// SM2 by both
    Sm2,
}

const EXAMPLES: &str = "\
Made-up keys follow from published words: no validator trusts them. Without --text, --hex and --png
the code is printed, a compact one as text, a mot one as hex.

Examples:
  ridecode code make --scheme mot --png code.png --root-out root.hex
  ridecode code make --scheme compact --text --png code.png --root-out issuer.key
  ridecode code make --scheme compact --profile sm2 --at 2026-01-01T00:00:00Z --hex";

/// A code that was made.
struct Made {
    /// What a QR symbol carries: text of a compact code, bytes of a mot code.
    shown: Vec<u8>,
    /// The key to check it with, as a file holds it.
    root_line: String,
}

/// Makes a code.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let now = args.at.unwrap_or_else(crate::clock::now);
    if args.text && args.scheme == SchemeName::Mot {
        bail!("a mot code is binary and has no text; use --hex or --png");
    }
    let made = match args.scheme {
        SchemeName::Compact => make_compact(args, now)?,
        SchemeName::Mot => make_mot(args, now)?,
    };
    if let Some(path) = &args.png {
        options::write(path, &picture::draw(&made.shown, args.module_px)?)?;
    }
    match &args.root_out {
        Some(path) => options::write(path, format!("{}\n", made.root_line).as_bytes())?,
        None => anstream::eprintln!(
            "to verify it, save this line to a file and give that as --root:\n{}",
            made.root_line
        ),
    }
    let scan = read(&made.shown).context("the code just made")?;
    let nothing_asked = !args.text && !args.hex && args.png.is_none();
    if args.text || (nothing_asked && args.scheme == SchemeName::Compact) {
        anstream::println!("{}", compact::text(&scan.raw));
    }
    if args.hex || (nothing_asked && args.scheme == SchemeName::Mot) {
        anstream::println!("{}", hex::encode(&scan.raw));
    }
    anstream::eprintln!(
        "{} bytes, made {}, credential until {}",
        scan.raw.len(),
        fields::moment(scan.generated),
        fields::moment(scan.expires)
    );
    Ok(ExitCode::SUCCESS)
}

fn make_compact(args: &Args, now: UnixSeconds) -> anyhow::Result<Made> {
    let profile = match args.profile {
        ProfileName::Es256 => CompactProfile::Es256,
        ProfileName::Eddsa => CompactProfile::EdDsaEs256,
        ProfileName::Sm2 => CompactProfile::Sm2,
    };
    if args.root_secret.is_some() {
        bail!("--root-secret: compact codes have no root; give --issuer-secret");
    }
    let issuer = key(
        &args.issuer_secret,
        Holder::Issuer,
        profile.issuer_algorithm(),
    )?;
    let device = key(
        &args.device_secret,
        Holder::Device,
        profile.device_algorithm(),
    )?;
    let issuer_id = args.issuer.as_deref().unwrap_or("4401");
    let grant = compact::Grant {
        profile,
        issuer: IssuerId(
            issuer_id
                .parse()
                .context("--issuer: write a decimal number")?,
        ),
        key_id: 1,
        credential: CredentialId(*b"DEMO0001\0\0"),
        not_before: UnixSeconds(now.0 - now.0.rem_euclid(60)),
        lifetime_min: args.lifetime_min,
        services: Services::ALL,
        category: args.category,
        product: 0,
        fare_ceiling_minor: args.fare_ceiling_fen,
        device_key: device.public_key(),
    };
    let credential = compact::grant(&grant, &issuer)?;
    let text = compact::present(&credential, now, &device)
        .context("--at: a code is made between 1970 and 2106")?;
    Ok(Made {
        shown: text.into_bytes(),
        root_line: trust::key_line(&issuer.public_key()),
    })
}

fn make_mot(args: &Args, now: UnixSeconds) -> anyhow::Result<Made> {
    let root = key(&args.root_secret, Holder::Root, Algorithm::Sm2)?;
    let issuer = key(&args.issuer_secret, Holder::Issuer, Algorithm::Sm2)?;
    let device = key(&args.device_secret, Holder::Device, Algorithm::Sm2)?;
    let issuer_id = args.issuer.as_deref().unwrap_or("99990101");
    let issuer_id = u32::from_str_radix(issuer_id, 16)
        .map(IssuerId)
        .context("--issuer: write eight hex digits")?;
    let expires = now.plus_s(i64::from(args.lifetime_min) * 60);
    // The certificate lives five years beyond the code.
    let day = i32::try_from(expires.0.div_euclid(86_400)).unwrap_or(i32::MAX / 2);
    let (year, month, _) = ServiceDay(day).civil();
    let certificate = mot::CertificateGrant {
        root_index: DEMO_ROOT_INDEX,
        issuer: issuer_id,
        expires_year: u16::try_from(year.saturating_add(5)).unwrap_or(u16::MAX),
        expires_month: month,
        serial: 1,
        issuer_key: issuer.public_key(),
    };
    let profile = IdProfile::Default;
    let grant = mot::Grant {
        version: 0x80,
        certificate: mot::certify(&certificate, profile, &root)?,
        payment_account: *b"DEMOACCOUNT00001",
        card_account: CredentialId([0x99, 0x99, 0x01, 0x01, 0, 0, 0, 0, 0, 0x1f]),
        issuer: issuer_id,
        platform: 0x9999_0201,
        account_type: args.category,
        fare_ceiling_minor: args.fare_ceiling_fen,
        device_key: device.public_key(),
        expires,
        valid_for_s: args.valid_for_s,
        custom: Vec::new(),
        id_profile: profile,
    };
    let credential = mot::grant(&grant, &issuer)?;
    let shown = mot::present(&credential, profile, now, &device)
        .context("--at: a code is made between 1970 and 2106")?;
    let root_point = mot::root_point(&root.public_key()).context("the root key")?;
    Ok(Made {
        shown,
        root_line: hex::encode(root_point),
    })
}

/// A secret key from a file, or a made-up one.
fn key(file: &Option<PathBuf>, holder: Holder, algorithm: Algorithm) -> anyhow::Result<SecretKey> {
    let Some(path) = file else {
        return Ok(demo_key(holder, algorithm));
    };
    let text = String::from_utf8(options::small_file(path, 4_096)?)
        .ok()
        .context("a secret key is written as hex")?;
    let secret: [u8; 32] = options::hex_bytes(&text)?
        .try_into()
        .ok()
        .with_context(|| format!("{}: a secret key has 32 bytes", path.display()))?;
    SecretKey::new(algorithm, &secret)
        .with_context(|| format!("{}: not a secret key of {algorithm:?}", path.display()))
}

/// The root key index of made-up certificates.
const DEMO_ROOT_INDEX: u8 = 0x7e;

/// A `mot` code with every part made up, for tests.
#[cfg(test)]
pub(super) fn example_mot() -> Vec<u8> {
    #[derive(clap::Parser)]
    struct Wrapped {
        #[command(flatten)]
        args: Args,
    }
    let wrapped: Wrapped = clap::Parser::parse_from(["make", "--scheme", "mot"]);
    make_mot(&wrapped.args, UnixSeconds(1_767_225_600))
        .expect("the defaults fit")
        .shown
}
