//! The verbs. Written before the engines: this file is the specification.

#![cfg_attr(
    not(any(feature = "memory", feature = "sqlite", feature = "postgres")),
    expect(
        unused_variables,
        reason = "a store without an engine has no verbs to hand on"
    )
)]

use ridecode_account::{
    Challenge, ChallengeAnswer, Credential, Device, Mandate, Phone, RevokeReason, Rider,
};
use ridecode_fare::{Period, Tap};
use ridecode_ledger::{DayHead, Statement};
use ridecode_validator::bundle::DenyEntry;
use ridecode_words::{
    AdjustmentId, ChargeId, CredentialRef, DeviceId, MandateId, OperatorId, ProviderId, RefundId,
    RiderId, ServiceDay, TapId, UnixSeconds, ValidatorId,
};

use crate::fault::StoreFault;
use crate::invariant;
use crate::record::{
    Acceptance, Adjusted, Adjustment, Attempt, AuditPage, Beat, BillDue, BillRefused, BillSave,
    BillSaved, BillStep, BillWindow, Charge, ChargeDue, ChargeStanding, ChargeSums,
    CredentialOwner, DayLegs, Decided, Decision, Deed, Delivery, FleetOf, HeldEntries, HeldEntry,
    LedgerDay, LedgerPage, LedgerRange, Notice, NoticeAttempt, NoticeDue, NoticeId, OfficeState,
    OpenDifference, Payout, PayoutRefused, PayoutSaved, PayoutStep, ProviderBill,
    ProviderBillSaved, PulseQuery, Pulses, Receipt, Refund, RefundAttempt, RefundDue, RefundNews,
    RefundSettled, Repair, RepairSaved, ReplyRecord, RiderClosed, RiderFile, RiderOpened,
    SegmentConflict, Session, Settled, Settlement, StatementSaved, TrailLine, TrailQuery,
    UnpaidStatements, Validator, ValidatorFile, ValidatorStep, ValidatorStepped, WriteOff,
};

/// The back office's memory. Cheap to clone; all clones share one memory.
#[derive(Clone, Debug)]
pub enum Store {
    /// In memory: the readable specification, and the oracle of the other engines.
    #[cfg(feature = "memory")]
    Memory(crate::memory::MemoryStore),
    /// Embedded SQLite.
    #[cfg(feature = "sqlite")]
    Sqlite(crate::sqlite::SqliteStore),
    /// A PostgreSQL server.
    #[cfg(feature = "postgres")]
    Postgres(crate::postgres::PostgresStore),
}

pub(crate) type Result<T> = std::result::Result<T, StoreFault>;

/// Hands a verb to the engine behind the store.
macro_rules! each_engine {
    ($store:ident.$verb:ident($($argument:expr),*)) => {{
        #[cfg(feature = "paced")]
        crate::pace::pause().await;
        match *$store {
            #[cfg(feature = "memory")]
            Store::Memory(ref memory) => memory.$verb($($argument),*),
            #[cfg(feature = "sqlite")]
            Store::Sqlite(ref sqlite) => sqlite.verbs.$verb($($argument),*).await,
            #[cfg(feature = "postgres")]
            Store::Postgres(ref postgres) => postgres.verbs.$verb($($argument),*).await,
        }
    }};
}

/// Riders.
impl Store {
    /// Opens an account. A phone number has one account: a repeat, or another id for the same
    /// number, gives [`RiderOpened::Existing`] and changes nothing.
    pub async fn open_rider(&self, rider: Rider) -> Result<RiderOpened> {
        each_engine!(self.open_rider(rider))
    }

    /// Whose account a phone number has. The only way from a number to a rider but signing in.
    pub async fn find_rider_of(&self, phone: Phone) -> Result<Option<RiderId>> {
        each_engine!(self.find_rider_of(phone))
    }

