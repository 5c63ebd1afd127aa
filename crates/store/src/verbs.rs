//! The verbs. Written before the engines: this file is the specification.

use ridecode_account::{
    Challenge, ChallengeAnswer, Credential, Device, Mandate, Phone, RevokeReason, Rider,
};
use ridecode_fare::Period;
use ridecode_ledger::Statement;
use ridecode_validator::bundle::DenyEntry;
use ridecode_words::{
    ChargeId, CredentialRef, DeviceId, MandateId, OperatorId, RiderId, ServiceDay, UnixSeconds,
    ValidatorId,
};

use crate::fault::StoreFault;
use crate::record::{
    Acceptance, Attempt, AuditPage, BillDue, BillSave, BillSaved, BillWindow, Charge, ChargeDue,
    CredentialOwner, DayLegs, HeldEntries, OfficeState, Receipt, ReplyRecord, RiderFile,
    RiderOpened, SegmentConflict, Session, Settled, Settlement, StatementSaved, Validator,
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
}

type Result<T> = std::result::Result<T, StoreFault>;

/// Riders.
impl Store {
    /// Opens an account. A phone number has one account: a repeat, or another id for the same
    /// number, gives [`RiderOpened::Existing`] and changes nothing.
    pub async fn open_rider(&self, _rider: Rider) -> Result<RiderOpened> {
        todo!()
    }

    /// Keeps a challenge, in place of any other for that phone.
    pub async fn put_challenge(&self, _challenge: Challenge) -> Result<()> {
        todo!()
    }

    /// Answers the challenge of a phone and keeps what is left of it
    /// ([`Challenge::answer`]). A right answer is right once.
    pub async fn answer_challenge(
        &self,
        _phone: Phone,
        _code: String,
        _now: UnixSeconds,
    ) -> Result<ChallengeAnswer> {
        todo!()
    }

    /// Keeps a session. A repeat changes nothing; the same token for another rider is a conflict.
    pub async fn open_session(&self, _session: Session) -> Result<()> {
        todo!()
    }

    /// Whose session a token digest is, unless it has expired.
    pub async fn find_session(
        &self,
        _token_digest: [u8; 32],
        _now: UnixSeconds,
    ) -> Result<Option<Session>> {
        todo!()
    }

    /// Keeps a mandate in place of its earlier state. An id of another rider or provider is a
    /// conflict. A repeat changes nothing.
    pub async fn save_mandate(&self, _mandate: Mandate) -> Result<()> {
        todo!()
    }

    /// A mandate by its id.
    pub async fn find_mandate(&self, _mandate: MandateId) -> Result<Option<Mandate>> {
        todo!()
    }

    /// Registers a phone. A repeat changes nothing; the id or the key of another rider's phone is
    /// a conflict.
    pub async fn register_device(&self, _device: Device) -> Result<()> {
        todo!()
    }

    /// Revokes a phone and denies its live credentials. A repeat changes nothing and keeps the
    /// first reason.
    pub async fn revoke_device(
        &self,
        _device: DeviceId,
        _reason: RevokeReason,
        _now: UnixSeconds,
    ) -> Result<()> {
        todo!()
    }

    /// Keeps credentials given to a phone, all or none. Refused as [`StoreFault::Missing`] unless
    /// the phone is active, so that none is given behind a revocation. A repeat changes nothing. A
    /// credential that is held for the same rider, phone, brand and scheme is renewed: the one
    /// that expires later is kept, with the state it had (`mot` numbers are fixed by design of
    /// that scheme). Any other difference is a conflict.
    pub async fn grant_credentials(&self, _credentials: Vec<Credential>) -> Result<()> {
        todo!()
    }

    /// Everything about a rider but the rides.
    pub async fn load_rider(
        &self,
        _rider: RiderId,
        _now: UnixSeconds,
    ) -> Result<Option<RiderFile>> {
        todo!()
    }
}

/// Validators and their journals.
impl Store {
    /// Registers a validator. A repeat changes nothing; the same id with another key or operator
    /// is a conflict.
    pub async fn register_validator(&self, _validator: Validator) -> Result<()> {
        todo!()
    }

    /// A validator by its id.
    pub async fn find_validator(&self, _validator: ValidatorId) -> Result<Option<Validator>> {
        todo!()
    }

    /// The credentials denied and not expired at `now`, ascending.
    pub async fn load_denied(&self, _now: UnixSeconds) -> Result<Vec<DenyEntry>> {
        todo!()
    }

    /// Whose these credentials are, in the order asked; `None` for those never given out.
    pub async fn find_owners(
        &self,
        _credentials: Vec<CredentialRef>,
    ) -> Result<Vec<Option<CredentialOwner>>> {
        todo!()
    }

