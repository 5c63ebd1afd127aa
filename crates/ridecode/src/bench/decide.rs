//! A validator's decision, from the bytes of a code to the result, beside the cost of the signature
//! checks in it alone.
//!
//! Both sides of a ratio take short turns within one run, so that whatever else the machine does
//! falls on both. It only ever adds time: the figure is the lower quartile of the turns. Codes are
//! those of many riders, as at a gate.

use std::ops::Range;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use ridecode_codec::crypto::native::{Native, SecretKey};
use ridecode_codec::crypto::{Algorithm, Crypto as _, Signature, Signer, Sm2Id};
use ridecode_codec::key::{CompactProfile, IdProfile, IssuerKey, KeyList, MotIssuer, RootKey};
use ridecode_codec::{Services, compact, mot, read};
use ridecode_validator::bundle::{BrandRule, Bundle, DenyEntry};
use ridecode_validator::journal::{Entry, Event};
use ridecode_validator::{
    Clock, ClockTrust, DenyList, DenyReason, Outcome, Passage, Place, State, decide,
};
use ridecode_words::{
    BrandId, CredentialId, CredentialRef, IssuerId, Mode, OperatorId, UnixSeconds,
};

use super::figure::{self, Goal};
use crate::clock::Stopwatch;

/// Options.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// How many turns each side of a ratio takes
    #[arg(long, value_name = "NUMBER", default_value_t = 400)]
    turns: usize,
    /// How many riders come by; each turn takes the next 20 of them
    #[arg(long, value_name = "NUMBER", default_value_t = 400)]
    riders: usize,
    /// Entries of the long deny list
    #[arg(
        long = "deny",
        alias = "denied",
        value_name = "NUMBER",
        default_value_t = 1_000_000
    )]
    denied: u32,
    /// Codes in the full replay store
    #[arg(
        long = "replay",
        alias = "replayed",
        value_name = "NUMBER",
        default_value_t = 100_000
    )]
    replayed: u32,
}

const EXAMPLES: &str = "\
Run a release build; a debug build measures the compiler.

  decide_es256, decide_sm2     a returning rider, beside one signature check
  decide_es256_new             a rider seen for the first time, beside two
  decide_full_lists            with a long deny list and a full replay store, beside empty ones

Example:
  cargo run --release --bin ridecode -- bench decide";

/// Runs it.
pub(super) fn run(args: Args) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(args.turns > 0, "--turns starts at 1");
    anyhow::ensure!(args.riders >= TURN, "--riders starts at {TURN}");
    anyhow::ensure!(
        args.denied <= 1_000_000,
        "--deny: a deny list has at most 1000000 entries"
    );
    let es256 = Gate::compact(args.riders)?;
    let sm2 = Gate::mot(args.riders)?;
    returning(&args, "decide_es256", &es256);
    returning(&args, "decide_sm2", &sm2);
    first_time(&args, &es256);
    full_lists(&args, &es256)?;
    Ok(ExitCode::SUCCESS)
}

/// A returning rider beside the phone's signature alone.
fn returning(args: &Args, name: &str, gate: &Gate) {
    let mut state = gate.state(gate.riders());
    gate.decide(&mut state, 0..gate.codes.len());
    let (decision, check) = side_by_side(
        args,
        |riders| gate.decide(&mut state, riders),
        |riders| check_all(&gate.device_checks[riders]),
    );
    figure::print(
        name,
        (decision, "us"),
        (Some(check), Goal::RatioAtMost(1.10)),
    );
}

/// A rider seen for the first time beside both signatures.
fn first_time(args: &Args, gate: &Gate) {
    let mut state = gate.state(0);
    let (decision, check) = side_by_side(
        args,
        |riders| gate.decide(&mut state, riders),
        |riders| {
            check_all(&gate.issuer_checks[riders.clone()]);
            check_all(&gate.device_checks[riders]);
        },
    );
    figure::print(
        "decide_es256_new",
        (decision, "us"),
        (Some(check), Goal::None),
    );
}

/// Long lists beside empty ones.
fn full_lists(args: &Args, gate: &Gate) -> anyhow::Result<()> {
    let mut empty = gate.state(gate.riders());
    let mut full = gate.state(gate.riders());
    let denied = (0..args.denied).map(|number| gate.denied(number));
    full.apply(Bundle {
        denied: DenyList::from_ascending(denied).context("numbers ascend")?,
        ..full.bundle().clone()
    });
    for number in 0..args.replayed {
        full.note(&gate.admitted(number)?);
    }
    anyhow::ensure!(
        full.replay().len() == args.replayed as usize,
        "the replay store holds {} codes",
        full.replay().len()
    );
    gate.decide(&mut empty, 0..gate.codes.len());
    gate.decide(&mut full, 0..gate.codes.len());
    let (full, empty) = side_by_side(
        args,
        |riders| gate.decide(&mut full, riders),
        |riders| gate.decide(&mut empty, riders),
    );
    figure::print(
        "decide_full_lists",
        (full, "us"),
        (Some(empty), Goal::RatioAtMost(1.15)),
    );
    Ok(())
}