    /// Keeps a challenge, in place of any other for that phone.
    pub async fn put_challenge(&self, challenge: Challenge) -> Result<()> {
        each_engine!(self.put_challenge(challenge))
    }

    /// Answers the challenge of a phone and keeps what is left of it
    /// ([`Challenge::answer`]). A right answer is right once.
    pub async fn answer_challenge(
        &self,
        phone: Phone,
        code: String,
        now: UnixSeconds,
    ) -> Result<ChallengeAnswer> {
        each_engine!(self.answer_challenge(phone, code, now))
    }

    /// Keeps a session. A repeat changes nothing; the same token for another rider is a conflict.
    pub async fn open_session(&self, session: Session) -> Result<()> {
        each_engine!(self.open_session(session))
    }

    /// Whose session a token digest is, unless it has expired.
    pub async fn find_session(
        &self,
        token_digest: [u8; 32],
        now: UnixSeconds,
    ) -> Result<Option<Session>> {
        each_engine!(self.find_session(token_digest, now))
    }

    /// A rider's sessions that have not expired, the newest first.
    pub async fn load_sessions(&self, rider: RiderId, now: UnixSeconds) -> Result<Vec<Session>> {
        each_engine!(self.load_sessions(rider, now))
    }

    /// Ends a rider's sessions: those of these digests. One that is not there, or another rider's,
    /// changes nothing.
    pub async fn end_sessions(&self, rider: RiderId, digests: Vec<[u8; 32]>) -> Result<()> {
        each_engine!(self.end_sessions(rider, digests))
    }

    /// Keeps a mandate in place of its earlier state. An id of another rider or provider is a
    /// conflict. A repeat changes nothing. A rider that is not there is [`StoreFault::Missing`],
    /// here and wherever something is given to a rider. A mandate that becomes active makes the
    /// rider's declined charges that were given up due again: who has a new way to pay may pay. For
    /// those on their way it is kept as a wish to pay, as by [`Store::hasten_charges`].
    pub async fn save_mandate(&self, mandate: Mandate) -> Result<()> {
        each_engine!(self.save_mandate(mandate))
    }

    /// A mandate by its id.
    pub async fn find_mandate(&self, mandate: MandateId) -> Result<Option<Mandate>> {
        each_engine!(self.find_mandate(mandate))
    }

    /// Registers a phone. A repeat changes nothing; the id or the key of another rider's phone is
    /// a conflict.
    pub async fn register_device(&self, device: Device) -> Result<()> {
        each_engine!(self.register_device(device))
    }

    /// Revokes a phone and denies its live credentials. A repeat changes nothing and keeps the
    /// first reason.
    pub async fn revoke_device(
        &self,
        device: DeviceId,
        reason: RevokeReason,
        now: UnixSeconds,
    ) -> Result<()> {
        each_engine!(self.revoke_device(device, reason, now))
    }

    /// Closes an account for good: its phones are revoked, their live credentials denied, its
    /// sessions ended. [`RiderClosed::Moved`] unless `mark` is that of the rider's charges, the
    /// balance is zero and no charge is open. A repeat changes nothing.
    pub async fn close_rider(
        &self,
        rider: RiderId,
        mark: u64,
        now: UnixSeconds,
    ) -> Result<RiderClosed> {
        each_engine!(self.close_rider(rider, mark, now))
    }

    /// Keeps credentials given to a phone, all or none. Refused as [`StoreFault::Missing`] unless
    /// the phone is the rider's and active and the account may ride, so that none is given behind
    /// a revocation or a block. A repeat changes nothing. A
    /// credential that is held for the same rider, phone, brand and scheme is renewed: the one
    /// that expires later is kept, with the state it had (`mot` numbers are fixed by design of
    /// that scheme). Any other difference is a conflict. A blocked rider may be given one that
    /// carries home, alone and once for each block: another one is a conflict.
    pub async fn grant_credentials(&self, credentials: Vec<Credential>) -> Result<()> {
        invariant::assert_grant(&credentials);
        each_engine!(self.grant_credentials(credentials))
    }

