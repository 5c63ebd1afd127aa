//! Checking and looking into a code.

use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use ridecode_codec::crypto::portable::Portable;
use ridecode_codec::key::KeyList;
use ridecode_codec::{ReadFault, Scan, Scheme, SignatureFault, Verifier, inner_signatures, read};
use ridecode_validator::bundle::IssuerRules;
use ridecode_validator::{Outcome, find_time_refusal};
use ridecode_words::UnixSeconds;

use super::source::Source;
use super::words::{Check, Language, failed_check};
use super::{fields, options, trust};

/// Options of `verify`.
#[derive(clap::Args, Debug)]
#[command(after_help = VERIFY_EXAMPLES)]
pub(super) struct VerifyArgs {
    /// The key that is trusted: for mot codes the root key, 64 bytes or a 0x21 record, as hex or
    /// binary; for compact codes the issuer key as es256:HEX, eddsa:HEX or sm2:HEX. Without it
    /// nothing proves who issued the code, and the result is a failure
    #[arg(long, value_name = "FILE")]
    root: Option<PathBuf>,
    #[command(flatten)]
    source: Source,
    /// The time to check for [default: now]
    #[arg(long, value_name = "TIME", value_parser = options::time)]
    at: Option<UnixSeconds>,
    /// How old a compact code may be, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    window_s: u32,
    /// The language of the answer
    #[arg(long, value_enum, default_value_t)]
    lang: Language,
}

/// Options of `inspect`.
#[derive(clap::Args, Debug)]
#[command(after_help = INSPECT_EXAMPLES)]
pub(super) struct InspectArgs {
    #[command(flatten)]
    source: Source,
    /// The language of the answer
    #[arg(long, value_enum, default_value_t)]
    lang: Language,
}

const VERIFY_EXAMPLES: &str = "\
Exits with 0 if everything holds, with 1 if a check fails, with 2 if the options are wrong.
A code may be made at most 20 seconds in the future, and claim at most 1200 seconds of validity.

Examples:
  ridecode code verify --root root.hex --png code.png
  zbarimg --raw -Sbinary code.png | ridecode code verify --root root.hex
  ridecode code verify --root issuer.key --text 'R1:...' --at 2026-01-01T00:01:00Z --lang zh";

const INSPECT_EXAMPLES: &str = "\
Examples:
  ridecode code inspect --png code.png
  ridecode code inspect --hex 8001492401... --lang zh";

/// Prints what a code says. Exits with 1 if it is no code.
pub(super) fn inspect(args: &InspectArgs) -> anyhow::Result<ExitCode> {
    let language = args.lang;
    match read(&args.source.bytes()?) {
        Ok(scan) => {
            fields::print(&scan, language);
            let not_checked = language.pick("No signature was checked.", "未校验任何签名。");
            anstream::println!("\n{not_checked}");
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => {
            report_unreadable(fault, language);
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Checks a code and prints every field and every check.
pub(super) fn verify(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    let language = args.lang;
    let trusted = args.root.as_deref().map(trust::trusted_key).transpose()?;
    let now = args.at.unwrap_or_else(crate::clock::now);
    let scan = match read(&args.source.bytes()?) {
        Ok(scan) => scan,
        Err(fault) => {
            report_unreadable(fault, language);
            return Ok(ExitCode::FAILURE);
        }
    };
    fields::print(&scan, language);
    anstream::println!(
        "\n{} {}",
        language.pick("Checked for", "校验时间"),
        fields::moment(now)
    );
    let profile = trust::id_profile(&scan);
    let rules = IssuerRules {
        acceptance_window_s: args.window_s,
        ..IssuerRules::default_for(scan.credential.issuer)
    };
    let (signatures, not_checked) = match trusted {
        Some(trusted) => {
            let keys = trust::key_list(trusted, &scan, profile);
            (find_signature_refusal(&scan, keys, now), None)
        }
        None => {
            let inner = inner_signatures(&Portable, &scan, profile);
            (find_inner_refusal(inner), Some(unproven(scan.scheme)))
        }
    };
    let refusal = signatures.or_else(|| find_time_refusal(&scan, &rules, now));
    let checks: Vec<Check> = checks(scan.scheme, trusted.is_some()).collect();
    report(&checks, not_checked, (refusal, language));
    if refusal.is_none() && not_checked.is_none() {
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}

fn find_signature_refusal(scan: &Scan, keys: KeyList, now: UnixSeconds) -> Option<Outcome> {
    let mut verifier = Verifier::new(Portable, keys, 0);
    verifier
        .verify(scan.clone(), now)
        .err()
        .map(|fault| match fault {
            SignatureFault::UnknownIssuer => Outcome::UnknownIssuer,
            SignatureFault::BadCertificate => Outcome::BadCertificate,
            SignatureFault::BadIssuerSignature => Outcome::BadIssuerSignature,
            SignatureFault::DeviceSignatureMissing => Outcome::DeviceSignatureMissing,
            SignatureFault::BadDeviceSignature => Outcome::BadDeviceSignature,
        })
}

/// What can be said without a trusted key.
fn find_inner_refusal(inner: ridecode_codec::InnerSignatures) -> Option<Outcome> {
    if inner.issuer == Some(false) {
        Some(Outcome::BadIssuerSignature)
    } else if inner.device.is_none() {
        Some(Outcome::DeviceSignatureMissing)
    } else if inner.device == Some(false) {
        Some(Outcome::BadDeviceSignature)
    } else {
        None
    }
}

/// The one check that cannot be made without a trusted key.
fn unproven(scheme: Scheme) -> Check {
    match scheme {
        Scheme::Mot => Check::Certificate,
        Scheme::Compact => Check::IssuerSignature,
    }
}

/// The checks a code of a scheme goes through. Whether its issuer is known is asked only where
/// someone is trusted.
fn checks(scheme: Scheme, trusted: bool) -> impl Iterator<Item = Check> {
    Check::ALL.into_iter().filter(move |check| match check {
        Check::Issuer => trusted,
        Check::Certificate => scheme == Scheme::Mot,
        Check::Layout
        | Check::IssuerSignature
        | Check::DeviceSignature
        | Check::Validity
        | Check::Freshness => true,
    })
}

/// Prints that the bytes are no code that is known.
fn report_unreadable(fault: ReadFault, language: Language) {
    let outcome = match fault {
        ReadFault::Unreadable(why) => Outcome::Unreadable(why),
        ReadFault::Unsupported(family) => Outcome::UnsupportedScheme(family),
    };
    report(&[Check::Layout], None, (Some(outcome), language));
}

/// Prints each check up to the one that failed.
fn report(
    checks: &[Check],
    not_checked: Option<Check>,
    (refusal, language): (Option<Outcome>, Language),
) {
    let failed = refusal.and_then(|outcome| failed_check(outcome, language));
    for check in checks {
        let name = check.name(language);
        if let Some((at, why)) = &failed
            && at == check
        {
            let failed = language.pick("FAILED", "未通过");
            lamp('✗', AnsiColor::Red, &format!("{name}: {failed}, {why}"));
            return;
        }
        if not_checked == Some(*check) {
            let why = language.pick("NOT CHECKED, no --root was given", "未校验,未给出 --root");
            lamp('?', AnsiColor::Yellow, &format!("{name}: {why}"));
        } else {
            lamp('✓', AnsiColor::Green, name);
        }
    }
}

fn lamp(mark: char, color: AnsiColor, text: &str) {
    let style = Style::new().fg_color(Some(color.into()));
    anstream::println!("{style}{mark} {text}{style:#}");
}
