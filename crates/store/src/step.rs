//! The small decisions that belong inside a verb because two callers may take them at once. Pure,
//! and the same for every engine.

use ridecode_account::{
    Credential, CredentialState, DeniedFor, DeviceState, Mandate, MandateState, RevokeReason,
    RiderState,
};
use ridecode_fare::{Period, Tap, TapKind};
use ridecode_ledger::{
    Account, Booking, Currency, DayHead, SharedEvent, Statement, Transfer, TransferKind, book,
};
use ridecode_validator::DenyReason;
use ridecode_words::{MandateId, ProviderId, TapId, UnixSeconds};

use crate::calendar;
use crate::fault::StoreFault;
use crate::record::{
    Assignment, Attempt, AttemptOutcome, Beat, Charge, ChargeState, Deed, DeedKind, Delivery,
    LedgerDay, Notice, NoticeAttempt, Refund, RefundAttempt, RefundHeard, RefundNews,
    RefundSettled, RefundState, Repair, Settled, Settlement, Validator, ValidatorStep,
    ValidatorStepped,
};

/// What becomes of news about a charge, when it is not to be saved. `mark` is the rider's.
pub(crate) fn turn_away(charge: &Charge, mark: u64, news: &Settlement) -> Option<Settled> {
    let paid = news.outcome.is_payment();
    match charge.state {
        ChargeState::Collected { .. } | ChargeState::CollectedOther { .. } => {
            return Some(Settled::AlreadyCollected);
        }
        ChargeState::Planned | ChargeState::Declined { .. } if !paid => {
            return Some(Settled::NotWaiting);
        }
        ChargeState::Superseded if !paid && charge.next_attempt.is_none_or(|at| at > news.at) => {
            return Some(Settled::NotWaiting);
        }
        ChargeState::Planned
        | ChargeState::Declined { .. }
        | ChargeState::Superseded
        | ChargeState::Submitted
        | ChargeState::Accepted
        | ChargeState::Unknown => {}
    }
    (news.mark != mark).then_some(Settled::Moved)
}

/// The charge after news that is to be saved. A wish to pay it lasts until the try is known to have
/// failed or paid.
pub(crate) fn settle(mut charge: Charge, news: &Settlement) -> Charge {
    charge.next_attempt = news.next_attempt;
    if charge.state == ChargeState::Superseded && !news.outcome.is_payment() {
        // It was asked about once more. Known, it is left; otherwise it is asked about again.
        let known = matches!(news.outcome, AttemptOutcome::Declined { .. });
        charge.next_attempt = news.next_attempt.filter(|_| !known);
        return charge;
    }
    let known = news.outcome.is_payment() || news.outcome.is_decline();
    charge.wished &= !known;
    charge.state = match &news.outcome {
        AttemptOutcome::Accepted => ChargeState::Accepted,
        AttemptOutcome::Collected { transaction } => {
            charge.next_attempt = None;
            ChargeState::Collected {
                transaction: transaction.clone(),
            }
        }
        AttemptOutcome::CollectedOther {
            transaction,
            amount,
        } => {
            charge.next_attempt = None;
            ChargeState::CollectedOther {
                transaction: transaction.clone(),
                amount: *amount,
            }
        }
        AttemptOutcome::Declined { reason } => {
            charge.declines = charge.declines.saturating_add(1);
            charge.first_decline = charge.first_decline.or(Some(news.at));
            ChargeState::Declined {
                reason: reason.clone(),
            }
        }
        AttemptOutcome::Unknown => ChargeState::Unknown,
    };
    charge
}

/// Whether a mandate would come back that has ended: what is to be saved was decided on older news.
pub(crate) fn has_ended(held: Option<&Mandate>, mandate: &Mandate) -> bool {
    let had_ended = held.is_some_and(|held| held.state == MandateState::Ended);
    had_ended && mandate.state != MandateState::Ended
}

/// Whether a mandate lets a rider pay who could not pay with it before.
pub(crate) fn opens_a_way_to_pay(held: Option<&Mandate>, mandate: &Mandate) -> bool {
    let was_active = held.is_some_and(|held| held.state == MandateState::Active);
    mandate.state == MandateState::Active && !was_active
}

/// Makes a declined charge that was given up due again; for one that is on its way, keeps that there
/// is a new way to pay it. Says whether it was changed.
pub(crate) fn revive(charge: &mut Charge, at: UnixSeconds) -> bool {
    let given_up =
        matches!(charge.state, ChargeState::Declined { .. }) && charge.next_attempt.is_none();
    if given_up {
        charge.next_attempt = Some(at);
    }
    given_up || keep_wish(charge)
}