    /// Everything about a rider but the rides.
    pub async fn load_rider(&self, rider: RiderId, now: UnixSeconds) -> Result<Option<RiderFile>> {
        each_engine!(self.load_rider(rider, now))
    }
}

/// Validators and their journals.
impl Store {
    /// Registers a validator. A repeat changes nothing; the same id with another key or operator
    /// is a conflict.
    pub async fn register_validator(&self, validator: Validator) -> Result<()> {
        each_engine!(self.register_validator(validator))
    }

    /// A validator by its id.
    pub async fn find_validator(&self, validator: ValidatorId) -> Result<Option<Validator>> {
        each_engine!(self.find_validator(validator))
    }

    /// The version of the deny list, and with it, of one moment, the credentials denied and not
    /// expired at `now`, ascending.
    pub async fn load_denied(&self, now: UnixSeconds) -> Result<(u64, Vec<DenyEntry>)> {
        each_engine!(self.load_denied(now))
    }

    /// Whose these credentials are, in the order asked; `None` for those never given out.
    pub async fn find_owners(
        &self,
        credentials: Vec<CredentialRef>,
    ) -> Result<Vec<Option<CredentialOwner>>> {
        each_engine!(self.find_owners(credentials))
    }

    /// Takes in a checked segment, all or nothing: entries, taps, disagreements, watermark, and
    /// marks every month that gained a tap (and, for a tap within a day of a month's start or
    /// end in any time zone, the month before or after) as due. Entries already held are counted as repeated and
    /// change nothing. A void becomes a tap, a copy of the tap it takes back but for id, time,
    /// kind and showing (none), as soon as both are held, in whichever order they come; the void
    /// of an entry that is no tap is kept without effect.
    /// Segments may come in any order; the chain is held against every neighbour that is there.
    pub async fn accept_segment(
        &self,
        acceptance: Acceptance,
    ) -> Result<std::result::Result<Receipt, SegmentConflict>> {
        invariant::assert_acceptance(&acceptance);
        each_engine!(self.accept_segment(acceptance))
    }

    /// Takes in a repair: keeps it, adds it to the rider's taps ([`ridecode_fare::Tap::mended`]), and
    /// marks every month that the tap mended or the repair may change as due. A tap that is not held, is a void or a
    /// repair, or is another rider's is [`StoreFault::Missing`]. Numbers of one tap follow on each
    /// other from 1: a repeat is [`RepairSaved::Repeated`], any other number or content is
    /// [`RepairSaved::Moved`]; both change nothing.
    pub async fn save_repair(&self, repair: Repair) -> Result<RepairSaved> {
        invariant::assert_repair(&repair);
        each_engine!(self.save_repair(repair))
    }

    /// A rider's repairs, by the tap mended and by number.
    pub async fn load_repairs(&self, rider: RiderId) -> Result<Vec<Repair>> {
        each_engine!(self.load_repairs(rider))
    }

    /// Entries by their ids, in the order asked; `None` for those that are not held.
    pub async fn load_entries(&self, ids: Vec<TapId>) -> Result<Vec<Option<HeldEntry>>> {
        each_engine!(self.load_entries(ids))
    }

    /// What is held of an operator's journals, by validator.
    pub async fn load_held(&self, operator: OperatorId) -> Result<Vec<HeldEntries>> {
        each_engine!(self.load_held(operator))
    }
}

/// Validators at work.
impl Store {
    /// Keeps a validator's last heartbeat. `false`, and nothing was changed, if it was sealed before
    /// the one held, unless that was heard ten minutes ago or longer: then the clock was put right.
    /// A validator that is not there is [`StoreFault::Missing`].
    pub async fn note_beat(&self, beat: Beat) -> Result<bool> {
        each_engine!(self.note_beat(beat))
    }