/// Microseconds a rider of two ways to deal with the riders of a turn.
fn side_by_side(
    args: &Args,
    mut one: impl FnMut(Range<usize>),
    mut other: impl FnMut(Range<usize>),
) -> (f64, f64) {
    let mut times = (Vec::new(), Vec::new());
    for turn in 0..args.turns {
        let first = turn * TURN % (args.riders - TURN + 1);
        let watch = Stopwatch::start();
        one(first..first + TURN);
        times.0.push(watch.elapsed());
        let watch = Stopwatch::start();
        other(first..first + TURN);
        times.1.push(watch.elapsed());
    }
    let lower_quartile = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 4].as_secs_f64() * 1e6 / TURN as f64
    };
    (lower_quartile(&mut times.0), lower_quartile(&mut times.1))
}

/// A gate with its riders: their codes, and the same signatures ready to be checked alone.
struct Gate {
    issuer: IssuerId,
    keys: KeyList,
    codes: Vec<Vec<u8>>,
    issuer_checks: Vec<Check>,
    device_checks: Vec<Check>,
}

/// A signature with everything its check needs.
struct Check {
    key: <Native as ridecode_codec::crypto::Crypto>::Key,
    message: Vec<u8>,
    signature: Signature,
}

impl Check {
    /// A signature of the signer's over as many bytes as the code has signed.
    fn new(signer: &dyn Signer, length: usize) -> anyhow::Result<Self> {
        let message = vec![0x5a; length];
        Ok(Self {
            key: Native
                .parse_key(&signer.public_key())
                .context("a key of ours")?,
            signature: signer.sign(Sm2Id::DEFAULT, &message),
            message,
        })
    }
}

impl Gate {
    /// Riders with compact codes, ES256 by issuer and phone.
    fn compact(riders: usize) -> anyhow::Result<Self> {
        let issuer = secret(Algorithm::Es256, 0)?;
        let mut gate = Self::new(IssuerId(4401), riders);
        gate.keys.issuer_keys.push(IssuerKey {
            issuer: gate.issuer,
            key_id: 1,
            profile: CompactProfile::Es256,
            key: issuer.public_key(),
            expires: UnixSeconds(i64::MAX),
        });
        for rider in 1..=u32::try_from(riders)? {
            let device = secret(Algorithm::Es256, rider)?;
            let credential = compact::grant(
                &compact::Grant {
                    profile: CompactProfile::Es256,
                    issuer: gate.issuer,
                    key_id: 1,
                    credential: pseudonym(rider),
                    not_before: NOW,
                    lifetime_min: 60,
                    services: Services::ALL,
                    category: 0,
                    product: 0,
                    fare_ceiling_minor: 2_000,
                    device_key: device.public_key(),
                },
                &issuer,
            )?;
            let code = compact::present(&credential, NOW, &device).context("a credential")?;
            gate.codes.push(code.into_bytes());
            gate.issuer_checks.push(Check::new(&issuer, 100)?);
            gate.device_checks.push(Check::new(&device, 180)?);
        }
        Ok(gate)
    }

    /// Riders with three-level codes, SM2 throughout.
    fn mot(riders: usize) -> anyhow::Result<Self> {
        let (root, issuer) = (
            secret(Algorithm::Sm2, u32::MAX)?,
            secret(Algorithm::Sm2, 0)?,
        );
        let mut gate = Self::new(IssuerId(0x9999_0101), riders);
        let profile = IdProfile::Default;
        gate.keys.root_keys.push(RootKey {
            index: 1,
            key: root.public_key(),
            expires: UnixSeconds(i64::MAX),
        });
        gate.keys.mot_issuers.push(MotIssuer {
            issuer: gate.issuer,
            certificate_issuer: gate.issuer,
            id_profile: profile,
        });
        let certificate = mot::CertificateGrant {
            root_index: 1,
            issuer: gate.issuer,
            expires_year: 2099,
            expires_month: 12,
            serial: 1,
            issuer_key: issuer.public_key(),
        };
        let certificate = mot::certify(&certificate, profile, &root)?;
        for rider in 1..=u32::try_from(riders)? {
            let device = secret(Algorithm::Sm2, rider)?;
            let credential = mot::grant(
                &mot::Grant {
                    version: 0x80,
                    certificate,
                    payment_account: *b"BENCH00000000001",
                    card_account: pseudonym(rider),
                    issuer: gate.issuer,
                    platform: 0,
                    account_type: 0,
                    fare_ceiling_minor: 2_000,
                    device_key: device.public_key(),
                    expires: NOW.plus_s(3_600),
                    valid_for_s: 600,
                    custom: Vec::new(),
                    id_profile: profile,
                },
                &issuer,
            )?;
            let code = mot::present(&credential, profile, NOW, &device).context("a credential")?;
            gate.codes.push(code);
            gate.device_checks.push(Check::new(&device, 267)?);
        }
        Ok(gate)
    }