/// Makes a declined charge due now, unless it is already; for one that is on its way, keeps that its
/// rider asked to pay. Says whether it was changed.
pub(crate) fn hasten(charge: &mut Charge, now: UnixSeconds) -> bool {
    let waits = matches!(charge.state, ChargeState::Declined { .. })
        && charge.next_attempt.is_none_or(|next| next > now);
    if waits {
        charge.next_attempt = Some(now);
    }
    waits || keep_wish(charge)
}

/// Keeps the wish to pay a debt that is on its way again. Says whether there was none before.
fn keep_wish(charge: &mut Charge) -> bool {
    let is_new = charge.first_decline.is_some() && charge.state.is_on_its_way() && !charge.wished;
    charge.wished |= is_new;
    is_new
}

/// The charge with an attempt taken down, unless that attempt is not the next one.
pub(crate) fn attempt(mut charge: Charge, attempt: &Attempt) -> Option<Charge> {
    if charge.state.is_closed() || charge.attempts.checked_add(1) != Some(attempt.number) {
        return None;
    }
    charge.attempts = attempt.number;
    charge.state = ChargeState::Submitted;
    charge.next_attempt = Some(attempt.look_again);
    Some(charge)
}

/// The charge written off, unless it is not one that was given up.
pub(crate) fn write_off(mut charge: Charge, at: UnixSeconds) -> Option<Charge> {
    let given_up =
        matches!(charge.state, ChargeState::Declined { .. }) && charge.next_attempt.is_none();
    if !given_up || charge.written_off.is_some() {
        return None;
    }
    charge.written_off = Some(at);
    Some(charge)
}

/// Whether a settlement reinstates what stands written off, and nothing else.
pub(crate) fn reinstates(charge: &Charge, news: &Settlement) -> bool {
    let reinstated = news.transfers.iter();
    let reinstated = reinstated.filter(|one| one.id.kind == TransferKind::Reinstated);
    let minor: i64 = reinstated.map(|one| one.amount.minor).sum();
    !news.outcome.is_payment() || minor == charge.written_off_minor()
}

/// A notice with an attempt taken down, unless that attempt is not the next one.
pub(crate) fn attempt_notice(mut notice: Notice, attempt: &NoticeAttempt) -> Option<Notice> {
    let waits = notice.delivery == Delivery::Waiting;
    if !waits || notice.attempts.checked_add(1) != Some(attempt.number) {
        return None;
    }
    notice.attempts = attempt.number;
    notice.next_attempt = attempt.look_again;
    Some(notice)
}

/// A refund with an attempt taken down, unless that attempt is not the next one.
pub(crate) fn attempt_refund(mut refund: Refund, attempt: &RefundAttempt) -> Option<Refund> {
    if !refund.state.is_open() || refund.attempts.checked_add(1) != Some(attempt.number) {
        return None;
    }
    refund.attempts = attempt.number;
    refund.state = RefundState::Submitted;
    refund.next_attempt = Some(attempt.look_again);
    Some(refund)
}

/// A refund after news, or what becomes of news that is not to be saved.
pub(crate) fn settle_refund(
    mut refund: Refund,
    news: &RefundNews,
) -> Result<Refund, RefundSettled> {
    let done = news.heard == RefundHeard::Done;
    match refund.state {
        RefundState::Done => return Err(RefundSettled::AlreadyDone),
        RefundState::Planned | RefundState::Refused { .. } | RefundState::Superseded if !done => {
            return Err(RefundSettled::NotWaiting);
        }
        RefundState::Planned
        | RefundState::Submitted
        | RefundState::Accepted
        | RefundState::Refused { .. }
        | RefundState::Superseded
        | RefundState::Unknown => {}
    }
    (refund.state, refund.next_attempt) = match &news.heard {
        RefundHeard::Accepted => (RefundState::Accepted, news.next_attempt),
        RefundHeard::Done => (RefundState::Done, None),
        RefundHeard::Refused { reason } => {
            let reason = reason.clone();
            (RefundState::Refused { reason }, None)
        }
        RefundHeard::Unknown => (RefundState::Unknown, news.next_attempt),
    };
    Ok(refund)
}