    /// Validators with place, watermark and last heartbeat, by number.
    pub async fn load_validators(&self, of: FleetOf) -> Result<Vec<ValidatorFile>> {
        each_engine!(self.load_validators(of))
    }

    /// Takes a step of a validator and puts the deed on the trail, both or neither. One that
    /// retired, or is there already, stays as it is and leaves no line.
    pub async fn step_validator(
        &self,
        validator: ValidatorId,
        step: ValidatorStep,
        deed: Deed,
    ) -> Result<ValidatorStepped> {
        each_engine!(self.step_validator(validator, step, deed))
    }

    /// The counts of a stretch of time, which grow with [`Store::accept_segment`] and
    /// [`Store::save_bills`], and the totals of all charges. Reads as many rows as there are slots,
    /// hours and lines in it, however many taps they stand for.
    pub async fn load_pulses(&self, query: PulseQuery) -> Result<Pulses> {
        each_engine!(self.load_pulses(query))
    }
}

/// What people did.
impl Store {
    /// Puts a deed on the trail and gives the number of its line.
    pub async fn note_deed(&self, deed: Deed) -> Result<u64> {
        each_engine!(self.note_deed(deed))
    }

    /// Revokes a phone as lost, denies its live credentials, and puts the deed on the trail, all or
    /// nothing. `false`, and nothing was changed, if it was revoked before. A phone that is not
    /// there, or not of the deed's rider, is [`StoreFault::Missing`].
    pub async fn block_device(&self, device: DeviceId, deed: Deed) -> Result<bool> {
        each_engine!(self.block_device(device, deed))
    }

    /// Lines of the trail, newest first, at most `limit`. Repairs by agents
    /// ([`Store::save_repair`]) have theirs too.
    pub async fn load_trail(&self, query: TrailQuery, limit: usize) -> Result<Vec<TrailLine>> {
        each_engine!(self.load_trail(query, limit))
    }
}

/// Bills, charges, clearing.
impl Store {
    /// Months due to be priced at `now`, longest due first, at most `limit`.
    pub async fn due_bills(&self, now: UnixSeconds, limit: usize) -> Result<Vec<BillDue>> {
        each_engine!(self.due_bills(now, limit))
    }

    /// What pricing these months rests on, in the order asked. Taps reach from `before_s` seconds
    /// before each month's first second in any time zone to as long after its last.
    pub async fn load_windows(
        &self,
        periods: Vec<Period>,
        before_s: u32,
    ) -> Result<Vec<BillWindow>> {
        each_engine!(self.load_windows(periods, before_s))
    }

    /// Saves priced months, each on its own: fares, transfers (which move the rider's balance),
    /// legs, charges. A month that is not due, or whose taps or fares moved since `mark`, gives
    /// [`BillSaved::Moved`] and changes nothing; so does a month saved before. A fare version that
    /// is held already with the same content is left out with its transfers, legs and charge; one
    /// with other content is a conflict; one whose journey or version before is not held is
    /// [`StoreFault::Missing`]. A journey is billed in one month, one that its first tap lies in
    /// in some time zone; another month is a conflict. A fault changes nothing of any month of
    /// the call.
    ///
    /// Charges of a journey whose fare is not its first are brought in line with what it owes then:
    /// those that ask for too much and are not on their way are superseded, one that follows asks
    /// for what is left, refunds are planned for what came in too much, and a block is made smaller
    /// or taken away with them.
    pub async fn save_bills(&self, bills: Vec<BillSave>) -> Result<Vec<BillSaved>> {
        invariant::assert_bills(&bills);
        each_engine!(self.save_bills(bills))
    }

    /// Makes months due at `at`, unless they are due earlier, and stale for whoever loaded them:
    /// something other than their taps changed. A rider that is not there is
    /// [`StoreFault::Missing`], and no month of the call is due then.
    pub async fn bill_again(&self, periods: Vec<Period>, at: UnixSeconds) -> Result<()> {
        each_engine!(self.bill_again(periods, at))
    }