    fn new(issuer: IssuerId, riders: usize) -> Self {
        Self {
            issuer,
            keys: KeyList::default(),
            codes: Vec::with_capacity(riders),
            issuer_checks: Vec::new(),
            device_checks: Vec::new(),
        }
    }

    fn riders(&self) -> usize {
        // Room to spare, so that no set of the memory overflows.
        self.codes.len() * 4
    }

    /// A validator in front of which nothing has happened.
    fn state(&self, credentials_max: usize) -> State<Native> {
        let mut bundle = Bundle::new(1, OPERATOR, NOW);
        bundle.keys = self.keys.clone();
        bundle.brands.push(BrandRule {
            brand: BrandId(1),
            issuer: self.issuer,
            product: None,
            operator: OPERATOR,
            modes: vec![Mode::Bus],
            lines: Vec::new(),
            fare_ceiling_minor: None,
        });
        State::new(bundle, Native, credentials_max)
    }

    fn decide(&self, state: &mut State<Native>, riders: Range<usize>) {
        let clock = Clock {
            now: NOW.plus_s(10),
            trust: ClockTrust::Synced,
        };
        let place = place();
        for code in &self.codes[riders] {
            let decision = decide(code, &place, state, clock);
            assert_eq!(
                decision.outcome,
                Outcome::Admit,
                "every code of the bench is good"
            );
        }
    }

    /// A denied credential that none of the riders has, in ascending order of numbers.
    fn denied(&self, number: u32) -> DenyEntry {
        DenyEntry {
            credential: CredentialRef {
                issuer: self.issuer,
                credential: stranger(number),
            },
            reason: DenyReason::Overdue,
        }
    }

    /// A journal entry that admitted a code of someone else a moment ago.
    fn admitted(&self, number: u32) -> anyhow::Result<Entry> {
        let mut code = read(&self.codes[0]).context("a code of ours")?.raw;
        // Level 1 starts at byte 3 with array, profile, issuer, key id and a head of one byte.
        code[10..18].copy_from_slice(&stranger(number).0[..8]);
        Ok(Entry {
            sequence: u64::from(number) + 1,
            time: NOW,
            trust: ClockTrust::Synced,
            place: place(),
            event: Event::Decided {
                code,
                outcome: Outcome::Admit,
            },
            bundle_version: 1,
        })
    }
}

fn check_all(checks: &[Check]) {
    for check in checks {
        let id = Sm2Id::DEFAULT;
        let holds = Native.verify(&check.key, id, &check.message, &check.signature);
        assert!(holds, "every signature of the bench is good");
    }
}

/// Where they come by.
pub(super) fn place() -> Place {
    Place {
        fare_minor: Some(200),
        ..Place::new(OPERATOR, Mode::Bus, Passage::Single)
    }
}

/// A made-up secret of a rider.
pub(super) fn secret(algorithm: Algorithm, rider: u32) -> anyhow::Result<SecretKey> {
    let mut bytes = [0x42; 32];
    bytes[..4].copy_from_slice(&rider.to_be_bytes());
    bytes[0] >>= 1;
    SecretKey::new(algorithm, &bytes).context("a made-up secret is in range")
}

/// Spread over the whole range, as random pseudonyms are.
pub(super) fn pseudonym(rider: u32) -> CredentialId {
    let mut id = [0; 10];
    id[..4].copy_from_slice(&rider.wrapping_mul(0x9e37_79b1).to_be_bytes());
    id[7] = 1;
    CredentialId(id)
}

/// Never a rider's: theirs end in 1. Ascending with the number, and spread over the range up to a
/// million of them.
pub(super) fn stranger(number: u32) -> CredentialId {
    let mut id = [0; 10];
    id[..8].copy_from_slice(&(u64::from(number) << 44 | 2).to_be_bytes());
    CredentialId(id)
}

/// How many riders come by in a turn: short enough to be seldom interrupted.
const TURN: usize = 20;

pub(super) const OPERATOR: OperatorId = OperatorId(2);

/// 2026-01-01T00:00:00Z.
const NOW: UnixSeconds = UnixSeconds(1_767_225_600);
