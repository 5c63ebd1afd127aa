//! The way up and down: bundles come in, segments and heartbeats go out. How they travel is the
//! caller's.

use ridecode_validator::Barrier;
use ridecode_validator::bundle;
use ridecode_validator::heartbeat::Waits;
use ridecode_validator::segment::{ENTRIES_MAX, LENGTH_MAX};

use crate::answer::Answer;
use crate::border;
use crate::moment::Moment;
use crate::table::{self, Handle};

/// How a validator is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub struct State {
    /// The bundle in force; 0 for none.
    pub bundle_version: u64,
    /// When it was made, in Unix seconds.
    pub bundle_made: i64,
    /// Refused credentials in it.
    pub denied: u64,
    /// The last entry of the journal.
    pub journal_end: u64,
    /// Through this entry the back office holds it.
    pub held_through: u64,
    /// Bytes free on the storage; all ones where nobody can tell.
    pub free_bytes: u64,
    /// When `rc_void_overdue` is to be called, by `ms` of `rc_moment`; all ones for never.
    pub next_due_ms: u64,
    /// A time of day that has passed, in Unix seconds: a clock that says less is wrong.
    pub no_earlier_than: i64,
    /// 1 while somebody accepted is expected to pass, else 0.
    pub barrier_open: u32,
    /// 1 if the storage gives trouble: fails, is full or nearly so.
    pub storage_trouble: u32,
}

/// What a heartbeat tells that the library does not know. Zeros where the caller does not either.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub struct Vitals {
    /// How many scans the three times are about.
    pub scans: u32,
    /// From the code's last byte to the lamp in microseconds: the median.
    pub p50_us: u32,
    /// All but one in twenty.
    pub p95_us: u32,
    /// All but one in a hundred.
    pub p99_us: u32,
    /// 1 if a scanner or the passage sensor is gone.
    pub scanner_gone: u32,
}

/// Takes a sealed bundle, or a delta on the one in force, as the back office delivered it: keeps
/// it, and puts it in force whole from the next code on. `version` becomes its version. One that
/// is not good is refused with its reason, and the last good one stays.
///
/// # Safety
///
/// Each pointer is null or points to what its type says; `sealed` to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rc_take_bundle(
    validator: Handle,
    sealed: *const u8,
    length: usize,
    version: *mut u64,
) -> Answer {
    table::with(validator, |reader| {
        // SAFETY: as the caller says.
        let version = unsafe { border::output(version) }?;
        // SAFETY: as the caller says.
        let sealed = unsafe { border::bytes(sealed, length, bundle::LENGTH_MAX) }?;
        version.write(reader.take_bundle(sealed)?);
        Ok(())
    })
}

/// Tells how a validator is.
///
/// # Safety
///
/// `state` is null or has room for one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rc_read_state(validator: Handle, state: *mut State) -> Answer {
    table::with(validator, |reader| {
        // SAFETY: as the caller says.
        let state = unsafe { border::output(state) }?;
        let (inner, bundle) = (reader.validator(), reader.bundle());
        state.write(State {
            bundle_version: bundle.map_or(0, |bundle| bundle.version),
            bundle_made: bundle.map_or(0, |bundle| bundle.made.0),
            denied: bundle.map_or(0, |bundle| {
                u64::try_from(bundle.denied.len()).unwrap_or(u64::MAX)
            }),
            journal_end: inner.written().sequence,
            held_through: reader.held_through(),
            free_bytes: inner.free().unwrap_or(u64::MAX),
            next_due_ms: inner.next_due_ms().unwrap_or(u64::MAX),
            no_earlier_than: inner.no_earlier_than().0,
            barrier_open: match inner.barrier() {
                Barrier::Open => 1,
                Barrier::Closed => 0,
            },
            storage_trouble: u32::from(!inner.ailments().is_empty()),
        });
        Ok(())
    })
}

/// Seals the oldest entries that the back office does not hold into a segment, to be sent: as
/// many as fit into `capacity` bytes, at most `entries_max` (0: 1,000). `length` becomes its
/// length. 4,096 bytes hold any one entry, 1 MiB any segment. The same entries come again until
/// `rc_held_through` says that they are held. `RC_ANSWER_NOTHING` if all are.
///
/// # Safety
///
/// Each pointer is null or points to what its type says; `segment` to room for `capacity` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rc_next_segment(
    validator: Handle,
    entries_max: u32,
    now: *const Moment,
    segment: *mut u8,
    capacity: usize,
    length: *mut usize,
) -> Answer {
    table::with(validator, |reader| {
        // SAFETY: as the caller says.
        let room = unsafe { border::room(segment, capacity) }?;
        // SAFETY: as the caller says.
        let length = unsafe { border::output(length) }?;
        // SAFETY: as the caller says.
        let now = unsafe { border::input(now) }?.read()?;
        let entries_max = match usize::try_from(entries_max) {
            Ok(entries_max @ 1..=ENTRIES_MAX) => entries_max,
            Ok(_) | Err(_) => ENTRIES_MAX,
        };
        let sealed = reader.next_segment(entries_max, room.len().min(LENGTH_MAX), now)?;
        border::fill(room, &sealed)?;
        length.write(sealed.len());
        Ok(())
    })
}

/// The back office answered that it holds the journal through that entry. Old pieces of it go, as
/// far as the settings allow. `RC_ANSWER_JOURNAL_OLDER` if there is no such entry here.
///
/// # Safety
///
/// `now` is null or points to a moment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rc_held_through(
    validator: Handle,
    through: u64,
    now: *const Moment,
) -> Answer {
    table::with(validator, |reader| {
        // SAFETY: as the caller says.
        let now = unsafe { border::input(now) }?.read()?;
        reader.note_held(through, now)
    })
}

/// Seals a heartbeat, to be sent every minute or as the back office asks. `length` becomes its
/// length; 4,096 bytes hold any.
///
/// # Safety
///
/// Each pointer is null or points to what its type says; `heartbeat` to room for `capacity` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rc_heartbeat(
    validator: Handle,
    vitals: *const Vitals,
    now: *const Moment,
    heartbeat: *mut u8,
    capacity: usize,
    length: *mut usize,
) -> Answer {
    table::with(validator, |reader| {
        // SAFETY: as the caller says.
        let room = unsafe { border::room(heartbeat, capacity) }?;
        // SAFETY: as the caller says.
        let length = unsafe { border::output(length) }?;
        // SAFETY: as the caller says.
        let vitals = unsafe { border::input(vitals) }?;
        // SAFETY: as the caller says.
        let now = unsafe { border::input(now) }?.read()?;
        let waits = Waits {
            scans: vitals.scans,
            p50_us: vitals.p50_us,
            p95_us: vitals.p95_us,
            p99_us: vitals.p99_us,
        };
        let sealed = reader.heartbeat((waits, vitals.scanner_gone != 0), now)?;
        border::fill(room, &sealed)?;
        length.write(sealed.len());
        Ok(())
    })
}

/// Writes down what happened while the storage failed, and waits until it holds everything. To be
/// called now and then while idle, and after each scan with `lamp_before_sync`.
///
/// # Safety
///
/// `now` is null or points to a moment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rc_settle(validator: Handle, now: *const Moment) -> Answer {
    table::with(validator, |reader| {
        // SAFETY: as the caller says.
        let now = unsafe { border::input(now) }?.read()?;
        reader.settle(now)
    })
}
