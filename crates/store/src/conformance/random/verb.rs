//! Verbs as values, so that a list of them can be told to any store, and told again.

use ridecode_account::{Challenge, Credential, Device, Mandate, Phone, RevokeReason, Rider};
use ridecode_fare::Period;
use ridecode_ledger::Statement;
use ridecode_words::{
    AdjustmentId, ChargeId, CredentialRef, DeviceId, MandateId, OperatorId, RefundId, RiderId,
    ServiceDay, TapId, UnixSeconds, ValidatorId,
};

use crate::{
    Acceptance, Adjustment, Attempt, Beat, BillDue, BillSave, ChargeStanding, Decision, Deed,
    Delivery, FleetOf, LedgerRange, NoticeAttempt, NoticeId, PulseQuery, RefundAttempt, RefundNews,
    Repair, ReplyRecord, Session, Settlement, Store, TrailQuery, Validator, ValidatorStep,
    WriteOff,
};

/// A verb with its arguments.
#[derive(Clone, Debug)]
pub(super) enum Verb {
    OpenRider(Rider),
    PutChallenge(Challenge),
    AnswerChallenge(Phone, String, UnixSeconds),
    OpenSession(Session),
    FindSession([u8; 32], UnixSeconds),
    LoadSessions(RiderId, UnixSeconds),
    EndSessions(RiderId, Vec<[u8; 32]>),
    SaveMandate(Mandate),
    FindMandate(MandateId),
    RegisterDevice(Device),
    RevokeDevice(DeviceId, RevokeReason, UnixSeconds),
    CloseRider(RiderId, u64, UnixSeconds),
    GrantCredentials(Vec<Credential>),
    LoadRider(RiderId, UnixSeconds),
    RegisterValidator(Validator),
    FindValidator(ValidatorId),
    LoadDenied(UnixSeconds),
    FindOwners(Vec<CredentialRef>),
    AcceptSegment(Box<Acceptance>),
    LoadHeld(OperatorId),
    SaveRepair(Box<Repair>),
    LoadRepairs(RiderId),
    NoteBeat(Beat),
    LoadValidators(FleetOf),
    StepValidator(ValidatorId, ValidatorStep, Deed),
    LoadPulses(PulseQuery),
    NoteDeed(Deed),
    BlockDevice(DeviceId, Deed),
    LoadTrail(TrailQuery, usize),
    FindRiderOf(Phone),
    LoadEntries(Vec<TapId>),
    DueBills(UnixSeconds, usize),
    LoadWindows(Vec<Period>, u32),
    BillAgain(Vec<Period>, UnixSeconds),
    /// Each with how much older than the held one its mark is.
    SaveBills(Vec<BillSave>),
    DueCharges(UnixSeconds, usize),
    OpenAttempt(Attempt),
    HastenCharges(RiderId, UnixSeconds),
    FindCharge(ChargeId),
    SumCharges,
    LoadCharges(ChargeStanding, usize),
    UnfinishedRefunds(usize),
    SettleCharge(Box<Settlement>),
    AskAdjustment(Box<Adjustment>, i64),
    DecideAdjustment(Decision),
    DueAdjustments(usize),
    PostAdjustment(AdjustmentId, usize, ServiceDay),
    FindAdjustment(AdjustmentId),
    LoadAdjustments(usize),
    DueNotices(UnixSeconds, usize),
    OpenNotice(NoticeAttempt),
    SettleNotice(NoticeId, Delivery),
    LoadNotices(RiderId),
    DueWriteOffs(UnixSeconds, usize),
    WriteOff(WriteOff),
    DueRefunds(UnixSeconds, usize),
    OpenRefund(RefundAttempt),
    SettleRefund(Box<RefundNews>),
    ReviveRefund(RefundId, UnixSeconds),
    FindRefund(RefundId),
    LoadDay(OperatorId, ServiceDay),
    CloseDay(Box<Statement>),
    LoadStatements(OperatorId, ServiceDay),
    FindTap(TapId),
    CutLedger(ServiceDay),
    LedgerPage(LedgerRange, usize),
    TakenOn(RiderId, ServiceDay),
    LoadRides(RiderId),
    AuditPage(Option<RiderId>, usize),
    OfficeState(UnixSeconds),
    KeepReply(ReplyRecord),
    FindReply(String),
}

