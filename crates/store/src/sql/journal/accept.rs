//! Taking in a segment: what it contradicts, then what is new in it.

use std::collections::{BTreeMap, BTreeSet};

use ridecode_fare::{Period, Tap};
use ridecode_validator::journal::Hash;
use ridecode_words::{JourneyId, OperatorId, TapId, UnixSeconds, ValidatorId};

use super::super::column::{execute, find, id, impossible, load};
use super::super::{Connection, Count, Lock, Result, bill, credential, params, pulse, rider, tap};
use super::held::{self, Range};
use crate::calendar;
use crate::fault::StoreFault;
use crate::record::{Acceptance, Receipt, SegmentConflict, StoredEntry};
use crate::step;

/// Takes in a segment, or says what it contradicts and changes nothing.
pub(super) fn run(
    db: &Connection<'_>,
    acceptance: &Acceptance,
) -> Result<Result<Receipt, SegmentConflict>> {
    let validator = acceptance.validator;
    db.hold([Lock::Validator(validator)])?;
    let (operator, watermark) = load_watermark(db, validator)?;
    rider::expect_riders(db, acceptance.taps.iter().map(|tap| tap.rider))?;
    let (Some(first), Some(last)) = (acceptance.entries.first(), acceptance.entries.last()) else {
        unreachable!("asserted before: a segment has entries");
    };
    let near = held::near(db, validator, (first.sequence, last.sequence))?;
    if let Some(conflict) = find_conflict(db, acceptance, &near)? {
        return Ok(Err(conflict));
    }
    let is_new = |sequence: u64| !near.iter().any(|range| range.contains(sequence));
    let new = insert_entries(db, acceptance, is_new)?;
    // Before any month becomes due: riders are held before their months.
    let rides_home = acceptance.rides_home.iter();
    let rides_home = rides_home.filter(|(sequence, _)| is_new(*sequence));
    credential::spend(db, rides_home.map(|(_, used)| *used))?;
    let joined = held::join(
        db,
        validator,
        &near,
        Range {
            first: first.sequence,
            last: last.sequence,
            previous: first.previous,
            hash: last.hash,
        },
    )?;
    let mut taps = pair_voids(db, acceptance, is_new)?;
    let new_taps = acceptance.taps.iter().filter(|tap| is_new(tap.id.sequence));
    taps.extend(new_taps.cloned());
    insert_taps(db, &taps, acceptance.received)?;
    insert_disagreements(db, acceptance, is_new)?;
    let seen = acceptance.seen.iter();
    pulse::count(db, operator, seen.filter(|one| is_new(one.sequence)))?;
    move_watermark(db, acceptance, watermark)?;
    let repeated = acceptance.entries.len() - new;
    Ok(Ok(Receipt {
        held_through: match joined.first {
            1 => joined.last,
            _ => super::held_from_1(db, validator)?,
        },
        new: u32::try_from(new).unwrap_or(u32::MAX),
        repeated: u32::try_from(repeated).unwrap_or(u32::MAX),
    }))
}

/// The first reason the entries contradict the ones held: content first, then the chain.
fn find_conflict(
    db: &Connection<'_>,
    acceptance: &Acceptance,
    near: &[Range],
) -> Result<Option<SegmentConflict>> {
    let entries = &acceptance.entries;
    for range in near {
        let repeated = entries
            .iter()
            .filter(|entry| range.contains(entry.sequence));
        for entry in repeated {
            if find_hash(db, acceptance.validator, entry.sequence)? != Some(entry.hash) {
                return Ok(Some(SegmentConflict::OtherContent(entry.sequence)));
            }
        }
    }
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
        return Ok(None);
    };
    Ok(find_break(first, last, near))
}

/// Where the chain does not hold against a neighbor. Ends that are held with the same hash follow
/// already from what is around them.
fn find_break(first: &StoredEntry, last: &StoredEntry, near: &[Range]) -> Option<SegmentConflict> {
    let is_held = |sequence: u64| near.iter().any(|range| range.contains(sequence));
    if !is_held(first.sequence) {
        let before = match first.sequence {
            1 => Some([0; 32]),
            sequence => near
                .iter()
                .find(|range| range.last == sequence - 1)
                .map(|range| range.hash),
        };
        if before.is_some_and(|hash| hash != first.previous) {
            return Some(SegmentConflict::BrokenChain(first.sequence));
        }
    }
    let next = last.sequence.checked_add(1)?;
    let after = near.iter().find(|range| range.first == next)?;
    (after.previous != last.hash).then_some(SegmentConflict::BrokenChain(next))
}

