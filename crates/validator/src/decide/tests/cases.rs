//! One code for each way the ladder can end, and codes that could end at two.

use ridecode_codec::crypto::Signer as _;
use ridecode_codec::crypto::portable::SecretKey;
use ridecode_codec::key::IdProfile;
use ridecode_codec::{Family, Unreadable, mot};
use ridecode_words::{IssuerId, Mode};

use super::*;
use crate::bundle::{FlatFare, Lines, ProgrammeRule};
use crate::deny::DenyList;
use crate::testing::{COMPACT, MOT, compact_issuer, key, mot_issuer, phone};

/// A code, where and when it is shown, and what must come of it.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) code: Vec<u8>,
    pub(super) place: Place,
    pub(super) clock: Clock,
    /// Codes admitted here before, with the times of it.
    pub(super) before: Vec<(Vec<u8>, UnixSeconds)>,
    pub(super) outcome: Outcome,
}

impl Case {
    fn new(name: &'static str, code: Vec<u8>, outcome: Outcome) -> Self {
        Self {
            name,
            code,
            place: gate(),
            clock: at(0),
            before: Vec::new(),
            outcome,
        }
    }

    /// Shown so many seconds after the epoch of the tests.
    fn shown_at(mut self, seconds: i64) -> Self {
        self.clock.now = NOW.plus_s(seconds);
        self
    }

    fn by_clock(mut self, trust: ClockTrust) -> Self {
        self.clock.trust = trust;
        self
    }

    fn on_a_bus(mut self) -> Self {
        self.place.mode = Mode::Bus;
        self
    }

    /// On a line with rules of its own, where one tap is the whole ride.
    fn on_line(mut self, mode: Mode, line: &str) -> Self {
        self.place.mode = mode;
        self.place.line = LineId::new(line).ok();
        self.place.passage = Passage::Single;
        self
    }

    /// After riders 2 and 3 were let in, whom nobody told the back office of.
    fn after_two_others(mut self) -> Self {
        self.before = [2, 3].map(|rider| (compact_code(rider, NOW), NOW)).to_vec();
        self
    }

    fn at_fare(mut self, fare_minor: u32) -> Self {
        self.place.fare_minor = Some(fare_minor);
        self
    }

    /// After rider 1's code of that epoch was admitted.
    fn after_a_ride(mut self) -> Self {
        self.before = vec![(compact_code(1, NOW), NOW)];
        self
    }
}

/// The bundle all cases are decided with: four riders denied, made most of a day ago, an issuer that
/// answers for 33.00, and lines of the BRT with phases and flat fares of their own.
pub(super) fn case_bundle() -> Bundle {
    let mut bundle = bundle();
    bundle.made = NOW.plus_s(-80_000);
    let denied = DenyReason::ALL.map(|reason| DenyEntry {
        credential: compact_credential(denied_rider(reason)),
        reason,
    });
    bundle.denied = DenyList::from_ascending(denied).expect("in order");
    // Two rides of 15.00 and 3.00 more.
    let mut rules = IssuerRules::default_for(COMPACT);
    rules.liability_max_minor = Some(3_300);
    bundle.issuers = vec![rules];
    let on = |line| Lines {
        mode: Mode::Brt,
        lines: vec![LineId::new(line).expect("an id")],
    };
    let mut on_brt = bundle.brands[0].clone();
    on_brt.modes = vec![Mode::Brt];
    on_brt.fare_ceiling_minor = Some(400);
    bundle.brands.push(on_brt);
    bundle.programmes = [("trial", Phase::Advisory), ("strict", Phase::Enforced)]
        .map(|(line, phase)| ProgrammeRule {
            on: on(line),
            phase,
        })
        .to_vec();
    bundle.flat_fares = [("B1", 300), ("B2", 401), ("B3", 301)]
        .map(|(line, fare_minor)| FlatFare {
            on: on(line),
            fare_minor,
        })
        .to_vec();
    bundle
}

/// Every case, in the order of the ladder.
pub(super) fn all() -> Vec<Case> {
    let parts = [
        unreadable(),
        unsupported(),
        unproven(),
        untimely(),
        unwelcome(),
        untrusted(),
        welcome(),
        two_faults(),
    ];
    parts.into_iter().flatten().collect()
}