impl Verb {
    /// Tells it to a store, and writes down the answer.
    pub(super) async fn tell(&self, store: &Store) -> String {
        match self.clone() {
            Self::OpenRider(rider) => written(store.open_rider(rider).await),
            Self::PutChallenge(challenge) => written(store.put_challenge(challenge).await),
            Self::AnswerChallenge(phone, code, now) => {
                written(store.answer_challenge(phone, code, now).await)
            }
            Self::OpenSession(session) => written(store.open_session(session).await),
            Self::FindSession(digest, now) => written(store.find_session(digest, now).await),
            Self::LoadSessions(rider, now) => written(store.load_sessions(rider, now).await),
            Self::EndSessions(rider, all) => written(store.end_sessions(rider, all).await),
            Self::SaveMandate(mandate) => written(store.save_mandate(mandate).await),
            Self::FindMandate(mandate) => written(store.find_mandate(mandate).await),
            Self::RegisterDevice(device) => written(store.register_device(device).await),
            Self::RevokeDevice(device, reason, now) => {
                written(store.revoke_device(device, reason, now).await)
            }
            Self::CloseRider(rider, mark, now) => {
                written(store.close_rider(rider, mark, now).await)
            }
            Self::GrantCredentials(all) => written(store.grant_credentials(all).await),
            Self::LoadRider(rider, now) => written(store.load_rider(rider, now).await),
            verb => verb.tell_of_rides(store).await,
        }
    }

    async fn tell_of_rides(self, store: &Store) -> String {
        match self {
            Self::RegisterValidator(one) => written(store.register_validator(one).await),
            Self::FindValidator(one) => written(store.find_validator(one).await),
            Self::LoadDenied(now) => written(store.load_denied(now).await),
            Self::FindOwners(all) => written(store.find_owners(all).await),
            Self::AcceptSegment(one) => written(store.accept_segment(*one).await),
            Self::LoadHeld(operator) => written(store.load_held(operator).await),
            Self::SaveRepair(one) => written(store.save_repair(*one).await),
            Self::LoadRepairs(rider) => written(store.load_repairs(rider).await),
            Self::DueBills(now, limit) => written(due_bills(store, now, limit).await),
            Self::LoadWindows(all, before) => {
                let windows = store.load_windows(all, before).await;
                written(windows.map(|mut windows| {
                    windows
                        .iter_mut()
                        .for_each(|one| one.mark = one.mark.min(1));
                    windows
                }))
            }
            Self::BillAgain(all, at) => written(store.bill_again(all, at).await),
            Self::SaveBills(bills) => {
                written(store.save_bills(with_marks_of(store, bills).await).await)
            }
            Self::DueCharges(now, limit) => written(store.due_charges(now, limit).await),
            Self::OpenAttempt(attempt) => written(store.open_attempt(attempt).await),
            Self::HastenCharges(rider, now) => written(store.hasten_charges(rider, now).await),
            Self::FindCharge(charge) => written(store.find_charge(charge).await),
            Self::SettleCharge(news) => written(store.settle_charge(*news).await),
            Self::LoadDay(operator, day) => written(store.load_day(operator, day).await),
            Self::CloseDay(statement) => written(store.close_day(*statement).await),
            Self::LoadStatements(of, day) => written(store.load_statements(of, day).await),
            Self::SumCharges => written(store.sum_charges().await),
            Self::LoadCharges(standing, limit) => {
                written(store.load_charges(standing, limit).await)
            }
            Self::UnfinishedRefunds(limit) => written(store.unfinished_refunds(limit).await),
            Self::TakenOn(rider, day) => written(store.taken_on(rider, day).await),
            Self::FindTap(tap) => written(store.find_tap(tap).await),
            Self::CutLedger(day) => written(store.cut_ledger(day).await),
            Self::LedgerPage(range, limit) => written(store.ledger_page(range, limit).await),
            Self::LoadRides(rider) => written(store.load_rides(rider).await),
            Self::AuditPage(after, limit) => written(store.audit_page(after, limit).await),
            Self::OfficeState(now) => written(store.office_state(now).await),
            Self::KeepReply(reply) => written(store.keep_reply(reply).await),
            Self::FindReply(key) => written(store.find_reply(key).await),
            verb => verb.tell_of_money_back(store).await,
        }
    }