    /// Charges something is to be done about at `now`, longest due first, at most `limit`.
    pub async fn due_charges(&self, now: UnixSeconds, limit: usize) -> Result<Vec<ChargeDue>> {
        each_engine!(self.due_charges(now, limit))
    }

    /// Takes down an attempt before its request leaves and moves the charge to submitted. `false`
    /// if the charge is collected or superseded already or another worker made this attempt: then send nothing.
    pub async fn open_attempt(&self, attempt: Attempt) -> Result<bool> {
        each_engine!(self.open_attempt(attempt))
    }

    /// Makes a rider's declined charges due at `now`, those that were given up too: the rider asks
    /// to pay. For those that are on their way again the wish is kept
    /// ([`Charge::wished`](crate::Charge::wished)). Moves the rider's mark. Gives how many were
    /// changed; a repeat gives 0 and changes nothing. A rider that is not there is
    /// [`StoreFault::Missing`].
    pub async fn hasten_charges(&self, rider: RiderId, now: UnixSeconds) -> Result<u32> {
        each_engine!(self.hasten_charges(rider, now))
    }

    /// What was collected from a rider on an accounting day, and what charges that are on their way may
    /// still collect, in minor units.
    pub async fn taken_on(&self, rider: RiderId, day: ServiceDay) -> Result<i64> {
        each_engine!(self.taken_on(rider, day))
    }

    /// A charge by its id.
    pub async fn find_charge(&self, charge: ChargeId) -> Result<Option<Charge>> {
        each_engine!(self.find_charge(charge))
    }

    /// What all charges come to. Reads every charge.
    pub async fn sum_charges(&self) -> Result<ChargeSums> {
        each_engine!(self.sum_charges())
    }

    /// The charges that stand somewhere, newest planned first, then by rider and id, at most
    /// `limit`. Reads every charge.
    pub async fn load_charges(
        &self,
        standing: ChargeStanding,
        limit: usize,
    ) -> Result<Vec<Charge>> {
        each_engine!(self.load_charges(standing, limit))
    }

    /// Takes down news about a charge, with transfers and the rider's new state, all or nothing.
    /// Collected (with any amount) is final and is taken from every state: later news, and repeats of it, change
    /// nothing ([`Settled::AlreadyCollected`]). Other news moves only a charge that is submitted,
    /// accepted or unknown ([`Settled::NotWaiting`]), so that a decline heard twice counts once.
    /// News saved moves the rider's mark; a settlement decided at an older mark is refused
    /// ([`Settled::Moved`]). The three are looked for in this order. A charge that becomes known
    /// brings the charges of its journey in line with what it owes, as [`Store::save_bills`] does.
    pub async fn settle_charge(&self, settlement: Settlement) -> Result<Settled> {
        invariant::assert_settlement(&settlement);
        each_engine!(self.settle_charge(settlement))
    }

    /// Declined charges that were given up, first declined at `before` or earlier and not written
    /// off, longest declined first, at most `limit`.
    pub async fn due_write_offs(&self, before: UnixSeconds, limit: usize) -> Result<Vec<Charge>> {
        each_engine!(self.due_write_offs(before, limit))
    }

    /// Writes a debt off: takes the time down and posts its transfer. `false`, and nothing was
    /// changed, if the charge is not declined and given up, or was written off before. Moves the
    /// rider's mark. The charge may still be paid: news that it was must reinstate it first, or is
    /// [`Settled::Moved`].
    pub async fn write_off(&self, write_off: WriteOff) -> Result<bool> {
        invariant::assert_write_off(&write_off);
        each_engine!(self.write_off(write_off))
    }

    /// Refunds something is to be done about at `now`, longest due first, at most `limit`.
    pub async fn due_refunds(&self, now: UnixSeconds, limit: usize) -> Result<Vec<RefundDue>> {
        each_engine!(self.due_refunds(now, limit))
    }

