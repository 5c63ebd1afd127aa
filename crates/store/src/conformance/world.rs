//! A small world for the laws: riders, phones, journals, bills. Everything derives from small
//! numbers, so that equal numbers give equal things.

use std::future::{Future, poll_fn};
use std::ops::RangeInclusive;
use std::task::Poll;

use ridecode_account::{
    Credential, CredentialState, Device, DeviceState, Mandate, MandateState, Phone, Rider,
    RiderState,
};
use ridecode_codec::Scheme;
use ridecode_codec::crypto::{Algorithm, PublicKey};
use ridecode_fare::{Ending, Period, Tap, TapKind};
use ridecode_ledger::{
    Account, ClearedLeg, Clearing, Commission, Coverage, Currency, Money, Statement, Transfer,
    TransferId, TransferKind, clear,
};
use ridecode_validator::Outcome;
use ridecode_validator::journal::Hash;
use ridecode_words::{
    BrandId, ChargeId, CredentialId, CredentialRef, DeviceId, IssuerId, JourneyId, LineId,
    MandateId, Mode, Month, OperatorId, ProviderId, RiderId, ServiceDay, StopId, TapId,
    UnixSeconds, ValidatorId,
};
use sha2::{Digest, Sha256};

use crate::{
    Acceptance, AttemptOutcome, BillSave, Charge, ChargedBy, DayLegs, FareVersion, JourneyShare,
    OperatorLeg, Settlement, Sighting, Store, StoredEntry, Taken, Validator,
};

/// 2026-11-15T00:00:00Z: far from either end of a month.
pub const NOW: UnixSeconds = UnixSeconds(1_794_700_800);

/// The service day of [`NOW`].
pub const DAY: ServiceDay = ServiceDay(20_772);

/// The month of [`NOW`].
pub const MONTH: Month = Month {
    year: 2026,
    month: 11,
};

/// The operator that runs every validator and is owed every fare, unless a law says otherwise.
pub const OPERATOR: OperatorId = OperatorId(1);