fn unreadable() -> Vec<Case> {
    let case = |name, code, why| Case::new(name, code, Outcome::Unreadable(why));
    let mut short = mot_code_of(&mot_grant(1), 1, NOW);
    short.pop();
    let mut odd_field = mot_code_of(&mot_grant(1), 1, NOW);
    odd_field[120] = 0x07;
    let converted = "€\u{fffd}I$\u{01}\u{fffd}".as_bytes().to_vec();
    let mut not_base45 = compact_code(1, NOW);
    not_base45[10] = b'?';
    let field = Unreadable::Malformed("payment account");
    vec![
        case("nothing at all", vec![], Unreadable::Empty),
        case("longer than any code", vec![b'A'; 901], Unreadable::TooLong),
        case(
            "some other text",
            b"HELLO".to_vec(),
            Unreadable::UnknownKind,
        ),
        case("not base45", not_base45, Unreadable::NotBase45),
        case("cut off by a byte", short, Unreadable::WrongLength),
        case("a control byte in the payment account", odd_field, field),
        case(
            "taken for text on the way",
            converted,
            Unreadable::AlteredByTextConversion,
        ),
    ]
}

fn unsupported() -> Vec<Case> {
    let case = |name, code: &[u8], family| {
        Case::new(name, code.to_vec(), Outcome::UnsupportedScheme(family))
    };
    vec![
        case("a Tencent code", b"TX0123456789", Family::Tencent),
        case("a UnionPay code", b"6212345678901234567", Family::UnionPay),
        case(
            "a health certificate",
            b"HC1:NCFOXN",
            Family::HealthCertificate,
        ),
    ]
}

/// What signatures are for.
fn unproven() -> Vec<Case> {
    let stranger = compact::Grant {
        issuer: IssuerId(4402),
        ..compact_grant(1)
    };
    let forged_certificate = mot::Grant {
        certificate: certificate_by(&key(Algorithm::Sm2, 9)),
        ..mot_grant(1)
    };
    let credential = compact::grant(&compact_grant(1), &key(Algorithm::Es256, 9)).unwrap();
    let forged = compact::present(&credential, NOW, &phone(Algorithm::Es256, 1)).unwrap();
    let credential = compact::grant(&compact_grant(1), &compact_issuer()).unwrap();
    // The issuer's half, then two empty byte strings.
    let copy = [&[0x84], credential.as_slice(), &[0x40, 0x40]].concat();
    let mut moved_in_time = mot_code_of(&mot_grant(1), 1, NOW);
    let last_byte_of_time = moved_in_time.len() - 66;
    moved_in_time[last_byte_of_time] ^= 1;
    vec![
        Case::new(
            "an issuer not on the list",
            compact_code_of(&stranger, 1, NOW),
            Outcome::UnknownIssuer,
        ),
        Case::new(
            "a certificate by another root",
            mot_code_of(&forged_certificate, 1, NOW),
            Outcome::BadCertificate,
        ),
        Case::new(
            "a credential the issuer did not sign",
            forged.into_bytes(),
            Outcome::BadIssuerSignature,
        ),
        Case::new(
            "a credential without the phone's half",
            compact::text(&copy).into_bytes(),
            Outcome::DeviceSignatureMissing,
        ),
        Case::new(
            "a credential on another phone",
            compact_code_of(&compact_grant(1), 2, NOW),
            Outcome::BadDeviceSignature,
        ),
        Case::new(
            "a code moved by a second",
            moved_in_time,
            Outcome::BadDeviceSignature,
        ),
    ]
}

fn untimely() -> Vec<Case> {
    let now = |seconds| compact_code(1, NOW.plus_s(seconds));
    let mot = mot_code_of(&mot_grant(1), 1, NOW);
    vec![
        Case::new("a credential too early", now(0), Outcome::NotYetValid).shown_at(-21),
        Case::new(
            "a code older than its credential",
            now(-1),
            Outcome::NotYetValid,
        ),
        Case::new("a credential of yesterday", now(86_400), Outcome::Expired).shown_at(86_401),
        Case::new("a picture of a code", now(0), Outcome::StaleTime).shown_at(61),
        Case::new("a picture of a mot code", mot, Outcome::StaleTime).shown_at(301),
        Case::new("a code of the future", now(21), Outcome::FutureTime),
    ]
}