    /// Takes down an attempt at a refund before its request leaves. `false` if the refund is done
    /// or refused, or another worker made this attempt: then send nothing.
    pub async fn open_refund(&self, attempt: RefundAttempt) -> Result<bool> {
        each_engine!(self.open_refund(attempt))
    }

    /// Takes down news about a refund, with its transfer, all or nothing. Done is final and is
    /// taken from every state ([`RefundSettled::AlreadyDone`] from then on). Other news moves only
    /// a refund that is submitted, accepted or unknown ([`RefundSettled::NotWaiting`]). News saved
    /// moves the rider's mark, and brings the journey in line as [`Store::settle_charge`] does.
    pub async fn settle_refund(&self, news: RefundNews) -> Result<RefundSettled> {
        invariant::assert_refund_news(&news);
        each_engine!(self.settle_refund(news))
    }

    /// Has a refused refund tried again, and says which is due for it: itself, under its number, or,
    /// where what was refused is no longer all in credit, another that gives back what is left; then
    /// every refused refund of those rides is superseded. `None`, and nothing was changed, if it is
    /// not refused or its rides have nothing in credit.
    pub async fn revive_refund(
        &self,
        refund: RefundId,
        now: UnixSeconds,
    ) -> Result<Option<RefundId>> {
        each_engine!(self.revive_refund(refund, now))
    }

    /// The refunds that are neither done nor superseded, newest planned first, then by rider and id, at most `limit`.
    pub async fn unfinished_refunds(&self, limit: usize) -> Result<Vec<Refund>> {
        each_engine!(self.unfinished_refunds(limit))
    }

    /// A refund by its id.
    pub async fn find_refund(&self, refund: RefundId) -> Result<Option<Refund>> {
        each_engine!(self.find_refund(refund))
    }

    /// What an operator's statement for a day is made of.
    pub async fn load_day(&self, operator: OperatorId, day: ServiceDay) -> Result<DayLegs> {
        each_engine!(self.load_day(operator, day))
    }

    /// Saves a statement, ties its legs to it, so that no leg stands on two, and books its
    /// commission ([`ridecode_ledger::SharedEvent::Stated`]). Numbers follow on
    /// each other without a gap, and the lines are all legs up to the day that stand on no
    /// statement yet: otherwise [`StatementSaved::Moved`], and nothing was changed.
    pub async fn close_day(&self, statement: Statement) -> Result<StatementSaved> {
        invariant::assert_statement(&statement);
        each_engine!(self.close_day(statement))
    }

    /// An operator's statements for a day, by number.
    pub async fn load_statements(
        &self,
        operator: OperatorId,
        day: ServiceDay,
    ) -> Result<Vec<Statement>> {
        each_engine!(self.load_statements(operator, day))
    }
}

/// What riders are told.
impl Store {
    /// Notices to be sent at `now`, longest due first, at most `limit`.
    pub async fn due_notices(&self, now: UnixSeconds, limit: usize) -> Result<Vec<NoticeDue>> {
        each_engine!(self.due_notices(now, limit))
    }

    /// Takes down an attempt at sending a notice before its request leaves. `false` if the notice
    /// does not wait any more or another worker made this attempt: then send nothing.
    pub async fn open_notice(&self, attempt: NoticeAttempt) -> Result<bool> {
        each_engine!(self.open_notice(attempt))
    }

    /// Takes down that a notice was sent, or will not be. `false`, and nothing was changed, if it
    /// does not wait any more.
    pub async fn settle_notice(&self, notice: NoticeId, delivery: Delivery) -> Result<bool> {
        each_engine!(self.settle_notice(notice, delivery))
    }

    /// A rider's notices, oldest first.
    pub async fn load_notices(&self, rider: RiderId) -> Result<Vec<Notice>> {
        each_engine!(self.load_notices(rider))
    }
}