    async fn tell_of_money_back(self, store: &Store) -> String {
        match self {
            Self::DueWriteOffs(before, limit) => written(store.due_write_offs(before, limit).await),
            Self::WriteOff(one) => written(store.write_off(one).await),
            Self::DueRefunds(now, limit) => written(store.due_refunds(now, limit).await),
            Self::OpenRefund(attempt) => written(store.open_refund(attempt).await),
            Self::SettleRefund(news) => written(store.settle_refund(*news).await),
            Self::ReviveRefund(refund, now) => written(store.revive_refund(refund, now).await),
            Self::FindRefund(refund) => written(store.find_refund(refund).await),
            Self::DueNotices(now, limit) => written(store.due_notices(now, limit).await),
            Self::OpenNotice(attempt) => written(store.open_notice(attempt).await),
            Self::SettleNotice(id, delivery) => written(store.settle_notice(id, delivery).await),
            Self::LoadNotices(rider) => written(store.load_notices(rider).await),
            Self::AskAdjustment(asked, limit) => written(store.ask_adjustment(*asked, limit).await),
            Self::DecideAdjustment(one) => written(store.decide_adjustment(one).await),
            Self::DueAdjustments(limit) => written(store.due_adjustments(limit).await),
            Self::PostAdjustment(id, limit, day) => {
                written(store.post_adjustment(id, limit, day).await)
            }
            Self::FindAdjustment(id) => written(store.find_adjustment(id).await),
            Self::LoadAdjustments(limit) => written(store.load_adjustments(limit).await),
            verb => verb.tell_of_people(store).await,
        }
    }

    async fn tell_of_people(self, store: &Store) -> String {
        match self {
            Self::NoteBeat(beat) => written(store.note_beat(beat).await),
            Self::LoadValidators(of) => written(store.load_validators(of).await),
            Self::StepValidator(one, step, deed) => {
                written(store.step_validator(one, step, deed).await)
            }
            Self::LoadPulses(query) => written(store.load_pulses(query).await),
            Self::NoteDeed(deed) => written(store.note_deed(deed).await),
            Self::BlockDevice(device, deed) => written(store.block_device(device, deed).await),
            Self::LoadTrail(query, limit) => written(store.load_trail(query, limit).await),
            Self::FindRiderOf(phone) => written(store.find_rider_of(phone).await),
            Self::LoadEntries(ids) => written(store.load_entries(ids).await),
            verb => unreachable!("told before: {verb:?}"),
        }
    }
}

/// The months that are due, without their marks, which are each engine's own.
pub(super) async fn due_bills(
    store: &Store,
    now: UnixSeconds,
    limit: usize,
) -> crate::verbs::Result<Vec<BillDue>> {
    let mut due = store.due_bills(now, limit).await?;
    due.iter_mut().for_each(|one| one.mark = 0);
    Ok(due)
}

/// Bills with the marks that a store holds, or as much older ones as they say.
async fn with_marks_of(store: &Store, mut bills: Vec<BillSave>) -> Vec<BillSave> {
    let periods = bills.iter().map(|bill| bill.period).collect();
    let windows = store.load_windows(periods, 0).await.expect("windows");
    for (bill, window) in bills.iter_mut().zip(windows) {
        bill.mark = window.mark.saturating_sub(bill.mark);
    }
    bills
}

fn written<T: std::fmt::Debug>(answer: crate::verbs::Result<T>) -> String {
    format!("{answer:?}")
}