/// A credential's state after its rider's state became `rider`, if that changes it. Debt and
/// closing deny the credentials that still live, but for the one that carries home; payment takes
/// debt off all of them, because a number that is fixed for life is renewed with the state it had.
pub(crate) fn follow_rider(
    rider: &RiderState,
    credential: &Credential,
    now: UnixSeconds,
) -> Option<CredentialState> {
    let held = credential.state;
    let unexpired = credential.expires >= now;
    let after = match rider {
        RiderState::Active => held.paid(),
        RiderState::Blocked(block) if credential.carries_home(block) => held,
        RiderState::Blocked(_) if unexpired => held.denied(DeniedFor::Overdue),
        RiderState::Closed if unexpired => held.denied(DeniedFor::Closed),
        RiderState::Blocked(_) | RiderState::Closed => held,
    };
    (after != held).then_some(after)
}

/// A credential's state after the ride it gives was taken, if that changes it. Of a rider who paid
/// meanwhile it is one like any other.
pub(crate) fn spend(rider: &RiderState, credential: &Credential) -> Option<CredentialState> {
    match rider {
        RiderState::Blocked(block) => credential
            .carries_home(block)
            .then(|| credential.state.denied(DeniedFor::Overdue)),
        RiderState::Active | RiderState::Closed => None,
    }
}

/// Whether a rider may be given a credential: any if not blocked, one that carries home for the
/// block it is for. `held` is the one given for that block before.
pub(crate) fn may_be_granted(
    rider: &RiderState,
    credential: &Credential,
    held: Option<&Credential>,
) -> Result<(), StoreFault> {
    let expected = match (rider, credential.essential_since) {
        (RiderState::Active, None) => true,
        (RiderState::Blocked(block), Some(since)) => block.since == since,
        (RiderState::Active | RiderState::Closed, Some(_))
        | (RiderState::Blocked(_) | RiderState::Closed, None) => false,
    };
    if !expected {
        let rider = credential.rider;
        return Err(StoreFault::missing("rider in that state", rider));
    }
    if held.is_some_and(|held| held != credential) {
        let rider = credential.rider;
        return Err(StoreFault::conflict("ride home of rider", rider));
    }
    Ok(())
}

/// The credential that was given for a rider's block, if the rider is blocked and one was.
pub(crate) fn find_essential<'a>(
    rider: &RiderState,
    mut credentials: impl Iterator<Item = &'a Credential>,
) -> Option<&'a Credential> {
    let since = match rider {
        RiderState::Blocked(block) => block.since,
        RiderState::Active | RiderState::Closed => return None,
    };
    credentials.find(|credential| credential.essential_since == Some(since))
}

/// A credential's state after its phone was revoked, if that changes it.
pub(crate) fn follow_revocation(
    reason: RevokeReason,
    credential: &Credential,
    now: UnixSeconds,
) -> Option<CredentialState> {
    let after = credential.state.denied(reason.into());
    (credential.expires >= now && after != credential.state).then_some(after)
}

/// What a rider owes, in minor units. The first transfer decides the currency.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Balance {
    pub(crate) currency: Option<Currency>,
    pub(crate) minor: i64,
}

impl Balance {
    /// The balance after a transfer of its rider. One in another currency, or one that would not
    /// fit, is a conflict.
    pub(crate) fn after(self, transfer: &Transfer) -> Result<Self, StoreFault> {
        let (rider, currency) = (transfer.rider, transfer.amount.currency);
        if self.currency.is_some_and(|held| held != currency) {
            return Err(StoreFault::conflict("currency of rider", rider));
        }
        let owed = transfer.debit_less_credit_minor(Account::Rider(rider));
        let minor = self.minor.checked_add(owed);
        Ok(Self {
            currency: Some(currency),
            minor: minor.ok_or_else(|| StoreFault::conflict("balance of rider", rider))?,
        })
    }
}

/// What making a statement moves: its commission.
pub(crate) fn book_stated(statement: &Statement) -> Result<Vec<Booking>, StoreFault> {
    let number = statement.number;
    book(&SharedEvent::stated(statement))
        .map_err(|_| StoreFault::conflict("commission of statement", number))
}

/// Whether a ledger day's head is to be saved; not if it is held already. A day that was not cut,
/// or whose day before has no head yet, is missing.
pub(crate) fn seal(
    number: u64,
    (day, before): (Option<LedgerDay>, Option<LedgerDay>),
    sealed: &DayHead,
) -> Result<bool, StoreFault> {
    let day = day.ok_or_else(|| StoreFault::missing("ledger day that was cut", number))?;
    match day.sealed {
        Some(held) if held == *sealed => Ok(false),
        Some(_) => Err(StoreFault::conflict("ledger day", number)),
        None if number > 1 && before.is_none_or(|before| before.sealed.is_none()) => {
            Err(StoreFault::missing("sealed ledger day", number - 1))
        }
        None => Ok(true),
    }
}