/// Money given to riders by people.
impl Store {
    /// Keeps an adjustment that is asked for, and gives it as it stands: approved at once if it is
    /// goodwill for one ride and what this person gave alone within the day before comes with it to
    /// no more than `limit_minor`; otherwise it waits for another person. Its own state, and those
    /// of its lines, are not looked at. A repeat gives it as it stands; other content under its
    /// number is a conflict; a ride that is not there, or another rider's, is
    /// [`StoreFault::Missing`].
    pub async fn ask_adjustment(&self, asked: Adjustment, limit_minor: i64) -> Result<Adjustment> {
        invariant::assert_adjustment(&asked);
        each_engine!(self.ask_adjustment(asked, limit_minor))
    }

    /// Takes down a decision about an adjustment that waits ([`Decided::NotWaiting`] otherwise), by
    /// anyone but who asked for it ([`Decided::SamePerson`]). Looked for in this order.
    pub async fn decide_adjustment(&self, decision: Decision) -> Result<Decided> {
        each_engine!(self.decide_adjustment(decision))
    }

    /// Approved adjustments with lines that wait, by number, at most `limit`.
    pub async fn due_adjustments(&self, limit: usize) -> Result<Vec<AdjustmentId>> {
        each_engine!(self.due_adjustments(limit))
    }

    /// Posts the next `limit` lines of an approved adjustment, in their order, each once, and
    /// brings the charges and refunds of their rides in line, as [`Store::save_bills`] does. A line
    /// that would give more than its ride cost, or take back what was not given or is taken back
    /// already, is refused and posts nothing. One that is not approved changes nothing. Moves the
    /// riders' marks.
    pub async fn post_adjustment(
        &self,
        adjustment: AdjustmentId,
        limit: usize,
        day: ServiceDay,
    ) -> Result<Adjusted> {
        each_engine!(self.post_adjustment(adjustment, limit, day))
    }

    /// An adjustment by its number.
    pub async fn find_adjustment(&self, adjustment: AdjustmentId) -> Result<Option<Adjustment>> {
        each_engine!(self.find_adjustment(adjustment))
    }

    /// The newest adjustments, newest first, at most `limit`.
    pub async fn load_adjustments(&self, limit: usize) -> Result<Vec<Adjustment>> {
        each_engine!(self.load_adjustments(limit))
    }
}

/// Payouts.
impl Store {
    /// The statements that stand in no payout yet.
    pub async fn load_unpaid(&self) -> Result<UnpaidStatements> {
        each_engine!(self.load_unpaid())
    }

    /// Saves a planned payout. Numbers follow on each other without a gap, and its statements
    /// stand in no other payout that was not withdrawn: otherwise [`PayoutSaved::Moved`], and
    /// nothing was changed.
    pub async fn save_payout(&self, payout: Payout) -> Result<PayoutSaved> {
        invariant::assert_payout(&payout);
        each_engine!(self.save_payout(payout))
    }

    /// Takes a step of a payout and books a payment that was made
    /// ([`ridecode_ledger::SharedEvent::PaidOut`]). A step taken before changes nothing, but for an
    /// export, which is counted.
    pub async fn step_payout(
        &self,
        number: u64,
        step: PayoutStep,
    ) -> Result<std::result::Result<Payout, PayoutRefused>> {
        each_engine!(self.step_payout(number, step))
    }

    /// The payouts after a number, by number, at most `limit`.
    pub async fn load_payouts(&self, after: u64, limit: usize) -> Result<Vec<Payout>> {
        each_engine!(self.load_payouts(after, limit))
    }
}

/// Provider bills.
impl Store {
    /// The charges a provider collected on a day, and those asked for, by id; those not here are
    /// left out. Reads the whole ledger.
    pub async fn load_collected(
        &self,
        provider: ProviderId,
        day: ServiceDay,
        asked: Vec<ChargeId>,
    ) -> Result<Vec<Charge>> {
        each_engine!(self.load_collected((provider, day), &asked))
    }