    /// Takes in a checked segment, all or nothing: entries, taps, disagreements, watermark, and
    /// marks every month that gained a tap (and, for a tap within a day of a month's start or
    /// end, the month before or after) as due. Entries already held are counted as repeated and
    /// change nothing. A void becomes a tap, a copy of the tap it takes back but for id, time,
    /// kind and showing (none), as soon as both are held, in whichever order they come; the void
    /// of an entry that is no tap is kept without effect.
    /// Segments may come in any order; the chain is held against every neighbour that is there.
    pub async fn accept_segment(
        &self,
        _acceptance: Acceptance,
    ) -> Result<std::result::Result<Receipt, SegmentConflict>> {
        todo!()
    }

    /// What is held of an operator's journals, by validator.
    pub async fn load_held(&self, _operator: OperatorId) -> Result<Vec<HeldEntries>> {
        todo!()
    }
}

/// Bills, charges, clearing.
impl Store {
    /// Months due to be priced at `now`, oldest mark first, at most `limit`.
    pub async fn due_bills(&self, _now: UnixSeconds, _limit: usize) -> Result<Vec<BillDue>> {
        todo!()
    }

    /// What pricing these months rests on, in the order asked. Taps reach from `before_s` seconds
    /// before each month's first possible second to as long after its last.
    pub async fn load_windows(
        &self,
        _periods: Vec<Period>,
        _before_s: u32,
    ) -> Result<Vec<BillWindow>> {
        todo!()
    }

    /// Saves priced months, each all or nothing and each on its own: fares, transfers (which move
    /// the rider's balance), charges. A month whose taps moved since `mark` gives
    /// [`BillSaved::Moved`] and changes nothing. A fare version that is held already with the same
    /// content is left out with its transfers and charge.
    pub async fn save_bills(&self, _bills: Vec<BillSave>) -> Result<Vec<BillSaved>> {
        todo!()
    }

    /// Charges something is to be done about at `now`, oldest first, at most `limit`.
    pub async fn due_charges(&self, _now: UnixSeconds, _limit: usize) -> Result<Vec<ChargeDue>> {
        todo!()
    }

    /// Takes down an attempt before its request leaves and moves the charge to submitted. `false`
    /// if the charge is collected already or another worker made this attempt: then send nothing.
    pub async fn open_attempt(&self, _attempt: Attempt) -> Result<bool> {
        todo!()
    }

    /// A charge by its id.
    pub async fn find_charge(&self, _charge: ChargeId) -> Result<Option<Charge>> {
        todo!()
    }

    /// Takes down news about a charge, with transfers and the rider's new state, all or nothing.
    /// Collected is final and is taken from every state: later news, and repeats of it, change
    /// nothing ([`Settled::AlreadyCollected`]). Other news moves only a charge that is submitted,
    /// accepted or unknown ([`Settled::NotWaiting`]), so that a decline heard twice counts once.
    /// News saved moves the rider's mark; a settlement decided at an older mark is refused
    /// ([`Settled::Moved`]). The three are looked for in this order.
    pub async fn settle_charge(&self, _settlement: Settlement) -> Result<Settled> {
        todo!()
    }

    /// What an operator's statement for a day is made of.
    pub async fn load_day(&self, _operator: OperatorId, _day: ServiceDay) -> Result<DayLegs> {
        todo!()
    }

    /// Saves a statement and ties its legs to it, so that no leg stands on two.
    pub async fn close_day(&self, _statement: Statement) -> Result<StatementSaved> {
        todo!()
    }

    /// An operator's statements for a day, by number.
    pub async fn load_statements(
        &self,
        _operator: OperatorId,
        _day: ServiceDay,
    ) -> Result<Vec<Statement>> {
        todo!()
    }
}

/// Rides as the rider sees them, and the audit.
impl Store {
    /// One rider's records, as an audit page of its own; empty lists if there is no such rider.
    pub async fn load_rides(&self, _rider: RiderId) -> Result<AuditPage> {
        todo!()
    }

    /// The next `limit` riders' records after a rider, from one consistent view each.
    pub async fn audit_page(&self, _after: Option<RiderId>, _limit: usize) -> Result<AuditPage> {
        todo!()
    }

    /// Counters.
    pub async fn office_state(&self, _now: UnixSeconds) -> Result<OfficeState> {
        todo!()
    }

    /// Keeps a reply, or gives the one kept under its key. The same key with another request is a
    /// conflict.
    pub async fn keep_reply(&self, _reply: ReplyRecord) -> Result<ReplyRecord> {
        todo!()
    }

    /// The reply kept under a key.
    pub async fn find_reply(&self, _key: String) -> Result<Option<ReplyRecord>> {
        todo!()
    }
}