/// The deny list's word for a state; `None` for a live credential.
pub(crate) fn deny_reason(state: CredentialState) -> Option<DenyReason> {
    match state {
        CredentialState::Live => None,
        CredentialState::Denied(DeniedFor::Overdue) => Some(DenyReason::Overdue),
        CredentialState::Denied(DeniedFor::Lost) => Some(DenyReason::Lost),
        CredentialState::Denied(DeniedFor::Closed) => Some(DenyReason::Closed),
    }
}

/// Whether a phone may be given credentials.
pub(crate) fn is_active(state: &DeviceState) -> bool {
    match state {
        DeviceState::Active => true,
        DeviceState::Revoked { .. } => false,
    }
}

/// What a granted credential means beside the one held under its id.
pub(crate) enum Granted {
    /// The one held lives at least as long and is kept as it is.
    Repeat,
    /// The new one takes its place, in the state the old one had.
    Renewed,
    /// They are not the same rider's, phone's, brand's or scheme's.
    Conflict,
}

/// Compares a granted credential with the one held under its id.
pub(crate) fn renew(held: &Credential, granted: &Credential) -> Granted {
    let same_holder = held.rider == granted.rider
        && held.device == granted.device
        && held.brand == granted.brand
        && held.scheme == granted.scheme;
    if !same_holder {
        Granted::Conflict
    } else if granted.expires > held.expires {
        Granted::Renewed
    } else {
        Granted::Repeat
    }
}

/// What a charge is taken from: the newest mandate of a rider's, given oldest first, that is
/// active.
pub(crate) fn charge_from(mandates: &[Mandate]) -> Option<(MandateId, ProviderId, String)> {
    mandates.iter().rev().find_map(|mandate| {
        let contract = mandate.find_contract()?.to_owned();
        Some((mandate.id, mandate.provider, contract))
    })
}

/// The tap that a repair is.
pub(crate) fn repair_of(tap: &Tap, repair: &Repair) -> Tap {
    tap.mended(
        repair.number,
        repair.mend,
        (repair.time, repair.stop.clone()),
    )
}

/// What the trail says of a repair; nothing of a rider's own.
pub(crate) fn deed_of(repair: &Repair) -> Option<Deed> {
    (!repair.author.is_empty()).then(|| Deed {
        at: repair.made,
        author: repair.author.clone(),
        kind: DeedKind::MendedTap,
        rider: Some(repair.rider),
        device: None,
        tap: Some(repair.tap),
        validator: None,
        operator: None,
        reason: repair.note.clone(),
    })
}

/// Whether a heartbeat says more than the one held. One that was sealed earlier does not, unless so
/// much time has passed that the validator's clock must have been put right.
pub(crate) fn outweighs(beat: &Beat, held: &Beat) -> bool {
    beat.sealed >= held.sealed || beat.heard.since_s(held.heard) >= BELIEVED_S
}

/// What becomes of a step of a validator.
pub(crate) fn step_validator(
    held: &Validator,
    assigned: Option<&Assignment>,
    step: &ValidatorStep,
) -> ValidatorStepped {
    if held.retired.is_some() {
        return ValidatorStepped::Retired;
    }
    let is_there = |to: &Assignment| {
        assigned.is_some_and(|at| {
            (&at.line, &at.stop, &at.vehicle) == (&to.line, &to.stop, &to.vehicle)
        })
    };
    match step {
        ValidatorStep::Move(to) if is_there(to) => ValidatorStepped::Unchanged,
        ValidatorStep::Move(_) | ValidatorStep::Retire => ValidatorStepped::Changed,
    }
}

/// For so long a heartbeat outweighs one that was sealed before it, in seconds.
const BELIEVED_S: i64 = 600;

/// The months that a repair of a tap changes, those of the tap first.
pub(crate) fn periods_mended(tap: &Tap, repair: &Repair) -> Vec<Period> {
    let times = [tap.time, repair.time].into_iter();
    let mut periods: Vec<Period> = times
        .flat_map(|time| calendar::periods_touched(tap.rider, time))
        .collect();
    periods.sort_unstable();
    periods.dedup();
    periods
}

/// The tap that takes another tap back: a copy of it with a number and a time of its own.
pub(crate) fn void_of(tap: &Tap, sequence: u64, time: UnixSeconds) -> Tap {
    Tap {
        id: TapId { sequence, ..tap.id },
        time,
        kind: TapKind::Void { tap: tap.id },
        showing: None,
        ..tap.clone()
    }
}
