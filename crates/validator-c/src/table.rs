//! The validators that are open, by their handles.
//!
//! A handle is a number, never an address: one that was closed is found to be, and no number is
//! given out twice. A call holds its validator alone; a second one meanwhile, from another thread
//! or from a function of the storage, is told so.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use crate::answer::Answer;
use crate::border;
use crate::reader::Reader;

/// An open validator. 0 is none.
pub type Handle = u64;

/// The open validators.
struct Table {
    last: Handle,
    open: BTreeMap<Handle, Arc<Mutex<Reader>>>,
}

/// C has no other place to keep what a handle stands for.
static TABLE: Mutex<Table> = Mutex::new(Table {
    last: 0,
    open: BTreeMap::new(),
});

/// Opens a validator.
pub(crate) fn insert(reader: Reader) -> Handle {
    let mut table = table();
    table.last += 1;
    let handle = table.last;
    table.open.insert(handle, Arc::new(Mutex::new(reader)));
    handle
}

/// Closes a validator that no call is at work on.
pub(crate) fn remove(handle: Handle) -> Answer {
    border::guarded(|| {
        let mut table = table();
        let reader = table.open.get(&handle).ok_or(Answer::Closed)?;
        if Arc::strong_count(reader) > 1 {
            return Err(Answer::Busy);
        }
        let reader = table.open.remove(&handle);
        drop(table);
        drop(reader);
        Ok(())
    })
}

/// Works on a validator alone. One in which something went wrong that cannot is closed.
pub(crate) fn with(handle: Handle, work: impl FnOnce(&mut Reader) -> Result<(), Answer>) -> Answer {
    let answer = border::guarded(|| {
        let reader = table().open.get(&handle).cloned().ok_or(Answer::Closed)?;
        let mut reader = match reader.try_lock() {
            Ok(reader) => reader,
            Err(TryLockError::WouldBlock) => return Err(Answer::Busy),
            Err(TryLockError::Poisoned(_)) => return Err(Answer::Internal),
        };
        work(&mut reader)
    });
    if answer == Answer::Internal {
        table().open.remove(&handle);
    }
    answer
}

fn table() -> MutexGuard<'static, Table> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}