/// A rider's id. They are spread over all 64 bits, so that an engine's order shows.
pub fn rider_id(number: u64) -> RiderId {
    RiderId(number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// An account that may ride.
pub fn rider(number: u64) -> Rider {
    let phone = format!("+86138{number:08}");
    Rider {
        id: rider_id(number),
        phone: Phone::new(&phone).expect("a phone number"),
        state: RiderState::Active,
        opened: NOW,
    }
}

/// A phone of a rider.
pub fn device(number: u64, rider: u64) -> Device {
    let mut bytes = [0; 33];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    Device {
        id: DeviceId(number),
        rider: rider_id(rider),
        key: PublicKey {
            algorithm: Algorithm::Es256,
            bytes,
        },
        state: DeviceState::Active,
        registered: NOW,
    }
}

/// A credential's id.
pub fn credential_id(number: u8) -> CredentialRef {
    CredentialRef {
        issuer: IssuerId(0x4401),
        credential: CredentialId([number; 10]),
    }
}

/// A credential of a rider's phone that lives for a day.
pub fn credential(number: u8, device: u64, rider: u64) -> Credential {
    Credential {
        id: credential_id(number),
        rider: rider_id(rider),
        device: DeviceId(device),
        brand: BrandId(2),
        scheme: Scheme::Compact,
        not_before: NOW,
        expires: NOW.plus_s(86_400),
        state: CredentialState::Live,
        bytes: vec![number; 40],
        essential_since: None,
    }
}

/// An active mandate of a rider.
pub fn mandate(number: u64, rider: u64) -> Mandate {
    Mandate {
        id: MandateId(number),
        rider: rider_id(rider),
        provider: ProviderId(1),
        contract: Some(format!("contract-{number}")),
        state: MandateState::Active,
        changed: NOW,
    }
}

/// A validator of [`OPERATOR`].
pub fn validator(number: u32) -> Validator {
    let mut bytes = [7; 33];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    Validator {
        id: ValidatorId(number),
        operator: OPERATOR,
        key: PublicKey {
            algorithm: Algorithm::EdDsa,
            bytes,
        },
        registered: NOW,
        retired: None,
    }
}

/// Entries of a journal. Another `content` is another journal under the same numbers.
pub fn entries(validator: u32, range: RangeInclusive<u64>, content: u8) -> Vec<StoredEntry> {
    let mut previous: Hash = [0; 32];
    let mut entries = Vec::new();
    for sequence in 1..=*range.end() {
        let mut bytes = vec![content; 24];
        bytes.extend(validator.to_be_bytes());
        bytes.extend(sequence.to_be_bytes());
        let hash = Sha256::new().chain_update(previous).chain_update(&bytes);
        let hash: Hash = hash.finalize().into();
        if range.contains(&sequence) {
            entries.push(StoredEntry {
                sequence,
                previous,
                hash,
                bytes,
            });
        }
        previous = hash;
    }
    entries
}

/// A tap's id.
pub fn tap_id(validator: u32, sequence: u64) -> TapId {
    TapId {
        validator: ValidatorId(validator),
        sequence,
    }
}

/// A bus tap of a rider; its time follows from its number.
pub fn tap(validator: u32, sequence: u64, rider: u64) -> Tap {
    let minutes = i64::try_from(sequence).unwrap_or(i64::MAX);
    Tap {
        time: NOW.plus_s(minutes.saturating_mul(60)),
        id: tap_id(validator, sequence),
        rider: rider_id(rider),
        issuer: IssuerId(0x4401),
        kind: TapKind::Single,
        operator: OPERATOR,
        mode: Mode::Bus,
        line: None,
        stop: StopId::new("西塱").ok(),
        direction: Some(1),
        vehicle: None,
        category: 0,
        showing: Some([u8::try_from(sequence % 256).unwrap_or(0); 16]),
    }
}

/// A segment of entries without taps, sealed when its last entry was written.
pub fn segment(validator: u32, range: RangeInclusive<u64>) -> Acceptance {
    let journal_end = *range.end();
    let minutes = i64::try_from(journal_end).unwrap_or(i64::MAX);
    Acceptance {
        validator: ValidatorId(validator),
        entries: entries(validator, range, 1),
        taps: Vec::new(),
        voids: Vec::new(),
        disagreements: Vec::new(),
        seen: Vec::new(),
        rides_home: Vec::new(),
        sealed: NOW.plus_s(minutes.saturating_mul(60)),
        journal_end,
        received: NOW.plus_s(86_400),
    }
}

/// A segment in which every entry is a tap of this rider.
pub fn rides(validator: u32, range: RangeInclusive<u64>, rider: u64) -> Acceptance {
    let taps = range
        .clone()
        .map(|sequence| tap(validator, sequence, rider));
    let taps: Vec<Tap> = taps.collect();
    Acceptance {
        seen: taps.iter().map(admitted).collect(),
        taps,
        ..segment(validator, range)
    }
}

/// The decision a tap comes from.
pub fn admitted(tap: &Tap) -> Sighting {
    Sighting {
        sequence: tap.id.sequence,
        time: tap.time,
        line: tap.line.clone(),
        outcome: Outcome::Admit,
    }
}

/// Opens riders 1 to `riders` and registers validators 1 to `validators`.
pub async fn settle_in(store: &Store, riders: u64, validators: u32) {
    for number in 1..=riders {
        store.open_rider(rider(number)).await.expect("a new rider");
    }
    for number in 1..=validators {
        let registered = store.register_validator(validator(number)).await;
        registered.expect("a new validator");
    }
}

/// Uploads a segment that nothing speaks against.
pub async fn upload(store: &Store, acceptance: Acceptance) -> crate::Receipt {
    let receipt = store.accept_segment(acceptance).await;
    receipt.expect("a verb").expect("no conflict")
}

/// The journey that begins with a tap.
pub fn journey(validator: u32, sequence: u64) -> JourneyId {
    JourneyId(tap_id(validator, sequence))
}

/// A month of a rider.
pub fn period(rider: u64) -> Period {
    Period {
        rider: rider_id(rider),
        month: MONTH,
    }
}

/// A fare version to be posted: what it costs now and what the version before cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Posting {
    /// The journey.
    pub journey: JourneyId,
    /// The version.
    pub version: u32,
    /// What the version before cost, 0 for none.
    pub before: i64,
    /// What it costs now.
    pub after: i64,
}

/// A bill of these postings, with the transfers, legs and charges they mean.
pub fn bill(rider: u64, mark: u64, postings: &[Posting]) -> BillSave {
    let mut bill = BillSave::empty(period(rider), mark, NOW);
    for posting in postings {
        post(&mut bill, posting);
    }
    bill
}

fn post(bill: &mut BillSave, posting: &Posting) {
    let rider = bill.period.rider;
    let id = ChargeId {
        journey: posting.journey,
        version: posting.version,
    };
    let share = JourneyShare {
        operator: OPERATOR,
        amount_minor: posting.after,
    };
    bill.fares.push(FareVersion {
        journey: posting.journey,
        version: posting.version,
        issuer: IssuerId(0x4401),
        day: DAY,
        ending: Ending::Complete,
        taps: vec![posting.journey.0],
        amount_minor: posting.after,
        shares: (posting.after != 0).then_some(share).into_iter().collect(),
        tariff: [9; 32],
        charged_by: ChargedBy::Ride,
    });
    let difference = posting.after - posting.before;
    if difference == 0 {
        return;
    }
    let (rider_account, operator) = (Account::Rider(rider), Account::OperatorPayable(OPERATOR));
    let (debit, credit) = if difference > 0 {
        (rider_account, operator)
    } else {
        (operator, rider_account)
    };
    bill.transfers.push(Transfer {
        id: TransferId {
            charge: id,
            kind: TransferKind::Fare,
            line: 0,
        },
        rider,
        debit,
        credit,
        amount: yuan_fen(difference.abs()),
        day: DAY,
    });
    bill.legs.push(OperatorLeg {
        operator: OPERATOR,
        day: DAY,
        leg: ClearedLeg {
            charge: id,
            issuer: IssuerId(0x4401),
            amount_minor: difference,
        },
    });
    bill.taken.push(Taken {
        charge: id,
        operator: OPERATOR,
        line: LineId::new("gz-1").ok(),
        began: NOW,
        minor: difference,
    });
    if difference > 0 {
        let asked = (yuan_fen(difference), 1);
        bill.charges.push(Charge::planned(id, rider, asked, NOW));
    }
}

/// An amount in fen.
pub fn yuan_fen(minor: i64) -> Money {
    Money {
        minor,
        currency: Currency::CNY,
    }
}

/// A new fare of a journey.
pub fn first(journey: JourneyId, amount: i64) -> Posting {
    Posting {
        journey,
        version: 1,
        before: 0,
        after: amount,
    }
}

/// The mark of a rider's month.
pub async fn mark(store: &Store, rider: u64) -> u64 {
    let windows = store.load_windows(vec![period(rider)], 0).await;
    windows.expect("a window").first().expect("one window").mark
}

/// Uploads one tap of a rider and posts its fare of 200 fen. Gives the charge.
pub async fn ride_and_bill(store: &Store, validator: u32, sequence: u64, rider: u64) -> ChargeId {
    upload(store, rides(validator, sequence..=sequence, rider)).await;
    let posting = first(journey(validator, sequence), 200);
    let bill = bill(rider, mark(store, rider).await, &[posting]);
    let saved = store.save_bills(vec![bill]).await.expect("a bill");
    assert_eq!(saved, [crate::BillSaved::Saved]);
    ChargeId {
        journey: posting.journey,
        version: 1,
    }
}

/// News about a charge of a rider, decided at the rider's mark.
pub async fn news(store: &Store, charge: ChargeId, outcome: AttemptOutcome) -> Settlement {
    let held = store.find_charge(charge).await.expect("a verb");
    let held = held.expect("the charge");
    let file = store.load_rider(held.rider, NOW).await.expect("a verb");
    let paid = match &outcome {
        AttemptOutcome::Collected { .. } => Some(held.amount),
        AttemptOutcome::CollectedOther { amount, .. } => Some(*amount),
        AttemptOutcome::Accepted | AttemptOutcome::Declined { .. } | AttemptOutcome::Unknown => {
            None
        }
    };
    let payment = |amount| Transfer {
        id: TransferId {
            charge,
            kind: TransferKind::Collected,
            line: 0,
        },
        rider: held.rider,
        debit: Account::ProviderClearing(ProviderId(1)),
        credit: Account::Rider(held.rider),
        amount,
        day: DAY,
    };
    let reinstated = write_off_of(&held);
    let reinstated = Transfer {
        id: TransferId {
            kind: TransferKind::Reinstated,
            ..reinstated.id
        },
        debit: reinstated.credit,
        credit: reinstated.debit,
        ..reinstated
    };
    let reinstated = (paid.is_some() && held.written_off_minor() > 0).then_some(reinstated);
    Settlement {
        charge,
        mark: file.expect("the rider").mark,
        outcome,
        at: NOW,
        next_attempt: None,
        transfers: reinstated.into_iter().chain(paid.map(payment)).collect(),
        rider_state: None,
        notice: None,
    }
}

/// The transfer that writes a charge off.
pub fn write_off_of(charge: &Charge) -> Transfer {
    Transfer {
        id: TransferId {
            charge: charge.id,
            kind: TransferKind::WrittenOff,
            line: 0,
        },
        rider: charge.rider,
        debit: Account::BadDebt,
        credit: Account::Rider(charge.rider),
        amount: charge.amount,
        day: DAY,
    }
}

/// Collected, with a number of the provider's.
pub fn collected() -> AttemptOutcome {
    AttemptOutcome::Collected {
        transaction: "P-1".to_owned(),
    }
}

/// Declined for want of money.
pub fn declined() -> AttemptOutcome {
    AttemptOutcome::Declined {
        reason: "insufficient_balance".to_owned(),
    }
}

/// The statement of an operator's legs.
pub fn statement(operator: OperatorId, day: ServiceDay, legs: &DayLegs) -> Statement {
    let coverage = [Coverage {
        validator: ValidatorId(1),
        held: vec![(1, 3), (5, 9)],
        missing: vec![(4, 4)],
    }];
    let clearing = Clearing {
        operator,
        day,
        number_before: legs.number_before,
        hash_before: legs.hash_before,
        currency: Currency::CNY,
        commission: Commission { basis_points: 100 },
        legs: &legs.legs,
        coverage: &coverage,
    };
    clear(&clearing).expect("legs that clear")
}

/// Runs futures side by side and gives what each came to, in their order.
pub async fn all_at_once<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.into_iter().map(|one| Some(Box::pin(one))).collect();
    let mut done: Vec<Option<F::Output>> = running.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (future, output) in running.iter_mut().zip(&mut done) {
            if let Some(one) = future
                && let Poll::Ready(value) = one.as_mut().poll(context)
            {
                *output = Some(value);
                *future = None;
            }
        }
        if running.iter().all(Option::is_none) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    done.into_iter().flatten().collect()
}