fn unwelcome() -> Vec<Case> {
    let code = || compact_code(1, NOW);
    let later = compact_code(1, NOW.plus_s(1));
    let silent = Outcome::AlreadyUsed { silent: true };
    let refresh = Outcome::AlreadyUsed { silent: false };
    let over = Outcome::OverCeiling;
    let refused = || compact_code(denied_rider(DenyReason::Programme), NOW);
    let denied = DenyReason::ALL.map(|reason| {
        let name = match reason {
            DenyReason::Overdue => "a rider who owes",
            DenyReason::Lost => "a phone reported lost",
            DenyReason::Closed => "a closed account",
            DenyReason::Programme => "a rider refused by a programme",
        };
        let code = compact_code(denied_rider(reason), NOW);
        Case::new(name, code, Outcome::Denied(reason))
    });
    let elsewhere = Case::new("a metro brand on a bus", code(), Outcome::BrandNotAccepted);
    let rest = [
        Case::new("the same code 2 s later", code(), silent)
            .shown_at(2)
            .after_a_ride(),
        Case::new("the same code 3 s later", code(), refresh)
            .shown_at(3)
            .after_a_ride(),
        Case::new("a new code 2 s later", later, Outcome::SameRiderTooSoon)
            .shown_at(2)
            .after_a_ride(),
        Case::new("a ride above the ceiling", code(), Outcome::OverCeiling).at_fare(1_501),
        Case::new("a flat fare above the brand's ceiling", code(), over).on_line(Mode::Brt, "B2"),
        Case::new("a ride beyond what the issuer answers for", code(), over).after_two_others(),
        Case::new("a flat fare beyond it", code(), over)
            .on_line(Mode::Brt, "B3")
            .after_two_others(),
        Case::new(
            "refused by a programme that is enforced",
            refused(),
            Outcome::Denied(DenyReason::Programme),
        )
        .on_line(Mode::Brt, "strict"),
    ];
    let first = core::iter::once(elsewhere.on_a_bus());
    first.chain(denied).chain(rest).collect()
}

fn untrusted() -> Vec<Case> {
    let case = |name, outcome| Case::new(name, compact_code(1, NOW), outcome);
    let late = compact_code(1, NOW.plus_s(6_401));
    vec![
        case("a clock off by up to 10 s", Outcome::ClockNotTrusted)
            .by_clock(ClockTrust::Drifting { bound_s: 10 }),
        case("a clock never set", Outcome::ClockNotTrusted).by_clock(ClockTrust::Distrusted),
        Case::new("a list older than a day", late, Outcome::ListTooOld).shown_at(6_401),
    ]
}

fn welcome() -> Vec<Case> {
    let case = |name, code| Case::new(name, code, Outcome::Admit);
    let refused = compact_code(denied_rider(DenyReason::Programme), NOW);
    vec![
        case("a compact code", compact_code(1, NOW)),
        case("a mot code", mot_code_of(&mot_grant(1), 1, NOW)),
        case("a new code 3 s later", compact_code(1, NOW.plus_s(1)))
            .shown_at(3)
            .after_a_ride(),
        case("a clock off by 9 s", compact_code(1, NOW))
            .by_clock(ClockTrust::Drifting { bound_s: 9 }),
        case("a fare at the ceiling", compact_code(1, NOW)).at_fare(1_500),
        case("a flat fare at what is left of it", compact_code(1, NOW))
            .on_line(Mode::Brt, "B1")
            .after_two_others(),
        case("refused by a programme on trial", refused).on_line(Mode::Brt, "trial"),
    ]
}

/// Codes that fail at two neighboring rungs: the upper one answers.
fn two_faults() -> Vec<Case> {
    let code = || compact_code(1, NOW);
    let owes = || compact_code(denied_rider(DenyReason::Overdue), NOW);
    let stolen = compact_code_of(&compact_grant(1), 2, NOW);
    let late = compact_code(1, NOW.plus_s(6_401));
    let overdue = Outcome::Denied(DenyReason::Overdue);
    let refresh = Outcome::AlreadyUsed { silent: false };
    vec![
        Case::new("stolen and stale", stolen, Outcome::BadDeviceSignature).shown_at(61),
        Case::new("expired and stale", code(), Outcome::Expired).shown_at(90_000),
        Case::new("stale on a bus", code(), Outcome::StaleTime)
            .shown_at(61)
            .on_a_bus(),
        Case::new("denied on a bus", owes(), Outcome::BrandNotAccepted).on_a_bus(),
        Case::new("denied and above the ceiling", owes(), overdue).at_fare(1_501),
        Case::new("used and above the ceiling", code(), refresh)
            .shown_at(10)
            .after_a_ride()
            .at_fare(1_501),
        Case::new(
            "above the ceiling by no clock",
            code(),
            Outcome::OverCeiling,
        )
        .at_fare(1_501)
        .by_clock(ClockTrust::Distrusted),
        Case::new("no clock and an old list", late, Outcome::ClockNotTrusted)
            .shown_at(6_401)
            .by_clock(ClockTrust::Distrusted),
    ]
}

fn certificate_by(root: &SecretKey) -> mot::Certificate {
    let grant = mot::CertificateGrant {
        root_index: 1,
        issuer: MOT,
        expires_year: 2030,
        expires_month: 12,
        serial: 1,
        issuer_key: mot_issuer().public_key(),
    };
    mot::certify(&grant, IdProfile::Default, root).unwrap()
}

fn denied_rider(reason: DenyReason) -> u8 {
    40 + reason.byte()
}