    /// Saves a provider's bill of a day, once: a repeat changes nothing, and so does another bill.
    pub async fn save_provider_bill(&self, bill: ProviderBill) -> Result<ProviderBillSaved> {
        each_engine!(self.save_provider_bill(bill))
    }

    /// A provider's bill of a day.
    pub async fn find_provider_bill(
        &self,
        provider: ProviderId,
        day: ServiceDay,
    ) -> Result<Option<ProviderBill>> {
        each_engine!(self.find_provider_bill((provider, day)))
    }

    /// Takes a step of a bill and books what the provider paid
    /// ([`ridecode_ledger::SharedEvent::ProviderSettled`]). A step taken before changes nothing.
    pub async fn step_provider_bill(
        &self,
        provider: ProviderId,
        day: ServiceDay,
        step: BillStep,
    ) -> Result<std::result::Result<ProviderBill, BillRefused>> {
        each_engine!(self.step_provider_bill((provider, day), step))
    }

    /// The differences that something is still to be done about, by provider, day and place.
    pub async fn open_differences(&self, limit: usize) -> Result<Vec<OpenDifference>> {
        each_engine!(self.open_differences(limit))
    }
}

/// Days of the ledger.
impl Store {
    /// Ends the ledger day that is open, for a service day: what is taken down from now on belongs
    /// to the next. `false`, and nothing was changed, if that day or a later one was cut before.
    pub async fn cut_ledger(&self, day: ServiceDay) -> Result<bool> {
        each_engine!(self.cut_ledger(day))
    }

    /// The ledger days that were cut, by number.
    pub async fn load_ledger_days(&self) -> Result<Vec<LedgerDay>> {
        each_engine!(self.load_ledger_days())
    }

    /// The next `limit` transfers of a range of ledger days, with its bookings on the last page.
    /// Pages of days that were cut fit together whenever they are read.
    pub async fn ledger_page(&self, range: LedgerRange, limit: usize) -> Result<LedgerPage> {
        each_engine!(self.ledger_page(range, limit))
    }

    /// Saves what a ledger day came to, once and after the day before. A repeat changes nothing,
    /// another head is a conflict; a day that was not cut, or whose day before has no head, is
    /// [`StoreFault::Missing`].
    pub async fn seal_ledger(&self, number: u64, sealed: DayHead) -> Result<()> {
        each_engine!(self.seal_ledger(number, sealed))
    }
}

/// Rides as the rider sees them, and the audit.
impl Store {
    /// A tap by its id; a void is none.
    pub async fn find_tap(&self, tap: TapId) -> Result<Option<Tap>> {
        each_engine!(self.find_tap(tap))
    }

    /// One rider's records, as an audit page of its own; empty lists if there is no such rider.
    pub async fn load_rides(&self, rider: RiderId) -> Result<AuditPage> {
        each_engine!(self.load_rides(rider))
    }

    /// The next `limit` riders' records after a rider, from one consistent view each.
    pub async fn audit_page(&self, after: Option<RiderId>, limit: usize) -> Result<AuditPage> {
        each_engine!(self.audit_page(after, limit))
    }

    /// How often the list of refused credentials has changed: what every validator that asks for
    /// news is answered by, so it costs one row, whatever is held.
    pub async fn deny_version(&self) -> Result<u64> {
        each_engine!(self.deny_version())
    }

    /// Counters.
    pub async fn office_state(&self, now: UnixSeconds) -> Result<OfficeState> {
        each_engine!(self.office_state(now))
    }

    /// Keeps a reply, or gives the one kept under its key. The same key with another request is a
    /// conflict.
    pub async fn keep_reply(&self, reply: ReplyRecord) -> Result<ReplyRecord> {
        each_engine!(self.keep_reply(reply))
    }

    /// The reply kept under a key.
    pub async fn find_reply(&self, key: String) -> Result<Option<ReplyRecord>> {
        each_engine!(self.find_reply(key))
    }
}