/// Inserts the entries that are new, with the tap each is, and says how many they were.
fn insert_entries(
    db: &Connection<'_>,
    acceptance: &Acceptance,
    is_new: impl Fn(u64) -> bool,
) -> Result<usize> {
    let taps = acceptance.taps.iter();
    let taps: BTreeMap<u64, &Tap> = taps.map(|tap| (tap.id.sequence, tap)).collect();
    let mut insert = db.batch(
        "INSERT INTO entries (validator, sequence, hash, bytes, rider, tap_time)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let mut new = 0;
    for entry in acceptance
        .entries
        .iter()
        .filter(|entry| is_new(entry.sequence))
    {
        let tap = taps.get(&entry.sequence);
        insert.add(params![
            acceptance.validator.0,
            entry.sequence.cast_signed(),
            entry.hash,
            entry.bytes,
            tap.map(|tap| id(tap.rider.0)),
            tap.map(|tap| tap.time.0),
        ])?;
        new += 1;
    }
    insert.run()?;
    Ok(new)
}

/// The voids that become taps by this segment, in the order of the entries they take back: those
/// that waited for one of its entries, and its own whose entry is held. Its other voids wait.
fn pair_voids(
    db: &Connection<'_>,
    acceptance: &Acceptance,
    is_new: impl Fn(u64) -> bool,
) -> Result<Vec<Tap>> {
    let validator = acceptance.validator;
    let mut ready = take_waiting(db, acceptance)?;
    for void in acceptance.voids.iter().filter(|void| is_new(void.sequence)) {
        if find_hash(db, validator, void.accepted)?.is_some() {
            ready.insert((void.accepted, void.sequence, void.time));
        } else {
            execute(
                db,
                "INSERT INTO voids_waiting (validator, accepted, sequence, time)
                 VALUES (?1, ?2, ?3, ?4)",
                params![
                    validator.0,
                    void.accepted.cast_signed(),
                    void.sequence.cast_signed(),
                    void.time.0,
                ],
            )?;
        }
    }
    let mut taps = Vec::new();
    for (accepted, sequence, time) in ready {
        let tap = match acceptance
            .taps
            .iter()
            .find(|tap| tap.id.sequence == accepted)
        {
            Some(tap) => Some(tap.clone()),
            None => find_tap(db, validator, accepted)?,
        };
        taps.extend(tap.map(|tap| step::void_of(&tap, sequence, time)));
    }
    Ok(taps)
}

/// Takes out the voids that waited for an entry of this segment.
fn take_waiting(
    db: &Connection<'_>,
    acceptance: &Acceptance,
) -> Result<BTreeSet<(u64, u64, UnixSeconds)>> {
    let end = |entry: Option<&StoredEntry>| entry.map_or(0, |entry| entry.sequence.cast_signed());
    let ready = load(
        db,
        "DELETE FROM voids_waiting WHERE validator = ?1 AND accepted BETWEEN ?2 AND ?3
         RETURNING accepted, sequence, time",
        params![
            acceptance.validator.0,
            end(acceptance.entries.first()),
            end(acceptance.entries.last()),
        ],
        |row| Ok((row.count()?, row.count()?, row.time()?)),
    )?;
    Ok(ready.into_iter().collect())
}

/// Inserts taps and marks the months they may change.
fn insert_taps(db: &Connection<'_>, taps: &[Tap], received: UnixSeconds) -> Result<()> {
    let touched: Vec<Period> = taps
        .iter()
        .flat_map(|tap| calendar::periods_touched(tap.rider, tap.time))
        .collect();
    tap::insert(db, taps)?;
    bill::touch(db, &touched, received)
}

fn insert_disagreements(
    db: &Connection<'_>,
    acceptance: &Acceptance,
    is_new: impl Fn(u64) -> bool,
) -> Result<()> {
    let mut insert = db.batch(
        "INSERT INTO disagreements (validator, sequence, outcome, office)
         VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    )?;
    for one in &acceptance.disagreements {
        if is_new(one.sequence) {
            insert.add(params![
                acceptance.validator.0,
                one.sequence.cast_signed(),
                one.validator.word(),
                one.office,
            ])?;
        }
    }
    let inserted = i64::try_from(insert.count()?).unwrap_or(i64::MAX);
    db.add_to(Count::Disagreements, inserted)
}

/// A validator's operator, its journal's known end, and its time at its last segment.
fn load_watermark(
    db: &Connection<'_>,
    validator: ValidatorId,
) -> Result<(OperatorId, (u64, UnixSeconds))> {
    let sql = "SELECT operator, journal_end, sealed FROM validators WHERE validator = ?1";
    let watermark = find(db, sql, [validator.0], |row| {
        Ok((OperatorId(row.take()?), (row.count()?, row.time()?)))
    })?;
    watermark.ok_or_else(|| StoreFault::missing("validator", validator))
}

/// Moves the watermark forward; a segment from before leaves it where it is.
fn move_watermark(
    db: &Connection<'_>,
    acceptance: &Acceptance,
    held: (u64, UnixSeconds),
) -> Result<()> {
    let end = acceptance.entries.last().map_or(0, |entry| entry.sequence);
    let after = (
        held.0.max(acceptance.journal_end).max(end),
        held.1.max(acceptance.sealed),
    );
    if after == held {
        return Ok(());
    }
    execute(
        db,
        "UPDATE validators SET journal_end = ?2, sealed = ?3 WHERE validator = ?1",
        params![acceptance.validator.0, after.0.cast_signed(), after.1.0],
    )?;
    Ok(())
}

fn find_hash(db: &Connection<'_>, validator: ValidatorId, sequence: u64) -> Result<Option<Hash>> {
    let sql = "SELECT hash FROM entries WHERE validator = ?1 AND sequence = ?2";
    find(db, sql, (validator.0, sequence.cast_signed()), |row| {
        row.take()
    })
}

/// The tap that an entry is, if it is one.
fn find_tap(db: &Connection<'_>, validator: ValidatorId, sequence: u64) -> Result<Option<Tap>> {
    let id = TapId {
        validator,
        sequence,
    };
    let Some(rider_and_time) = bill::tap_of(db, JourneyId(id))? else {
        return Ok(None);
    };
    let tap = tap::find(db, rider_and_time, id)?;
    tap.map(Some)
        .ok_or_else(|| impossible("entry without its tap", id))
}
